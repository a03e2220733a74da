"""A text as weighted features: roots, pairs of roots, and pieces of how the words sound.

Every text is described twice, as it was typed and as the lexicon reads it, so that a saying
counts with what it means and the words themselves are not lost.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from health_navigator.matching.normalise import sound
from health_navigator.matching.stems import root

FloatArray: TypeAlias = NDArray[np.float32]

PIECES = (3, 4, 5)
# How much each family weighs against the others; found by cross-validation.
ROOT, PAIR, PIECE = "r", "p", "s"
SHARE = {ROOT: 1.0, PAIR: 0.6, PIECE: 0.4}


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's words as typed, typos repaired, and the same with sayings led back to one word."""

    typed: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.typed)


def describe(reading: Reading) -> Iterator[str]:
    """Every feature of a text; its first letter is its family."""
    yield from _described(reading.typed, "")
    yield from _described(reading.meant, "+")


def _described(words: Sequence[str], view: str) -> Iterator[str]:
    roots = [root(word) for word in words]
    yield from (f"{ROOT}{view}{each}" for each in roots)
    yield from (f"{PAIR}{view}{one} {two}" for one, two in pairwise(roots))
    for word in words:
        yield from _pieces(word, view)


@lru_cache(maxsize=32_768)
def _pieces(word: str, view: str) -> tuple[str, ...]:
    bounded = f"_{sound(word)}_"
    return tuple(
        f"{PIECE}{view}{bounded[at : at + size]}"
        for size in PIECES
        for at in range(len(bounded) - size + 1)
    )


@dataclass(frozen=True, slots=True)
class Vectoriser:
    """Rare features weigh more, repeated ones hardly more; every text has length one."""

    index: Mapping[str, int]
    weights: FloatArray
    is_word: NDArray[np.bool_]

    def one(self, reading: Reading) -> csr_matrix:
        return self.many([reading])

    def many(self, readings: Iterable[Reading]) -> csr_matrix:
        rows = [self._row(reading) for reading in readings]
        ends = np.cumsum([0, *(len(ids) for ids, _ in rows)])
        ids = np.concatenate([ids for ids, _ in rows] or [np.empty(0, np.int32)])
        values = np.concatenate([values for _, values in rows] or [np.empty(0, np.float32)])
        return csr_matrix((values, ids, ends), shape=(len(rows), len(self.index)))

    def _row(self, reading: Reading) -> tuple[NDArray[np.int32], FloatArray]:
        known = (self.index.get(feature) for feature in describe(reading))
        counts = Counter(at for at in known if at is not None)
        ids = np.fromiter(counts, dtype=np.int32, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(often)) * self.weights[ids]
        return ids, (values / max(float(np.linalg.norm(values)), 1e-9)).astype(np.float32)


def learn_features(readings: Sequence[Reading]) -> Vectoriser:
    found: Counter[str] = Counter()
    for reading in readings:
        found.update(set(describe(reading)))
    # In one order whatever the seed of the hashes: equal knowledge must give equal results.
    features = sorted(found)
    often = np.array([found[feature] for feature in features], dtype=np.float32)
    share = np.array([SHARE[feature[0]] for feature in features], dtype=np.float32)
    rarity = np.log((1 + len(readings)) / (1 + often)) + 1
    return Vectoriser(
        index={feature: at for at, feature in enumerate(features)},
        weights=(rarity * share).astype(np.float32),
        is_word=np.array([feature[0] != PIECE for feature in features], dtype=np.bool_),
    )
