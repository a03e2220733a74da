"""The similarity of texts by their words and by how these sound."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from health_navigator.matching.features import (
    FloatArray,
    IntArray,
    Reading,
    Row,
    Vectoriser,
    learn_features,
)
from health_navigator.matching.stems import root


@dataclass(frozen=True, slots=True)
class Texts:
    """The knowledge's questions, then its documents' bodies, as rows of features to learn from."""

    vectoriser: Vectoriser
    rows: csr_matrix
    count: int


@dataclass(frozen=True, slots=True)
class Lexical:
    """The same texts by feature, to compare one text with all of them."""

    vectoriser: Vectoriser
    by_feature: csr_matrix
    count: int

    @property
    def questions(self) -> csr_matrix:
        """The questions as rows again."""
        return csr_matrix(self.by_feature[:, : self.count].T)

    def questions_with(self, word: str) -> IntArray:
        """The questions that contain this word, or one with its root."""
        column = self.vectoriser.vocabulary.roots.get(root(word))
        if column is None:
            return np.empty(0, dtype=np.int64)
        found = self.by_feature.indices[slice(*self.by_feature.indptr[column : column + 2])]
        return np.asarray(found[found < self.count], dtype=np.int64)

    def alike(self, row: Row) -> tuple[FloatArray, FloatArray]:
        """One text's similarity to each question, and to each document's title and answer."""
        both = np.asarray(self.by_feature[row.columns].T @ row.values, dtype=np.float32)
        return both[: self.count], both[self.count :]


def describe_texts(questions: Sequence[Reading], bodies: Sequence[Reading]) -> Texts:
    """*bodies* has one reading per document; an empty one is similar to nothing."""
    return Texts(*learn_features([*questions, *bodies]), len(questions))


def index(texts: Texts) -> Lexical:
    return Lexical(texts.vectoriser, csr_matrix(texts.rows.T), texts.count)
