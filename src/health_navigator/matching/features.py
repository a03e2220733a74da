"""A text as weighted features: roots, pairs of roots, and pieces of how the words sound."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from health_navigator.matching.normalise import sound
from health_navigator.matching.stems import root

FloatArray: TypeAlias = NDArray[np.float32]
Features: TypeAlias = tuple[NDArray[np.int64], FloatArray]

PIECES = (3, 4, 5)
# How much each family weighs against the others; found by cross-validation.
WHOLE, PAIR, PIECE = "w", "p", "c"
SHARE = {WHOLE: 1.0, PAIR: 0.5, PIECE: 0.7}


def describe(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every feature of a text as (family, feature)."""
    roots = [root(word) for word in words]
    yield from ((WHOLE, each) for each in roots)
    yield from ((PAIR, f"{one} {two}") for one, two in pairwise(roots))
    for word in words:
        yield from ((PIECE, piece) for piece in pieces(sound(word)))


def pieces(heard: str) -> Iterator[str]:
    bounded = f"_{heard}_"
    for size in PIECES:
        yield from (bounded[at : at + size] for at in range(len(bounded) - size + 1))


@dataclass(frozen=True, slots=True)
class Vectoriser:
    """Rare features weigh more, repeated ones hardly more; every text has length one."""

    index: Mapping[tuple[str, str], int]
    weights: FloatArray

    def one(self, words: Sequence[str]) -> Features:
        counts = Counter(
            known for each in describe(words) if (known := self.index.get(each)) is not None
        )
        ids = np.fromiter(counts, dtype=np.int64, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(often)) * self.weights[ids]
        length = float(np.linalg.norm(values))
        return ids, (values / length if length else values).astype(np.float32)

    def many(self, texts: Iterable[Sequence[str]]) -> csr_matrix:
        rows = [self.one(words) for words in texts]
        starts = np.cumsum([0, *(len(ids) for ids, _ in rows)])
        ids = np.concatenate([ids for ids, _ in rows] or [np.empty(0, np.int64)])
        values = np.concatenate([values for _, values in rows] or [np.empty(0, np.float32)])
        return csr_matrix((values, ids, starts), shape=(len(rows), len(self.index)))


def learn_features(texts: Sequence[Sequence[str]]) -> Vectoriser:
    found: Counter[tuple[str, str]] = Counter()
    for words in texts:
        found.update(dict.fromkeys(describe(words), 1))
    index = {feature: at for at, feature in enumerate(found)}
    often = np.fromiter(found.values(), dtype=np.float32, count=len(found))
    share = np.fromiter((SHARE[family] for family, _ in found), dtype=np.float32, count=len(found))
    rarity = np.log((1 + len(texts)) / (1 + often)) + 1
    return Vectoriser(index, (rarity * share).astype(np.float32))
