"""Sayings: each stands for one word, or the bot could not know which."""

from __future__ import annotations

from collections.abc import Iterator

from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces
from health_navigator.matching.normalise import fold


def said_of_two_words(pieces: Pieces) -> Iterator[Problem]:
    words = {fold(concept.part.word): concept.part.word for concept in pieces.concepts}
    meaning: dict[str, str] = {}
    for concept in pieces.concepts:
        word = concept.part.word
        for position, saying in enumerate(concept.part.says):
            first = words.get(fold(saying)) or meaning.setdefault(fold(saying), word)
            if first != word:
                message = mark("«{saying}» already stands for {word}: keep one of the two")
                yield concept.problem(f"says.{position}", message, saying=saying, word=first)
