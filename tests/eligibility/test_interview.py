"""What is asked, in which order, and what is not asked at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from health_navigator.eligibility.interview import AnswerError, Interview
from health_navigator.eligibility.models import Answers, Question
from health_navigator.eligibility.outcome import Outcome


@dataclass(frozen=True)
class Visit:
    """A place in the tree of all interviews."""

    answers: Answers
    before: tuple[Question, ...]
    step: Question | Outcome


def _visits(
    interview: Interview, answers: Answers, before: tuple[Question, ...] = ()
) -> Iterator[Visit]:
    step = interview.next(answers)
    yield Visit(answers, before, step)
    if isinstance(step, Question):
        for choice in step.choices:
            yield from _visits(interview, {**answers, **choice.answers}, (*before, step))


@pytest.fixture(scope="module")
def visits(interview: Interview) -> list[Visit]:
    """Every place that buttons lead to."""
    return [*_visits(interview, {})]


def _asked(visits: list[Visit], name: str) -> list[Answers]:
    return [
        visit.answers
        for visit in visits
        if isinstance(visit.step, Question) and visit.step.id == name
    ]


def test_at_most_seven_questions_on_any_path(visits: list[Visit]) -> None:
    lengths = {len(visit.before) for visit in visits if isinstance(visit.step, Outcome)}
    assert max(lengths) == 7
    assert min(lengths) == 1


def test_every_rule_is_reached_by_buttons(interview: Interview, visits: list[Visit]) -> None:
    reached = {visit.step.rule for visit in visits if isinstance(visit.step, Outcome)}
    assert reached == {rule.id for rule in interview.file.rules}


def test_every_outcome_is_the_first_rule_that_holds(
    interview: Interview, visits: list[Visit]
) -> None:
    """Whatever was not asked could have been answered in any way the questions allow."""
    defaults = {each.id: each.default or each.values[0] for each in interview.file.inputs}
    for visit in visits:
        if isinstance(visit.step, Outcome):
            answers = {**defaults, **visit.answers}
            assert visit.step.rule == next(
                rule.id
                for rule in interview.file.rules
                if all(answers[name] in values for name, values in rule.when.items())
            )


def test_every_question_can_change_the_result(interview: Interview, visits: list[Visit]) -> None:
    for visit in visits:
        if isinstance(visit.step, Question):
            ends = {
                frozenset(
                    end.step.rule
                    for end in _visits(interview, {**visit.answers, **choice.answers})
                    if isinstance(end.step, Outcome)
                )
                for choice in visit.step.choices
            }
            assert len(ends) > 1, (visit.answers, visit.step.id)


def test_no_question_comes_twice(visits: list[Visit]) -> None:
    for visit in visits:
        names = [question.id for question in visit.before]
        assert len(names) == len(set(names))
        if isinstance(visit.step, Question):
            assert not visit.step.asks & visit.answers.keys()


def test_the_emergency_comes_first_and_ends_the_interview(interview: Interview) -> None:
    first = interview.next({})
    assert isinstance(first, Question)
    assert first.asks == {"emergencia_ahora"}
    urgent = interview.next({"emergencia_ahora": "si"})
    assert isinstance(urgent, Outcome)
    assert urgent.urgent


def test_the_diagnosis_comes_last_and_decides_at_once(
    interview: Interview, visits: list[Visit]
) -> None:
    for visit in visits:
        assert "vih_o_tb" not in [question.id for question in visit.before[:-1]]
    asked = {name for question in interview.file.questions for name in question.asks}
    assert asked - interview.kept(dict.fromkeys(asked, "")).keys() == {"vih_o_tb"}


def test_the_diagnosis_is_asked_only_where_the_law_could_help(visits: list[Visit]) -> None:
    for answers in _asked(visits, "vih_o_tb"):
        assert answers["otro_seguro"] in ("no", "no_sabe")
        assert answers["documento"] not in ("dni", "otro")
        assert answers.get("nacio_en_peru") != "si"
        if answers["documento"] in ("ce", "refugiado"):
            assert answers["documento_vigente"] == "no"


def test_the_table_s_own_conditions_for_asking(visits: list[Visit]) -> None:
    assert all(
        answers["documento"] in ("ce", "refugiado")
        for answers in _asked(visits, "documento_vigente")
    )
    assert all(answers.get("edad") != "menor_5" for answers in _asked(visits, "embarazo"))
    for name in ("origen", "ecuatoriano_residente"):
        assert all(answers["documento"] == "pasaporte_o_cedula" for answers in _asked(visits, name))
    for name in ("origen", "nacio_en_peru"):
        for answers in _asked(visits, name):
            assert answers["edad"] in ("menor_5", "de_5_a_17")
            assert answers["documento"] not in ("dni", "ce", "refugiado")


def test_other_insurance_spares_the_questions_about_papers(visits: list[Visit]) -> None:
    for visit in visits:
        if visit.answers.get("otro_seguro") in ("activo", "planilla"):
            assert {question.id for question in visit.before} <= {
                "emergencia",
                "otro_seguro",
                "embarazo",
            }


def test_back_leads_to_the_question_before(visits: list[Visit], interview: Interview) -> None:
    for visit in visits:
        assert [*_way_back(interview, visit.answers)] == [*reversed(visit.before)]


def _way_back(interview: Interview, answers: Answers) -> Iterator[Question | Outcome]:
    """What is asked again, from these answers to the beginning."""
    while answers:
        answers = interview.before(answers)
        yield interview.next(answers)


def test_back_from_the_first_question_stays_there(interview: Interview) -> None:
    assert interview.before({}) == {}


def test_back_takes_all_that_one_button_brought(interview: Interview) -> None:
    answers = {"emergencia_ahora": "si", "embarazo": "si"}
    assert interview.before(answers) == {}


def test_answers_that_nobody_asked_for_are_used(interview: Interview) -> None:
    step = interview.next({"emergencia_ahora": "no", "otro_seguro": "no", "documento": "dni"})
    assert isinstance(step, Question)
    assert step.id == "edad"


def test_doubt_about_insurance_is_told_to_check_first(interview: Interview) -> None:
    known = {"emergencia_ahora": "no", "documento": "dni", "edad": "menor_5"}
    sure = interview.next({**known, "otro_seguro": "no"})
    unsure = interview.next({**known, "otro_seguro": "no_sabe"})
    assert isinstance(sure, Outcome)
    assert isinstance(unsure, Outcome)
    assert unsure.next_step.startswith("Antes, mira")
    assert unsure.next_step.endswith(sure.next_step)


def test_doubt_about_the_carne_is_told_to_look_at_both_dates(interview: Interview) -> None:
    step = interview.next(
        {
            "emergencia_ahora": "no",
            "otro_seguro": "no",
            "documento": "ce",
            "documento_vigente": "no_sabe",
            "edad": "de_18_o_mas",
            "embarazo": "no",
        }
    )
    assert isinstance(step, Outcome)
    assert "las dos fechas" in step.next_step


@pytest.mark.parametrize(
    ("answers", "field", "allowed"),
    [
        ({"edad": "34"}, "edad", ("menor_5", "de_5_a_17", "de_18_o_mas")),
        ({"edad": None}, "edad", ("menor_5", "de_5_a_17", "de_18_o_mas")),
        ({"vih_o_tb": ["si"]}, "vih_o_tb", ("si", "no", "no_dice")),
        ({"embarazo": True}, "embarazo", ("si", "no", "no_sabe")),
    ],
)
def test_unknown_values_are_named(
    interview: Interview, answers: dict[str, object], field: str, allowed: tuple[str, ...]
) -> None:
    with pytest.raises(AnswerError) as refused:
        interview.answer(answers)
    assert (refused.value.field, refused.value.allowed) == (field, allowed)


def test_unknown_inputs_are_named(interview: Interview) -> None:
    with pytest.raises(AnswerError, match="nombre") as refused:
        interview.answer({"nombre": "si"})
    assert refused.value.field == "answers"
    assert "documento" in refused.value.allowed
    assert isinstance(refused.value, ValueError)
