"""The table of decisions, held against a plain reading of the rules over every combination."""

from __future__ import annotations

from itertools import product

import pytest

from health_navigator.eligibility.interview import Interview
from health_navigator.eligibility.models import Answers, EligibilityFile


@pytest.fixture(scope="module")
def decisions(interview: Interview) -> list[tuple[Answers, str | None]]:
    """Every combination of answers with the first rule, from top to bottom, that holds."""
    names = [each.id for each in interview.file.inputs]
    combinations = product(*(each.values for each in interview.file.inputs))
    return [
        (answers, _first_that_holds(interview.file, answers))
        for values in combinations
        if (answers := dict(zip(names, values, strict=True)))
    ]


def _first_that_holds(file: EligibilityFile, answers: Answers) -> str | None:
    for rule in file.rules:
        if all(answers[name] in values for name, values in rule.when.items()):
            return rule.id
    return None


def test_every_combination_is_decided(decisions: list[tuple[Answers, str | None]]) -> None:
    assert len(decisions) == 23_328
    assert all(rule for _, rule in decisions)


def test_the_table_decides_as_the_rules_read(
    interview: Interview, decisions: list[tuple[Answers, str | None]]
) -> None:
    rules = interview.file.rules
    assert all(rules[interview.table.decide(answers)].id == rule for answers, rule in decisions)


def test_no_rule_is_shadowed(
    interview: Interview, decisions: list[tuple[Answers, str | None]]
) -> None:
    assert {rule for _, rule in decisions} == {rule.id for rule in interview.file.rules}


def test_doubt_counts_as_the_table_says(interview: Interview) -> None:
    """Not knowing of another insurance counts as none, of a date as valid, silence as no."""
    pairs = [("otro_seguro", "no_sabe", "no"), ("documento_vigente", "no_sabe", "si")]
    for name, doubt, same in [*pairs, ("vih_o_tb", "no_dice", "no")]:
        axis = [each.id for each in interview.file.inputs].index(name)
        values = interview.file.inputs[axis].values
        table = interview.table.deciding
        doubted, plain = (table.take(values.index(value), axis) for value in (doubt, same))
        assert (doubted == plain).all(), name


def test_what_was_not_asked_takes_its_default(interview: Interview) -> None:
    with_defaults = {each.id: each.default for each in interview.file.inputs if each.default}
    assert interview.table.decide({"documento": "ce"}) == interview.table.decide(
        {**with_defaults, "documento": "ce"}
    )
