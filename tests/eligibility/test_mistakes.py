"""Each mistake that an eligibility file can hold, and the line to which it leads."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from health_navigator.eligibility.mistakes import mistakes
from health_navigator.eligibility.models import EligibilityFile
from health_navigator.knowledge import yaml_text
from health_navigator.knowledge.files import Location
from health_navigator.shipped import shipped

Body = dict[str, Any]


def _found(body: Body) -> list[tuple[str, str]]:
    file = EligibilityFile.model_validate(body)
    return [(each.field, each.message.format_map(each.values)) for each in mistakes(file)]


def test_the_file_that_ships_has_none(body: Body) -> None:
    assert _found(body) == []


def _repeat_a_rule(body: Body) -> None:
    body["rules"][1]["id"] = body["rules"][0]["id"]


def _ask_in_an_unknown_case(body: Body) -> None:
    body["questions"][3]["when"] = {"documentos": ["ce"]}


def _expect_an_unknown_value(body: Body) -> None:
    body["rules"][6]["when"]["edad"] = "menor_de_5"


def _answer_with_an_unknown_value(body: Body) -> None:
    body["questions"][0]["choices"][0]["answers"] = {"emergencia_ahora": "sii"}


def _default_to_an_unknown_value(body: Body) -> None:
    body["inputs"][0]["default"] = "quizas"


def _rest_on_nothing(body: Body) -> None:
    body["rules"][0]["rests_on"][0] = "emergencia-99"


def _name_a_missing_phrase(body: Body) -> None:
    body["rules"][0]["where"] = "{donde}"


def _bind_the_last_rule(body: Body) -> None:
    body["rules"][-1]["when"] = {"documento": "otro"}


def _answer_different_inputs(body: Body) -> None:
    body["questions"][0]["choices"][0]["answers"] = {"edad": "menor_5"}


def _ask_the_diagnosis_early(body: Body) -> None:
    body["questions"].insert(0, body["questions"].pop())


def _forget_a_question(body: Body) -> None:
    body["questions"] = [each for each in body["questions"] if each["id"] != "edad"]


def _shadow_a_rule(body: Body) -> None:
    body["rules"][2]["when"] = {"otro_seguro": "activo"}


@pytest.mark.parametrize(
    ("spoil", "field", "message"),
    [
        (_repeat_a_rule, "rules.1.id", "emergencia-embarazo stands twice"),
        (_ask_in_an_unknown_case, "questions.3.when", "documentos is not an input"),
        (_expect_an_unknown_value, "rules.6.when.edad", "edad has no value menor_de_5"),
        (
            _answer_with_an_unknown_value,
            "questions.0.choices.0.answers.emergencia_ahora",
            "no value sii",
        ),
        (_default_to_an_unknown_value, "inputs.0.default", "quizas is not among"),
        (_rest_on_nothing, "rules.0.rests_on.0", "emergencia-99 is not under sources"),
        (_name_a_missing_phrase, "rules.0.where", "donde is not under phrases"),
        (_bind_the_last_rule, "rules.37.when", "must hold for everybody"),
        (_answer_different_inputs, "questions.0.choices", "no input in common"),
        (_ask_the_diagnosis_early, "questions.0", "asked last"),
        (_forget_a_question, "inputs.4", "no question asks for edad"),
        (_shadow_a_rule, "rules.3", "seguro-activo never decides"),
    ],
)
def test_each_mistake(body: Body, spoil: Callable[[Body], None], field: str, message: str) -> None:
    spoilt = copy.deepcopy(body)
    spoil(spoilt)
    found = [text for place, text in _found(spoilt) if place == field]
    assert any(message in text for text in found), _found(spoilt)


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (lambda body: body.update(regla=[]), ("regla",)),
        (lambda body: body["rules"][4].pop("reason"), ("rules", 4, "reason")),
        (lambda body: body["rules"][4].update(outcome="quizas"), ("rules", 4, "outcome")),
        (
            lambda body: body["questions"][0]["choices"][0].update(label="x" * 29),
            ("questions", 0, "choices", 0, "label"),
        ),
        (lambda body: body["inputs"][0].update(default=False), ("inputs", 0, "default")),
    ],
)
def test_a_wrong_form_names_its_place(
    body: Body, spoil: Callable[[Body], object], place: tuple[str | int, ...]
) -> None:
    spoilt = copy.deepcopy(body)
    spoil(spoilt)
    with pytest.raises(ValidationError) as refused:
        EligibilityFile.model_validate(spoilt)
    assert place in [error["loc"] for error in refused.value.errors()]


def test_a_mistake_leads_to_its_line() -> None:
    text = (shipped("knowledge") / "eligibility" / "sis.yaml").read_text(encoding="utf-8")
    spoilt = text.replace("- emergencia-ley\n", "- emergencia-lei\n", 1)
    document = yaml_text.parse(spoilt, "eligibility/sis.yaml")
    file = EligibilityFile.model_validate(document.value)
    [mistake] = mistakes(file)
    where = Location(document, ())
    problem = where.problem(mistake.field, mistake.message, **mistake.values)
    line = next(
        number for number, row in enumerate(spoilt.splitlines(), start=1) if "emergencia-lei" in row
    )
    assert problem.line_for().startswith(f"eligibility/sis.yaml:{line}: rules.0.rests_on.1: ")
