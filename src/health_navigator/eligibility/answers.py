"""What people type instead of tapping: "si pe", "tengo 34", "solo cédula", "prefiero no decir"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from health_navigator.eligibility.models import Choice, Means, Question, Words
from health_navigator.eligibility.phrases import (
    Clause,
    Heard,
    Rank,
    folded,
    heard,
    places,
    says_any,
    spoken,
    unexplained,
)
from health_navigator.eligibility.quantities import Quantity, quantities
from health_navigator.matching.normalise import fold, letters, tokens

BIRTH_DAYS = 42
"""How long after a birth the rules for pregnancy hold."""

_DECIMALS = re.compile(r"(\d)[.,]\d+")
_CLAUSE_ENDS = re.compile(r"[,;:.!?¡¿()\n]|\bpero\b|\bsino\b")
_ASKED = re.compile(r"¿([^?]*)\?")
_NOWHERE = range(0)


class Command(StrEnum):
    BACK = "back"
    CANCEL = "cancel"
    WHY = "why"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a typed message comes to: a choice where it is plain.

    `is_begun`: it speaks of the question, with words that may change what it says; nobody guesses.
    """

    choice: Choice | None
    is_begun: bool


def find_command(text: str, words: Words) -> Command | None:
    """What a message asks of the interview itself: go back, stop, say why, begin again."""
    phrases = {
        Command.RESTART: words.restart,
        Command.BACK: (*words.back, *words.mistaken),
        Command.CANCEL: words.cancel,
        Command.WHY: words.why,
    }
    said = tokens(text)
    whole = (each for each, ways in phrases.items() if _is_only(said, ways, words))
    return next(whole, Command.BACK if _regrets(said, words) else None)


def understand(text: str, question: Question, words: Words) -> Choice | None:
    """The choice that a typed message stands for; None when that is not clear."""
    return read(text, question, words).choice


def read(text: str, question: Question, words: Words) -> Reading:
    """The choice, if every word of the message belongs to it or changes nothing."""
    labels = {fold(choice.label): choice for choice in question.choices}
    if fold(text) in labels:
        return Reading(labels[fold(text)], is_begun=True)
    clauses = [*_clauses(text)]
    phrases = [*chain.from_iterable(heard(clause, question, words) for clause in clauses)]
    found = [*phrases, *(() if _doubts(phrases) else _counted(clauses, question, words))]
    choice = _clearest(found, question)
    if choice and _is_whole(choice, found, clauses, question, words):
        return Reading(choice, is_begun=True)
    return Reading(None, is_begun=_is_begun(clauses, question, words))


def asks_something(text: str, words: Words) -> bool:
    """Whether the message has the form of a question or a wish of its own."""
    return "?" in text or any(says_any(clause, words.asks) for clause in _clauses(text))


def _is_only(said: Clause, ways: Sequence[str], words: Words) -> bool:
    """Whether a message says this in one of the ways, and beside it nothing but courtesies."""
    if not says_any(said, ways):
        return False
    known = (*ways, *words.wishes, *words.polite, *words.beside, *words.light)
    return len({*_covered(said, known)}) == len(said)


def _regrets(said: Clause, words: Words) -> bool:
    """«Me equivoqué, sí tengo» goes back; «me equivoqué de pastilla» is about something else."""
    for phrase in words.mistaken:
        for place in places(said, folded(phrase)):
            match said[place.stop : place.stop + 2]:
                case ("de" | "con", thing) if thing not in words.wishes:
                    continue
                case _:
                    return True
    return False


def _covered(clause: Clause, phrases: Sequence[str]) -> Iterator[int]:
    return chain.from_iterable(
        chain.from_iterable(places(clause, folded(phrase))) for phrase in phrases
    )


def _is_whole(
    choice: Choice,
    found: Sequence[Heard],
    clauses: Sequence[Clause],
    question: Question,
    words: Words,
) -> bool:
    """Whether nothing is left over that may change the choice; who withholds may say why."""
    top = max(each.rank for each in found)
    if top is Rank.WITHHELD:
        return True
    # "Yes, please" and "yes, thanks" are said to an offer: they tell nothing of who says them.
    accepts = choice.means is Means.YES and top is Rank.GENERAL
    polite = () if accepts else words.polite
    counted = _number_words(clauses, words) if top is Rank.NUMBER else ()
    beside = (*_beside(question, words), *polite, *counted)
    return not any(any(unexplained(clause, question, words, beside)) for clause in clauses)


def _beside(question: Question, words: Words) -> Sequence[str]:
    """What changes no answer to this question: small words, and those that it asks with itself."""
    asked = chain.from_iterable(map(tokens, _ASKED.findall(question.text)))
    return (*words.light, *words.beside, *question.beside, *asked)


def _doubts(found: Sequence[Heard]) -> bool:
    """The weeks that a period is late are no weeks of a pregnancy."""
    return any(
        each.rank is Rank.OWN and each.choice is not None and each.choice.means is Means.UNSURE
        for each in found
    )


def _number_words(clauses: Sequence[Clause], words: Words) -> Sequence[str]:
    digits = (word for clause in clauses for word in clause if word.isdigit())
    units = chain.from_iterable(names for _, names in words.units)
    around = (*words.almost, *words.fillers, *words.births, "medio", "media")
    return (*digits, *words.numbers, *units, *around)


def _is_begun(clauses: Sequence[Clause], question: Question, words: Words) -> bool:
    """Whether any of it is about the question, or all of it could be: «35», «ya»."""
    if any(spoken(clause, question, words) for clause in clauses):
        return True
    beside = (*_beside(question, words), *words.polite, *_number_words(clauses, words))
    return bool(clauses) and not any(
        any(unexplained(clause, question, words, beside)) for clause in clauses
    )


def _clauses(text: str) -> Iterator[Clause]:
    whole_numbers = _DECIMALS.sub(r"\1", letters(text))
    return filter(None, map(tokens, _CLAUSE_ENDS.split(whole_numbers)))


def _clearest(found: Sequence[Heard], question: Question) -> Choice | None:
    """The one choice of the highest rank; of weak ones, which go together, the first."""
    top = max((each.rank for each in found), default=None)
    heard_of = [each.choice for each in found if each.rank == top]
    if None in heard_of:
        return None
    said = [choice for choice in question.choices if choice in heard_of]
    return said[0] if len(said) == 1 or (said and top is Rank.WEAK) else None


def _counted(clauses: Sequence[Clause], question: Question, words: Words) -> Iterator[Heard]:
    """What the numbers say, where the question is one that numbers answer."""
    bare = [_without_phrases(clause, question, words) for clause in clauses]
    counts = [*chain.from_iterable(quantities(clause, words) for clause in bare)]
    if question.reads == "age":
        yield from _ages(counts, question)
    elif question.reads == "pregnancy" and (means := _pregnancy(counts, clauses, words)):
        yield from (_number(each) for each in question.choices if each.means is means)


def _without_phrases(clause: Clause, question: Question, words: Words) -> Clause:
    """The clause up to phrases that hold a number themselves, such as "menos de 5"."""
    covered = {*chain.from_iterable(each.place for each in spoken(clause, question, words))}
    return tuple("" if at in covered else word for at, word in enumerate(clause))


def _ages(counts: Sequence[Quantity], question: Question) -> Iterator[Heard]:
    for choice in question.choices:
        youngest, oldest = choice.years or (0, -1)
        if any(youngest <= count.years <= oldest for count in counts):
            yield _number(choice)


def _pregnancy(counts: Sequence[Quantity], clauses: Sequence[Clause], words: Words) -> Means | None:
    """Months or weeks speak of a pregnancy, unless of a birth: then they must not be too many."""
    measured = [count.days for count in counts if count.unit]
    if not measured:
        return None
    if any(says_any(clause, words.births) for clause in clauses):
        return Means.YES if max(measured) <= BIRTH_DAYS else Means.NO
    denied = any(says_any(clause, words.negators) for clause in clauses)
    return Means.YES if max(measured) < 300 and not denied else None


def _number(choice: Choice) -> Heard:
    return Heard(choice, Rank.NUMBER, _NOWHERE)
