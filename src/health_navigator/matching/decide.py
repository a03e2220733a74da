"""Answer, ask back, or say that we do not know."""

from dataclasses import dataclass
from typing import TypeAlias

from health_navigator.matching.rank import Ranking

MOST_OPTIONS = 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which confidence to answer, to ask back, and to name who can answer instead of us."""

    answer: float = 0.5
    clarify: float = 0.25
    option: float = 0.05
    refer: float = 0.4


@dataclass(frozen=True, slots=True)
class Answer:
    id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Clarify:
    ids: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Abstain:
    """*refer* names the group of out-of-scope questions that this one seems to belong to."""

    refer: str | None = None
    confidence: float = 0.0


Decision: TypeAlias = Answer | Clarify | Abstain


def decide(ranking: Ranking, thresholds: Thresholds | None = None) -> Decision:
    limits = thresholds or Thresholds()
    best = ranking.candidates[:MOST_OPTIONS]
    if best and best[0].confidence >= limits.answer:
        return Answer(best[0].id, best[0].confidence)
    if sum(each.confidence for each in best) >= limits.clarify:
        options = [each for each in best if each.confidence >= limits.option] or best[:1]
        return Clarify(tuple(each.id for each in options), options[0].confidence)
    return Abstain(ranking.refer if ranking.out_of_scope >= limits.refer else None)
