"""What people type instead of tapping: "si pe", "tengo 34", "solo cédula", "prefiero no decir"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from itertools import chain

from health_navigator.eligibility.models import Choice, Means, Question, Words
from health_navigator.eligibility.quantities import Quantity, quantities
from health_navigator.matching.normalise import fold, letters, tokens

Clause = tuple[str, ...]

BIRTH_DAYS = 42
"""How long after a birth the rules for pregnancy hold."""

_DECIMALS = re.compile(r"(\d)[.,]\d+")
_CLAUSE_ENDS = re.compile(r"[,;:.!?¡¿()\n]|\bpero\b|\bsino\b")
_OPPOSITES = {Means.YES: Means.NO, Means.NO: Means.YES}


class Command(StrEnum):
    BACK = "back"
    CANCEL = "cancel"
    WHY = "why"


class Rank(IntEnum):
    """How much a phrase tells: only what was said on the highest rank counts."""

    GENERAL = 0
    UNSURE = 1
    WEAK = 2
    OWN = 3
    NUMBER = 4
    WITHHELD = 5


@dataclass(frozen=True, slots=True)
class Heard:
    """A phrase that stands for a choice, and its place in the clause."""

    choice: Choice
    rank: Rank
    start: int
    end: int


def find_command(text: str, words: Words) -> Command | None:
    """What a whole message asks of the interview itself: go back, stop, say why."""
    phrases = {Command.BACK: words.back, Command.CANCEL: words.cancel, Command.WHY: words.why}
    said = fold(text)
    return next((each for each in Command if said in map(fold, phrases[each])), None)


def understand(text: str, question: Question, words: Words) -> Choice | None:
    """The choice that a typed message stands for; None when that is not clear."""
    whole = _DECIMALS.sub(r"\1", letters(text))
    clauses = [clause for part in _CLAUSE_ENDS.split(whole) if (clause := tokens(part))]
    heard = [each for clause in clauses for each in _heard(clause, question, words)]
    return _clearest(heard + _counted(clauses, question, words))


def _clearest(heard: Sequence[Heard]) -> Choice | None:
    """The one choice of the highest rank; None where two are as clear as each other."""
    top = max((each.rank for each in heard), default=None)
    said = [each.choice for each in heard if each.rank == top]
    return said[0] if said and all(choice is said[0] for choice in said) else None


def _heard(clause: Clause, question: Question, words: Words) -> Iterator[Heard]:
    """The phrases of one clause, after "no" and "no sé si" have had their effect."""
    spans = _before_doubt(_spans(clause, question, words))
    denials = [_denial(span, clause, spans, words) for span in spans]
    for span, denial in zip(spans, denials, strict=True):
        if denial is not None:
            yield from _turned(span, question)
        elif span.rank > Rank.GENERAL or not {*denials}.intersection(span.place):
            yield span


def _spans(clause: Clause, question: Question, words: Words) -> list[Heard]:
    """The longest phrases first, none over another; then in the order of speaking."""
    taken: set[int] = set()
    spans: list[Heard] = []
    for phrase, choice, rank in sorted(_phrases(question, words), key=lambda row: -len(row[0])):
        for start in range(len(clause) - len(phrase) + 1):
            place = range(start, start + len(phrase))
            if clause[start : place.stop] == phrase and not taken.intersection(place):
                taken.update(place)
                spans.append(Heard(choice, rank, place))
    return sorted(spans, key=lambda span: span.place.start)


def _phrases(question: Question, words: Words) -> Iterator[tuple[Clause, Choice, Rank]]:
    """Every way to say each choice: its own phrases, then those of what it means."""
    general = {
        Means.YES: (words.yes, Rank.GENERAL),
        Means.NO: (words.no, Rank.GENERAL),
        Means.UNSURE: (words.unsure, Rank.UNSURE),
        Means.WITHHELD: (words.withheld, Rank.WITHHELD),
    }
    for choice in question.choices:
        for phrase in choice.says:
            yield tokens(phrase), choice, Rank.WEAK if choice.weak else Rank.OWN
        if choice.means:
            phrases, rank = general[choice.means]
            yield from ((tokens(phrase), choice, rank) for phrase in phrases)


def _before_doubt(spans: Sequence[Heard]) -> list[Heard]:
    """Without what follows "no sé": who doubts whether she has a thing has not said that she has."""
    doubts = [span.place.start for span in spans if span.rank == Rank.UNSURE]
    return [span for span in spans if not doubts or span.place.start <= doubts[0]]


def _denial(span: Heard, clause: Clause, spans: Sequence[Heard], words: Words) -> int | None:
    """Where the "no" stands that denies the phrase: before it, or at the clause's very end."""
    if span.rank not in (Rank.WEAK, Rank.OWN):
        return None
    if clause[span.place.stop :] == ("no",):
        return span.place.stop
    before = span.place.start - 1
    while before >= 0 and clause[before] in words.light:
        before -= 1
    whole = {*chain.from_iterable(each.place for each in spans if each.rank > Rank.GENERAL)}
    denies = before >= 0 and clause[before] in words.negators and before not in whole
    return before if denies else None


def _turned(span: Heard, question: Question) -> Iterator[Heard]:
    """A denied yes is a no and the reverse; any other denied choice says nothing."""
    if span.choice.means in _OPPOSITES:
        yield from _as(question, _OPPOSITES[span.choice.means], span)


def _as(question: Question, means: Means, span: Heard) -> Iterator[Heard]:
    yield from (replace(span, choice=each) for each in question.choices if each.means == means)


def _counted(clauses: Sequence[Clause], question: Question, words: Words) -> Iterator[Heard]:
    """What the numbers say, where the question is one that numbers answer."""
    uncovered = [_uncovered(clause, question, words) for clause in clauses]
    found = [*chain.from_iterable(quantities(clause, words) for clause in uncovered)]
    if question.reads == "age":
        return _ages(found, question)
    return iter(())
