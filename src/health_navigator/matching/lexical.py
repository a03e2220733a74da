"""How alike texts are by their words and by how these sound."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack

from health_navigator.matching.features import FloatArray, Reading, Vectoriser, learn_features


@dataclass(frozen=True, slots=True)
class Texts:
    """The knowledge's texts as rows of features, to learn from."""

    vectoriser: Vectoriser
    questions: csr_matrix
    bodies: csr_matrix


@dataclass(frozen=True, slots=True)
class Lexical:
    """The same texts by feature, to compare one text with all of them."""

    vectoriser: Vectoriser
    by_feature: csr_matrix
    count: int

    def alike(self, row: csr_matrix) -> tuple[FloatArray, FloatArray]:
        """One text's similarity to each question, and to each document's title and answer."""
        both = np.asarray((row @ self.by_feature).toarray()[0], dtype=np.float32)
        return both[: self.count], both[self.count :]


def describe_texts(questions: Sequence[Reading], bodies: Sequence[Reading]) -> Texts:
    """*bodies* has one reading a document; an empty one is like nothing."""
    vectoriser = learn_features([*questions, *(body for body in bodies if body.typed)])
    return Texts(vectoriser, vectoriser.many(questions), vectoriser.many(bodies))


def index(texts: Texts) -> Lexical:
    by_feature = csr_matrix(vstack([texts.questions, texts.bodies]).T)
    return Lexical(texts.vectoriser, by_feature, texts.questions.shape[0])
