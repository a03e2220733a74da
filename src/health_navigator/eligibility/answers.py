"""What people type instead of tapping: "si pe", "tengo 34", "solo cédula", "prefiero no decir"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import chain

from health_navigator.eligibility.models import Choice, Means, Question, Words
from health_navigator.eligibility.phrases import Clause, Heard, Rank, heard, says_any, spoken
from health_navigator.eligibility.quantities import Quantity, quantities
from health_navigator.matching.normalise import fold, letters, tokens

BIRTH_DAYS = 42
"""How long after a birth the rules for pregnancy hold."""

_DECIMALS = re.compile(r"(\d)[.,]\d+")
_CLAUSE_ENDS = re.compile(r"[,;:.!?¡¿()\n]|\bpero\b|\bsino\b")
_NOWHERE = range(0)


class Command(StrEnum):
    BACK = "back"
    CANCEL = "cancel"
    WHY = "why"


def find_command(text: str, words: Words) -> Command | None:
    """What a whole message asks of the interview itself: go back, stop, say why."""
    phrases = {Command.BACK: words.back, Command.CANCEL: words.cancel, Command.WHY: words.why}
    said = fold(text)
    return next((each for each in Command if said in map(fold, phrases[each])), None)


def understand(text: str, question: Question, words: Words) -> Choice | None:
    """The choice that a typed message stands for; None when that is not clear."""
    labels = {fold(choice.label): choice for choice in question.choices}
    if fold(text) in labels:
        return labels[fold(text)]
    clauses = [*_clauses(text)]
    found = [each for clause in clauses for each in heard(clause, question, words)]
    return _clearest([*found, *_counted(clauses, question, words)], question)


def _clauses(text: str) -> Iterator[Clause]:
    whole_numbers = _DECIMALS.sub(r"\1", letters(text))
    return filter(None, map(tokens, _CLAUSE_ENDS.split(whole_numbers)))


def _clearest(found: Sequence[Heard], question: Question) -> Choice | None:
    """The one choice of the highest rank; of weak ones, which go together, the first."""
    top = max((each.rank for each in found), default=None)
    heard_of = [each.choice.label for each in found if each.rank == top]
    said = [choice for choice in question.choices if choice.label in heard_of]
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
