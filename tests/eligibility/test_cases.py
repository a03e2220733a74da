"""Case -> rule -> outcome -> source, as the legal review wrote them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.knowledge import read_yaml

from health_navigator.eligibility.interview import Interview
from health_navigator.eligibility.models import Answers, Question
from health_navigator.eligibility.outcome import Outcome

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("cases.yaml"))


def test_there_are_as_many_cases_as_the_review_wrote() -> None:
    assert len(CASES) == 29


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_all_answers_at_once(interview: Interview, case: dict[str, Any]) -> None:
    assert _told(interview.answer(case["inputs"])) == _expected(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_button_by_button(interview: Interview, case: dict[str, Any]) -> None:
    answers: Answers = {}
    while isinstance(step := interview.next(answers), Question):
        answers = {**answers, **_fitting_choice(step, case["inputs"])}
    assert _told(step) == _expected(case)


def _fitting_choice(question: Question, inputs: Answers) -> Answers:
    fitting = [each.answers for each in question.choices if each.answers.items() <= inputs.items()]
    return max(fitting, key=len)


def _told(step: Question | Outcome) -> tuple[str, str, str | None]:
    assert isinstance(step, Outcome)
    return step.rule, step.kind.value, step.sources[0].url


def _expected(case: dict[str, Any]) -> tuple[str, str, str]:
    return case["rule"], case["outcome"], case["source"]
