"""Sayings replaced by one word: `en estado`, `preñada` -> embarazada."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from health_navigator.matching.normalise import tokens
from health_navigator.matching.stems import root

Roots: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Sayings by their roots; the longest that begins at a word wins."""

    words: Mapping[Roots, tuple[str, ...]] = field(default_factory=dict)
    longest: int = 0

    def fold(self, words: Sequence[str]) -> list[str]:
        folded: list[str] = []
        at, roots = 0, tuple(map(root, words))
        while at < len(words):
            length, meant = self._saying(roots, at) or (1, (words[at],))
            folded.extend(meant)
            at += length
        return folded

    def _saying(self, roots: Roots, at: int) -> tuple[int, tuple[str, ...]] | None:
        for length in range(min(self.longest, len(roots) - at), 0, -1):
            if meant := self.words.get(roots[at : at + length]):
                return length, meant
        return None


def compile_lexicon(concepts: Mapping[str, Iterable[str]]) -> Lexicon:
    """A lexicon from each word's sayings; the first word to claim a saying keeps it."""
    words: dict[Roots, tuple[str, ...]] = {}
    for word, sayings in concepts.items():
        meant = tokens(word)
        words.setdefault(tuple(map(root, meant)), meant)
        for saying in sayings:
            words.setdefault(tuple(map(root, tokens(saying))), meant)
    words.pop((), None)
    return Lexicon(words, max(map(len, words), default=0))
