"""Example questions: each under one answer only, and none that could be another's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel
from rapidfuzz import fuzz, process

from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces, Placed
from health_navigator.matching.normalise import fold

# Out of 100. Real questions with different answers reach 89; one question with a word added is
# above.
_NEARLY = 92
# Two shared words say little: "prueba vih" and "prueba tb" are two questions.
_TELLING_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One example question, and where it belongs."""

    owner: Placed[BaseModel]
    id: str
    field: str
    text: str
    folded: str

    @property
    def words(self) -> frozenset[str]:
        return frozenset(self.folded.split())

    def problem(self, message: str, **values: object) -> Problem:
        return self.owner.problem(self.field, message, **values)


def shared(pieces: Pieces) -> Iterator[Problem]:
    asked = [
        Asked(each, each.part.id, f"{field}.{position}", text, fold(text))
        for parts, field in ((pieces.entries, "questions"), (pieces.groups, "examples"))
        for each in parts
        for position, text in enumerate(getattr(each.part, field))
    ]
    yield from _the_same(asked)
    yield from _nearly_the_same(asked)


def _the_same(asked: Sequence[Asked]) -> Iterator[Problem]:
    for same in _by_words(asked):
        first = same[0]
        for other in same[1:]:
            if other.id == first.id:
                message = mark("this stands twice here, but for order or accents: keep one")
                yield other.problem(message)
            else:
                message = mark("this question stands under {other} too: keep it under one of them")
                yield other.problem(message, other=first.id)


def _nearly_the_same(asked: Sequence[Asked]) -> Iterator[Problem]:
    telling = [each for each in asked if len(each.folded) >= _TELLING_LENGTH]
    folded = [each.folded for each in telling]
    scores = process.cdist(folded, folded, scorer=fuzz.ratio, score_cutoff=_NEARLY, dtype=np.uint8)
    for one, two in zip(*np.nonzero(np.triu(scores, 1)), strict=True):
        first, second = telling[one], telling[two]
        if first.id != second.id and first.words != second.words:
            message = mark("almost the same stands under {other} («{text}»): make them differ")
            yield second.problem(message, other=first.id, text=first.text)


def pinned_elsewhere(pieces: Pieces) -> Iterator[Problem]:
    for entry in pieces.entries:
        for position, question in enumerate(entry.part.pinned):
            if question not in entry.part.questions:
                message = mark("«{text}» is not among the questions above: write it there too")
                yield entry.problem(f"pinned.{position}", message, text=question)


def contradictions_of_danger(pieces: Pieces) -> Iterator[Problem]:
    """One message cannot be two dangers, nor both a danger and none."""
    said = [
        Asked(danger, f"{danger.part.id}.{field}", f"{field}.{position}", text, fold(text))
        for danger in pieces.dangers
        for field in ("phrases", "weak", "near_misses")
        for position, text in enumerate(getattr(danger.part, field))
    ]
    first: dict[str, Asked] = {}
    for each in said:
        other = first.setdefault(each.folded, each)
        if other.id != each.id:
            message = mark("this stands under {other} too: keep it where it belongs")
            yield each.problem(message, other=other.id)


def _by_words(asked: Sequence[Asked]) -> Iterator[list[Asked]]:
    """Groups of two or more that are the same words in any order."""
    groups: defaultdict[frozenset[str], list[Asked]] = defaultdict(list)
    for each in asked:
        groups[each.words].append(each)
    return (same for same in groups.values() if len(same) > 1)
