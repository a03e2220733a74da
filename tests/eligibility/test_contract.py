"""The JSON that programs outside the project read."""

from __future__ import annotations

import json

from health_navigator.eligibility.contract import to_json
from health_navigator.eligibility.interview import Interview

ADULT_WITH_CARNE = {
    "emergencia_ahora": "no",
    "otro_seguro": "no",
    "documento": "ce",
    "documento_vigente": "si",
    "edad": "de_18_o_mas",
    "embarazo": "no",
}


def test_an_outcome_has_the_fields_of_the_contract(interview: Interview) -> None:
    told = to_json(interview.answer(ADULT_WITH_CARNE))
    assert set(told) >= {
        "outcome",
        "rule",
        "reason",
        "documents",
        "where",
        "cost",
        "next_step",
        "meanwhile",
        "sources",
        "verified_on",
    }
    assert told["outcome"] == "si"
    assert told["rule"] == "carne"
    assert told["documents"] == ["Carné de extranjería vigente"]
    assert told["verified_on"] == "2026-11-21"
    assert set(told["sources"][0]) == {"title", "publisher", "url", "date"}


def test_a_question_says_what_to_send_next(interview: Interview) -> None:
    told = to_json(interview.answer({}))
    question = told["question"]
    assert question["text"].endswith("?")
    for choice in question["choices"]:
        assert "question" in (step := to_json(interview.answer(choice["answers"]))) or step["rule"]


def test_every_answer_is_plain_json(interview: Interview) -> None:
    for answers in ({}, ADULT_WITH_CARNE):
        told = to_json(interview.answer(answers))
        assert json.loads(json.dumps(told)) == told


def test_no_outcome_repeats_an_answer(interview: Interview) -> None:
    told = to_json(interview.answer(ADULT_WITH_CARNE))
    assert not set(ADULT_WITH_CARNE) & set(told)
