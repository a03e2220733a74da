import pytest

from health_navigator.evaluation import (
    Judged,
    Outcome,
    Question,
    QuestionError,
    Share,
    measure,
    read_questions,
    reliability,
    report,
)


def judged(kind: str = "answer", expect: str | None = "a", **outcome: object) -> Judged:
    fields = {"outcome": "answer", **outcome}
    return Judged(Question("1", "hola", kind, expect), Outcome(**fields))  # type: ignore[arg-type]


def test_what_is_offered_counts_as_right_at_three_only() -> None:
    offered = judged(outcome="clarify", options=("b", "a"))
    figures = measure([offered])
    assert figures["right@1"].value == 0
    assert figures["right@3"].value == 1
    assert figures["wrong"].value == 0


def test_a_second_good_entry_is_right() -> None:
    question = Question("1", "hola", "answer", "a", also=("b",))
    assert Judged(question, Outcome("answer", "b")).is_right


def test_an_answer_to_what_nothing_answers_is_false() -> None:
    shown = [judged("oos", None, outcome=each, entry="a") for each in ("answer", "urgent")]
    silent = [judged("oos", None, outcome=each) for each in ("no_answer", "clarify")]
    assert measure([*shown, *silent])["false answers"] == Share(2, 4)


def test_danger_needs_its_category_to_be_right() -> None:
    question = Question("1", "ayuda", "crisis", crisis="suicidio")
    found = Judged(question, Outcome("urgent", urgent="violencia"))
    assert (found.is_urgent, found.is_right_danger) == (True, False)


def test_every_level_said_of_a_place_must_be_right() -> None:
    lima = {"department": "Lima", "province": None, "district": None}
    question = Question("1", "vih en lima", "service", "a", service="vih", place=lima)
    there = Outcome("services", service="vih", place={"department": "Lima", "province": "Lima"})
    elsewhere = Outcome("services", service="vih", place={"department": "Piura"})
    assert Judged(question, there).is_right_place
    assert not Judged(question, elsewhere).is_right_place


def test_wilson_interval_of_a_known_case() -> None:
    low, high = Share(8, 10).interval
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


def test_no_messages_tell_nothing() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    assert report([]).as_json()["misses"] == []


def test_reliability_compares_confidence_with_truth() -> None:
    sure = [judged(entry="a", confidence=0.85) for _ in range(4)]
    mistaken = judged(entry="b", confidence=0.81)
    (only,) = reliability([*sure, mistaken])
    assert (only.low, only.high, only.right) == (0.8, 0.9, Share(4, 5))


def test_confusions_name_the_pair() -> None:
    assert report([judged(entry="b"), judged(entry="b")]).confusions == (("a", "b", 2),)


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"kind": "answer"}', '{"text": "hola", "kind": "other"}']
)
def test_a_bad_line_is_named(line: str) -> None:
    with pytest.raises(QuestionError, match="line 2"):
        read_questions(['{"text": "hola", "kind": "smalltalk"}', line])
