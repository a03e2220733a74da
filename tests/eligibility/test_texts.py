"""What people read in the interview: plain, kind, never stronger than its sources."""

from __future__ import annotations

import re
from datetime import date

import pytest
import textstat

from health_navigator.eligibility.interview import Interview
from health_navigator.eligibility.models import OutcomeKind, Rule
from health_navigator.eligibility.outcome import Outcome, to_outcome

PARTS = ("reason", "where", "cost", "next_step", "meanwhile")
LEGAL_ADVICE = "Defensoría"
PHONE = re.compile(r"\b0800-\d{5}\b|\(0\d{1,2}\) \d{3}-\d{3,4}|\b1\d{2}\b(?! mil)")


@pytest.fixture(scope="module")
def outcomes(interview: Interview) -> list[Outcome]:
    return [to_outcome(interview.file, rule, {}) for rule in interview.file.rules]


def _texts(outcome: Outcome) -> str:
    return "\n".join([*(getattr(outcome, part) for part in PARTS), *outcome.documents])


def _readability(text: str) -> float:
    textstat.set_lang("es")
    return float(textstat.fernandez_huerta(text))


def test_outcomes_are_easy_to_read(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        for part in PARTS:
            assert _readability(getattr(outcome, part)) >= 60, (outcome.rule, part)


def test_questions_are_easy_to_read(interview: Interview) -> None:
    for question in interview.file.questions:
        assert _readability(question.text) >= 60, question.id
        assert _readability(question.why) >= 60, question.id


def test_an_outcome_fits_a_message(outcomes: list[Outcome]) -> None:
    assert max(len(_texts(outcome)) for outcome in outcomes) < 2_000


def test_no_marks_that_render_badly(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        assert not re.search(r"^\s*[-*•–]|[{}<>_*]", _texts(outcome), re.MULTILINE), outcome.rule


def test_no_promises(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        assert not re.search(
            r"garantiz|siempre hay|de seguro|seguro que sí|te van a afiliar|te afiliarán",
            _texts(outcome),
        ), outcome.rule


def test_every_phone_is_known(interview: Interview, outcomes: list[Outcome]) -> None:
    known = {call.phone for call in interview.file.call}
    for outcome in outcomes:
        assert set(PHONE.findall(_texts(outcome))) <= known, outcome.rule


def test_legal_advice_comes_before_migraciones(outcomes: list[Outcome]) -> None:
    """The warning that Migraciones also works in a MAC centre sends nobody there."""
    for outcome in outcomes:
        for part in PARTS:
            text = getattr(outcome, part).replace(
                "en los centros MAC también atiende Migraciones", ""
            )
            if "Migraciones" in text:
                assert LEGAL_ADVICE in text.partition("Migraciones")[0], (outcome.rule, part)


def test_a_missed_deadline_is_no_end(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if "60 días" in outcome.next_step:
            assert "Si ya pasaron, ve igual" in outcome.next_step
        if "42 días" in outcome.reason:
            assert "Cuando pasen los 42 días" in outcome.next_step


def test_danger_comes_before_comfort(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if "sangrado" in outcome.meanwhile:
            assert outcome.meanwhile.startswith("Con sangrado")


def test_everybody_hears_what_to_do_meanwhile(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        assert outcome.urgent or "emergencia" in outcome.meanwhile, outcome.rule


def test_an_emergency_names_the_ambulance_and_what_if_none_comes(outcomes: list[Outcome]) -> None:
    urgent = [outcome for outcome in outcomes if outcome.urgent]
    assert [outcome.rule for outcome in urgent] == ["emergencia-embarazo", "emergencia"]
    for outcome in urgent:
        for words in ("106 en Lima, Callao", "116", "taxi"):
            assert words in outcome.where


def test_a_diagnosis_is_not_named_once_it_was_told(outcomes: list[Outcome]) -> None:
    """The reader may not be the one who answered."""
    sensitive = _by_the_special_law(outcomes)
    assert len(sensitive) == 3
    for outcome in sensitive:
        assert not re.search(r"VIH|tubercul|sida|antirretro", _texts(outcome), re.IGNORECASE)


def _by_the_special_law(outcomes: list[Outcome]) -> list[Outcome]:
    """Those of who has HIV or tuberculosis."""
    return [outcome for outcome in outcomes if outcome.rule.startswith("vih-tb-")]


def test_the_special_law_is_never_said_to_be_applied_everywhere(outcomes: list[Outcome]) -> None:
    for outcome in _by_the_special_law(outcomes):
        if outcome.kind is OutcomeKind.SI:
            assert outcome.reason.startswith("La ley dice que sí")
            assert "Puede que no la conozcan" in outcome.next_step
            assert "No mandes tu diagnóstico por WhatsApp" in outcome.next_step


def test_who_is_told_not_yet_hears_of_the_ordinary_way_and_of_the_law(
    interview: Interview, outcomes: list[Outcome]
) -> None:
    for rule, outcome in zip(interview.file.rules, outcomes, strict=True):
        if outcome.kind is OutcomeKind.TODAVIA_NO and "nacio_en_peru" not in rule.when:
            assert "{ley_especial}" in rule.next_step, rule.id


def test_who_is_to_ask_gets_the_three_lines(interview: Interview) -> None:
    for rule in interview.file.rules:
        if rule.outcome is OutcomeKind.PREGUNTA_EN_VENTANILLA:
            assert "{lineas}" in rule.next_step, rule.id


def test_the_question_on_the_diagnosis_names_its_law_and_the_freedom_not_to_answer(
    interview: Interview,
) -> None:
    question = interview.file.questions[-1]
    assert question.asks == {"vih_o_tb"}
    assert "Ley 32154" in question.text
    assert "puedes no responder" in question.text
    assert "no guardamos" in question.why


def test_buttons_tell_nothing_to_a_stranger(interview: Interview) -> None:
    for question in interview.file.questions:
        for choice in question.choices:
            assert not re.search(
                r"VIH|ITS|sida|tubercul|violencia|abuso", choice.label, re.IGNORECASE
            )


def test_every_source_has_a_page(interview: Interview) -> None:
    for source in interview.file.sources:
        assert source.url
        assert source.url.startswith("http")


def test_every_source_and_phrase_is_used(interview: Interview) -> None:
    file = interview.file
    assert {each.id for each in file.sources} == {
        name for rule in file.rules for name in rule.rests_on
    }
    told = " ".join(getattr(rule, part) for rule in file.rules for part in PARTS)
    assert [name for name in file.phrases if f"{{{name}}}" not in told] == []


def test_rules_are_reviewed_as_fast_as_they_change(interview: Interview) -> None:
    """Programmes after three months, the law on emergencies after twelve."""
    for rule in interview.file.rules:
        assert rule.verified_on == date(2026, 11, 21)
        assert rule.review_by == (date(2027, 11, 21) if rule.urgent else date(2027, 2, 21))


def test_old_press_says_its_year(interview: Interview, outcomes: list[Outcome]) -> None:
    for rule, outcome in zip(interview.file.rules, outcomes, strict=True):
        if _is_about_ecuador(rule):
            assert "2018" in outcome.reason


def _is_about_ecuador(rule: Rule) -> bool:
    return "ecuatoriano_residente" in rule.when
