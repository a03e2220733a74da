"""Our reading ease is textstat's, for every answer of the bot."""

from __future__ import annotations

import pytest
import textstat

from health_navigator.knowledge.checks.readability import fernandez_huerta
from health_navigator.knowledge.checks.wording import PLAIN
from health_navigator.knowledge.models import ItemKind
from tests.support.knowledge import real_items


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    return {item.id: item.body["answer"] for item in real_items() if item.kind == ItemKind.ENTRY}


def test_it_is_the_same_as_textstat_for_every_answer(answers: dict[str, str]) -> None:
    textstat.set_lang("es")
    assert {name: fernandez_huerta(text) for name, text in answers.items()} == pytest.approx(
        {name: textstat.fernandez_huerta(text) for name, text in answers.items()}
    )


def test_every_answer_is_plain(answers: dict[str, str]) -> None:
    assert {name for name, text in answers.items() if fernandez_huerta(text) < PLAIN} == set()


def test_a_childs_sentence_is_easier_than_a_law() -> None:
    child = "La casa es roja. El sol sale hoy."
    law = "La administración determinará reglamentariamente las responsabilidades institucionales."
    assert fernandez_huerta(child) > 90
    assert fernandez_huerta(law) < 30
    assert fernandez_huerta("") == 100
