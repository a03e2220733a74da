"""Answer, ask back, or say that we do not know."""

from dataclasses import dataclass
from typing import TypeAlias

from health_navigator.matching.rank import Candidate, Ranking

MOST_OPTIONS = 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The confidence from which to answer, to ask back, or to name who can answer instead."""

    answer: float = 0.6
    clarify: float = 0.15
    option: float = 0.02
    refer: float = 0.4


@dataclass(frozen=True, slots=True)
class Answer:
    id: str
    confidence: float
    second: str | None = None


@dataclass(frozen=True, slots=True)
class Clarify:
    ids: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Abstain:
    """*group* names the group of out-of-scope questions to which this one seems to belong."""

    group: str | None = None


Decision: TypeAlias = Answer | Clarify | Abstain


def decide(ranking: Ranking, thresholds: Thresholds | None = None) -> Decision:
    limits = thresholds or Thresholds()
    best = ranking.candidates[:MOST_OPTIONS]
    if best and best[0].confidence >= limits.answer:
        return Answer(best[0].id, best[0].confidence, _second(ranking, limits))
    if best and sum(each.confidence for each in best) >= limits.clarify:
        options = [each for each in best if each.confidence >= limits.option] or best[:1]
        return Clarify(tuple(each.id for each in options), options[0].confidence)
    return Abstain(ranking.group if ranking.out_of_scope >= limits.refer else None)


def _second(ranking: Ranking, limits: Thresholds) -> str | None:
    """A second thing that the message surely asks, for a button below the answer."""
    also: Candidate | None = ranking.second
    if also is None or also.confidence < limits.answer or also.id == ranking.candidates[0].id:
        return None
    return also.id
