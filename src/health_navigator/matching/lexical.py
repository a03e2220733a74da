"""How alike texts are by their words and by how these sound."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack

from health_navigator.matching.features import FloatArray, Reading, Vectoriser, learn_features


@dataclass(frozen=True, slots=True)
class Lexical:
    vectoriser: Vectoriser
    questions: csr_matrix
    bodies: csr_matrix
    by_feature: csr_matrix  # feature x (questions, then bodies): the same, for asking one text

    def alike(self, row: csr_matrix) -> tuple[FloatArray, FloatArray]:
        """One text's similarity to each question, and to each document's title and answer."""
        both = np.asarray((row @ self.by_feature).toarray()[0], dtype=np.float32)
        return both[: self.questions.shape[0]], both[self.questions.shape[0] :]


def learn_words(questions: Sequence[Reading], bodies: Sequence[Reading]) -> Lexical:
    """*bodies* has one reading a document; an empty one is like nothing."""
    vectoriser = learn_features([*questions, *(body for body in bodies if body.typed)])
    asked, told = vectoriser.many(questions), vectoriser.many(bodies)
    return Lexical(vectoriser, asked, told, csr_matrix(vstack([asked, told]).T))
