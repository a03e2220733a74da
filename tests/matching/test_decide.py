from dataclasses import replace

from health_navigator.matching.decide import Abstain, Answer, Clarify, Thresholds, decide
from health_navigator.matching.rank import Candidate, Ranking

LIMITS = Thresholds(answer=0.5, clarify=0.2, option=0.05, refer=0.4)


def candidate(name: str, confidence: float) -> Candidate:
    return Candidate(name, confidence, {}, ())


def ranking(*confidences: float, group: str | None = None) -> Ranking:
    found = tuple(candidate(f"e{at}", each) for at, each in enumerate(confidences))
    return Ranking(found, 1 - sum(confidences), group)


def test_answers_when_sure() -> None:
    assert decide(ranking(0.8, 0.1), LIMITS) == Answer("e0", 0.8)


def test_asks_back_between_a_few() -> None:
    assert decide(ranking(0.4, 0.3, 0.2, 0.1), LIMITS) == Clarify(("e0", "e1", "e2"), 0.4)


def test_offers_only_what_has_a_chance() -> None:
    assert decide(ranking(0.4, 0.01), LIMITS) == Clarify(("e0",), 0.4)


def test_says_so_when_it_does_not_know() -> None:
    assert decide(ranking(0.05, 0.05), LIMITS) == Abstain()
    assert decide(Ranking(), LIMITS) == Abstain()


def test_tells_who_else_may_know() -> None:
    assert decide(ranking(0.1, group="visas"), LIMITS) == Abstain("visas")


def test_a_sure_second_question_becomes_a_button() -> None:
    both = replace(ranking(0.9), second=candidate("other", 0.7))
    assert decide(both, LIMITS) == Answer("e0", 0.9, "other")


def test_the_same_answer_is_not_offered_twice() -> None:
    same = replace(ranking(0.9), second=candidate("e0", 0.7))
    unsure = replace(ranking(0.9), second=candidate("other", 0.3))
    assert decide(same, LIMITS) == decide(unsure, LIMITS) == Answer("e0", 0.9)


def test_nothing_known_is_nothing_to_choose_from() -> None:
    assert decide(Ranking(), replace(LIMITS, clarify=0.0)) == Abstain()
