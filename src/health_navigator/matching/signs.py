"""A text as the signs that a detector of danger hears: roots, exact words in a row, and sounds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count, pairwise

import numpy as np
from scipy.sparse import csr_matrix

from health_navigator.matching.features import FloatArray, Row, weighed
from health_navigator.matching.normalise import sound
from health_navigator.matching.stems import root

PIECES = (3, 4, 5)
# A sign that was seen once tells of that one text, not of danger; two thirds of the signs are such.
FEWEST = 2


def describe(words: Sequence[str]) -> Iterator[str]:
    """All signs of a text: those of its words in their order, and pieces of how each sounds."""
    yield from _in_order(words)
    yield from chain.from_iterable(map(_pieces, words))


def _in_order(words: Sequence[str]) -> Iterator[str]:
    """Roots, and pairs of them with or without a word between; exact words in a row.

    Exact words matter here: «me quiero matar» and «me quiere matar» are two dangers.
    """
    roots = [root(word) for word in words]
    bounded = ["^", *words, "$"]
    yield from roots
    yield from (f"{one}~{two}" for one, two in pairwise(roots))
    yield from (f"{one}~~{three}" for one, three in zip(roots, roots[2:], strict=False))
    yield from (f"{one} {two}" for one, two in pairwise(bounded))
    yield from (
        f"{one} {two} {three}"
        for one, two, three in zip(bounded, bounded[1:], bounded[2:], strict=False)
    )


@lru_cache(maxsize=32_768)
def _pieces(word: str) -> tuple[str, ...]:
    bounded = f"_{sound(word)}_"
    return tuple(
        f"*{bounded[at : at + size]}"
        for size in PIECES
        for at in range(max(1, len(bounded) - size + 1))
    )


@dataclass(frozen=True, slots=True)
class Signs:
    """The known signs; rare ones count more, repeated ones hardly more."""

    index: Mapping[str, int]
    weights: FloatArray
    spelt: Mapping[str, tuple[int, ...]]  # the pieces of each word that was learnt from

    def row(self, words: Sequence[str]) -> Row:
        """One text by the known signs in it."""
        return Row.of(np.array(self._known(words), dtype=np.int64), self.weights)

    def table(self, texts: Sequence[Sequence[str]]) -> csr_matrix:
        """One row a text, of length one where it has any known sign."""
        known = [*map(self._known, texts)]
        return weighed(_counted(known, len(self.index)), self.weights)

    def _known(self, words: Sequence[str]) -> list[int]:
        known = _among(_in_order(words), self.index)
        for word in words:
            known += self.spelt.get(word) or _among(_pieces(word), self.index)
        return known


def learn_signs(texts: Sequence[Sequence[str]]) -> tuple[Signs, csr_matrix]:
    """The signs that count, and the texts described by them."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    found = [[*map(numbers.__getitem__, describe(words))] for words in texts]
    often = np.bincount(np.fromiter(chain.from_iterable(found), np.int32), minlength=len(numbers))
    signs = _counted(found, len(numbers))[:, often >= FEWEST]
    rarity = np.log((1 + len(texts)) / (1 + signs.getnnz(axis=0))) + 1
    kept = (sign for sign, many in zip(numbers, often, strict=True) if many >= FEWEST)
    index = {sign: at for at, sign in enumerate(kept)}
    spelt = {word: tuple(_among(_pieces(word), index)) for word in {*chain.from_iterable(texts)}}
    known = Signs(index, rarity.astype(np.float32), spelt)
    return known, weighed(signs, known.weights)


def _among(signs: Iterable[str], index: Mapping[str, int]) -> list[int]:
    """The numbers of those that are known."""
    return [at for sign in signs if (at := index.get(sign)) is not None]


def _counted(found: Sequence[Sequence[int]], width: int) -> csr_matrix:
    ends = np.cumsum([0, *map(len, found)])
    signs = np.fromiter(chain.from_iterable(found), dtype=np.int32, count=int(ends[-1]))
    counts = csr_matrix((np.ones(len(signs), np.float32), signs, ends), shape=(len(found), width))
    counts.sum_duplicates()
    return counts
