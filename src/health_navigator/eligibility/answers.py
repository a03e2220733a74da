"""What people type instead of tapping: "si pe", "tengo 34", "solo cédula", "prefiero no decir"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, IntEnum
from functools import lru_cache

from health_navigator.eligibility.models import Choice, Means, Question, Words
from health_navigator.eligibility.quantities import Quantity, quantities
from health_navigator.matching.normalise import fold, letters, tokens

Clause = list[str]

_DECIMALS = re.compile(r"(\d)[.,]\d+")
_CLAUSE_ENDS = re.compile(r"[,;:!?¡¿()\n]|\.(?!\d)|\bpero\b|\bsolo\b|\bsolamente\b|\bsino\b")
LIGHT_WORDS = frozenset(
    "tengo tiene tenemos tienen estoy esta es soy hay mi su el la un una ningun ninguna ha he me se"
    " lo le de del ya todavia aun mas otro otra en".split()
)
"""Words that may stand between "no" and what it denies."""
BIRTH_DAYS = 42


class Command(StrEnum):
    BACK = "back"
    CANCEL = "cancel"
    WHY = "why"


class Rank(IntEnum):
    """How much a phrase says about what is meant; the highest found decides."""

    GENERAL = 0
    UNSURE = 1
    WEAK = 2
    OWN = 3
    WITHHELD = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """A phrase of a choice, and where in the clause it stands."""

    choice: Choice
    rank: Rank
    start: int
    end: int


def find_command(text: str, words: Words) -> Command | None:
    """What a whole message asks of the interview itself: to go back, to stop, to say why."""
    said = fold(text)
    return next((each for each in Command if said in map(fold, getattr(words, each.value))), None)


def understand(text: str, question: Question, words: Words) -> Choice | None:
    """The choice that a typed message stands for; None when that is not clear."""
    clauses = [*_clauses(text)]
    if question.reads == "age" and (choice := _by_age(clauses, question, words)):
        return choice
    if question.reads == "pregnancy" and (means := _pregnancy(clauses, words)):
        return _meaning(question, means)
    return _by_phrases(clauses, question, words)
