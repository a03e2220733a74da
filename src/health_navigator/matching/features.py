"""A text as weighted features: roots, pairs of roots, and pieces of how the words sound.

Every text is described twice, as typed and as the lexicon reads it, so that a saying counts for
what it means and its own words are not lost.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from health_navigator.matching.normalise import sound
from health_navigator.matching.stems import root

FloatArray: TypeAlias = NDArray[np.float32]
IntArray: TypeAlias = NDArray[np.int64]

PIECES = (3, 4, 5)
# Keeps a text without known features from dividing by zero.
TINY = 1e-9
_NOTHING = np.empty(0, dtype=np.int64)
# The weight of each family of features; found by cross-validation.
ROOT, PAIR, PIECE = 1.0, 0.6, 0.4


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's words as typed, with typos repaired, and the same with sayings replaced."""

    typed: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.typed)


@dataclass(frozen=True, slots=True)
class Row:
    """One text: the columns of its features, and their weights."""

    columns: IntArray
    values: FloatArray

    @classmethod
    def of(cls, found: IntArray, weights: FloatArray) -> Self:
        """From one column per feature found; a repeated feature counts hardly more."""
        columns, often = np.unique(found, return_counts=True)
        values = (1 + np.log(often.astype(np.float32))) * weights[columns]
        return cls(columns, values / max(float(np.linalg.norm(values)), TINY))


def weighed(counts: csr_matrix, weights: FloatArray) -> csr_matrix:
    """Rows of feature counts, weighed as `Row.of` weighs one."""
    values = (1 + np.log(counts.data)) * weights[counts.indices]
    filled = np.diff(counts.indptr)
    text_of = np.repeat(np.arange(len(filled)), filled)
    lengths = np.sqrt(np.bincount(text_of, values * values, len(filled))).astype(np.float32)
    counts.data = values / np.maximum(lengths, np.float32(TINY))[text_of]
    return counts


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features of the knowledge by number, and the column of each in either view.

    The columns of words (roots, pairs) come before those of pieces; within each, the typed view
    comes before the meant one.
    """

    roots: Mapping[str, int]
    pairs: IntArray  # sorted; first root's number x number of roots + second root's number
    pieces: Mapping[str, int]
    known: Mapping[str, int]
    pieces_of: csr_matrix  # known word x piece, counts

    @property
    def words(self) -> int:
        """The number of columns for roots and pairs in one view."""
        return len(self.roots) + len(self.pairs)

    @property
    def shares(self) -> FloatArray:
        sizes = (len(self.roots), len(self.pairs)) * 2 + (2 * len(self.pieces),)
        return np.repeat(np.array([ROOT, PAIR, ROOT, PAIR, PIECE], np.float32), sizes)

    def columns(self, reading: Reading) -> IntArray:
        """The columns of a text's known features, repeated as often as they occur."""
        words, pieces = self._words(reading.typed), self._pieces(reading.typed)
        meant_words, meant_pieces = words, pieces
        if reading.meant != reading.typed:
            meant_words, meant_pieces = self._words(reading.meant), self._pieces(reading.meant)
        first = 2 * self.words
        second = first + len(self.pieces)
        return np.concatenate(
            [words, meant_words + self.words, pieces + first, meant_pieces + second]
        )

    def _words(self, words: Sequence[str]) -> IntArray:
        roots = np.array([self.roots.get(root(word), -1) for word in words], dtype=np.int64)
        known = (roots[:-1] >= 0) & (roots[1:] >= 0)
        pairs = (roots[:-1] * len(self.roots) + roots[1:])[known]
        places = np.searchsorted(self.pairs, pairs)
        found = places[np.take(self.pairs, places, mode="clip") == pairs] if len(self.pairs) else ()
        return np.concatenate([roots[roots >= 0], np.asarray(found, np.int64) + len(self.roots)])

    def _pieces(self, words: Iterable[str]) -> IntArray:
        return np.concatenate([_NOTHING, *map(self._pieces_of, words)])

    def _pieces_of(self, word: str) -> IntArray:
        at = self.known.get(word)
        if at is None:
            found = (self.pieces.get(piece) for piece in pieces(word))
            return np.array([piece for piece in found if piece is not None], dtype=np.int64)
        start, end = self.pieces_of.indptr[at : at + 2]
        known: IntArray = self.pieces_of.indices[start:end]
        return known


@dataclass(frozen=True, slots=True)
class Vectoriser:
    """Rare features weigh more, repeated ones hardly more; every text has length one."""

    vocabulary: Vocabulary
    weights: FloatArray

    def row(self, reading: Reading) -> Row:
        return Row.of(self.vocabulary.columns(reading), self.weights)


def pieces(word: str) -> Iterator[str]:
    bounded = f"_{sound(word)}_"
    for size in PIECES:
        for at in range(len(bounded) - size + 1):
            yield bounded[at : at + size]


def learn_features(readings: Sequence[Reading]) -> tuple[Vectoriser, csr_matrix]:
    """The features of some texts, and the texts as weighted rows of them."""
    vocabulary, rows = _count(readings)
    often = np.bincount(rows.indices, minlength=rows.shape[1]).astype(np.float32)
    described = sum(map(bool, readings))
    weights = vocabulary.shares * (np.log((1 + described) / (1 + often)) + 1)
    vectoriser = Vectoriser(vocabulary, np.where(often, weights, 0).astype(np.float32))
    return vectoriser, weighed(rows, vectoriser.weights)


def _count(readings: Sequence[Reading]) -> tuple[Vocabulary, csr_matrix]:
    """Feature counts of each text: worked out once per word, then summed over the texts."""
    views = [[reading.typed for reading in readings], [reading.meant for reading in readings]]
    words = _number(word for view in views for text in view for word in text)
    roots, rooted = _table([[root(word)] for word in words])
    spelt, pieced = _table([[*pieces(word)] for word in words])
    texts = [_counts(view, words) for view in views]
    following = [_pairs(each, rooted.indices.astype(np.int64), len(roots)) for each in texts]
    pairs = np.unique(np.concatenate([codes for _, codes in following]))
    blocks = []
    for view, (places, codes) in zip(texts, following, strict=True):
        paired = _counts_at(places, np.searchsorted(pairs, codes), (len(readings), len(pairs)))
        blocks += [view @ rooted, paired]
    blocks += [view @ pieced for view in texts]
    return Vocabulary(roots, pairs, spelt, words, pieced), hstack(blocks, format="csr")


def _pairs(texts: csr_matrix, roots: IntArray, root_count: int) -> tuple[IntArray, IntArray]:
    """The text and the number of each pair of adjacent roots, for texts as words in order."""
    text_of = np.repeat(np.arange(texts.shape[0]), np.diff(texts.indptr))
    inside = text_of[1:] == text_of[:-1]
    numbers = roots[texts.indices]
    return text_of[1:][inside], (numbers[:-1] * root_count + numbers[1:])[inside]


def _table(rows: Sequence[Sequence[str]]) -> tuple[dict[str, int], csr_matrix]:
    number = _number(each for row in rows for each in row)
    return number, _counts(rows, number)


def _number(found: Iterable[str]) -> dict[str, int]:
    """Number in order of appearance, so that equal knowledge gives equal results."""
    return {each: at for at, each in enumerate(dict.fromkeys(found))}


def _counts(rows: Sequence[Sequence[str]], number: Mapping[str, int]) -> csr_matrix:
    places = np.fromiter((number[each] for row in rows for each in row), dtype=np.int32)
    ends = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    counts = np.ones(len(places), dtype=np.float32)
    return csr_matrix((counts, places, ends), shape=(len(rows), len(number)))


def _counts_at(rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> csr_matrix:
    return csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)
