"""Which choices the words of a message speak of, once "no" and "no sé si" have had their effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from itertools import chain

from health_navigator.eligibility.models import Choice, Means, Question, Words
from health_navigator.matching.normalise import tokens

Clause = tuple[str, ...]

_OPPOSITES = {Means.YES: Means.NO, Means.NO: Means.YES}


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
    """Words that stand for a choice, or for none (`unclear`), and their place in the clause."""

    choice: Choice | None
    rank: Rank
    place: range


def heard(clause: Clause, question: Question, words: Words) -> Iterator[Heard]:
    """What one clause says."""
    spans = _before_doubt(spoken(clause, question, words))
    denials = [_denial(span, clause, spans, words) for span in spans]
    for span, denial in zip(spans, denials, strict=True):
        if denial is not None:
            yield from _turned(span, question)
        elif span.rank > Rank.GENERAL or not {*denials}.intersection(span.place):
            yield span


def unexplained(
    clause: Clause, question: Question, words: Words, beside: Sequence[str]
) -> Iterator[str]:
    """The words that no phrase accounts for, nor a phrase of `beside`: they may change it all."""
    spans = spoken(clause, question, words)
    known = {*chain.from_iterable(span.place for span in spans)}
    for phrase, choice, _ in _phrases(question, words):
        if choice is not None:  # also where a longer phrase lies over a part of it
            known.update(chain.from_iterable(places(clause, phrase)))
    denials = (_denial(span, clause, spans, words) for span in spans)
    known.update(denial for denial in denials if denial is not None)
    doubts = [span.place.stop for span in spans if span.rank is Rank.UNSURE]
    for courtesy in beside:
        known.update(chain.from_iterable(places(clause, folded(courtesy))))
    for at, word in enumerate(clause):
        wonders = word in words.wondering and any(doubt <= at for doubt in doubts)
        if at not in known and not wonders:
            yield word


def spoken(clause: Clause, question: Question, words: Words) -> list[Heard]:
    """The phrases found, longest first so that none lies over another; in order of speaking."""
    taken: set[int] = set()
    spans: list[Heard] = []
    for phrase, choice, rank in sorted(_phrases(question, words), key=lambda row: -len(row[0])):
        for place in places(clause, phrase):
            if not taken.intersection(place):
                taken.update(place)
                spans.append(Heard(choice, rank, place))
    return sorted(spans, key=lambda span: span.place.start)


def places(clause: Clause, phrase: Clause) -> Iterator[range]:
    """Everywhere that the phrase stands, word for word."""
    for start in range(len(clause) - len(phrase) + 1):
        if clause[start : start + len(phrase)] == phrase:
            yield range(start, start + len(phrase))


def says_any(clause: Clause, phrases: Sequence[str]) -> bool:
    return any(True for phrase in phrases for _ in places(clause, folded(phrase)))


@lru_cache(maxsize=4096)
def folded(phrase: str) -> Clause:
    """A phrase of the file as what people type is folded."""
    return tokens(phrase)


def _phrases(question: Question, words: Words) -> Iterator[tuple[Clause, Choice | None, Rank]]:
    """What settles nothing, then every way to say each choice: its own phrases, then its meaning's.

    Of phrases as long as each other the first counts.
    """
    unclear = Rank.NUMBER if question.reads else Rank.OWN
    yield from ((folded(phrase), None, unclear) for phrase in question.unclear)
    general = {
        Means.YES: (words.yes, Rank.GENERAL),
        Means.NO: (words.no, Rank.GENERAL),
        Means.UNSURE: (words.unsure, Rank.UNSURE),
        Means.WITHHELD: (words.withheld, Rank.WITHHELD),
    }
    for choice in question.choices:
        for phrase in choice.says:
            yield folded(phrase), choice, Rank.WEAK if choice.weak else Rank.OWN
        if choice.means:
            phrases, rank = general[choice.means]
            yield from ((folded(phrase), choice, rank) for phrase in phrases)


def _before_doubt(spans: Sequence[Heard]) -> list[Heard]:
    """Without what follows "no sé": who doubts that she has a thing has not said that she has."""
    doubt = next((span.place.start for span in spans if span.rank == Rank.UNSURE), None)
    return [span for span in spans if doubt is None or span.place.start <= doubt]


def _denial(span: Heard, clause: Clause, spans: Sequence[Heard], words: Words) -> int | None:
    """Where the "no" stands that denies the phrase: before it, or at the clause's very end.

    A phrase that is a denial itself is not denied: "no tengo ninguno" still means none.
    """
    phrase = clause[span.place.start : span.place.stop]
    if span.rank not in (Rank.WEAK, Rank.OWN) or not {*phrase}.isdisjoint(words.negators):
        return None
    if clause[span.place.stop :] == ("no",):
        return span.place.stop
    before = span.place.start - 1
    while before >= 0 and clause[before] in words.light and clause[before] not in words.negators:
        before -= 1
    in_phrases = chain.from_iterable(each.place for each in spans if each.rank > Rank.GENERAL)
    denied = before >= 0 and clause[before] in words.negators and before not in {*in_phrases}
    return before if denied else None


def _turned(span: Heard, question: Question) -> Iterator[Heard]:
    """A denied yes is a no and the reverse; any other denied choice says nothing."""
    means = span.choice.means if span.choice else None
    opposite = _OPPOSITES.get(means) if means else None
    for choice in question.choices:
        if opposite and choice.means is opposite:
            yield replace(span, choice=choice)
