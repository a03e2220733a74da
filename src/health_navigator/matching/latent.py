"""What words have in common by occurring in the same questions and answers.

Latent semantic analysis: a few dozen directions along which the knowledge's own texts vary. It
costs nothing to keep and stands in for the sentence encoder where there is none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from health_navigator.matching.features import FloatArray, Row
from health_navigator.matching.lexical import Texts

DIRECTIONS = 60
_SPARE = 10
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Latent:
    directions: NDArray[np.float16]  # root or pair of roots x direction, in half precision
    centre: FloatArray
    questions: FloatArray

    def vector(self, row: Row) -> FloatArray:
        is_word = row.columns < len(self.directions)
        placed = row.values[is_word] @ self.directions[row.columns[is_word]].astype(np.float32)
        vector: FloatArray = centred(placed[np.newaxis], self.centre)[0]
        return vector


def learn_latent(texts: Texts) -> Latent:
    """Only whole words carry a topic; pieces of words would drown it."""
    words = texts.rows[:, : 2 * texts.vectoriser.vocabulary.words]
    directions = _directions(words)
    placed = words[: texts.count] @ directions
    centre = placed.mean(axis=0)
    return Latent(directions.astype(np.float16), centre, centred(placed, centre))


def centred(vectors: FloatArray, centre: FloatArray) -> FloatArray:
    """Unit vectors from the centre: what all texts share distinguishes none."""
    apart = vectors - centre
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    return np.asarray(apart / np.maximum(lengths, 1e-9), dtype=np.float32)


def _directions(texts: csr_matrix) -> FloatArray:
    """The leading right singular vectors, found by a few rounds of projection."""
    many = min(DIRECTIONS + _SPARE, *texts.shape)
    # The start is random but always the same.
    start = np.random.default_rng(0).standard_normal((texts.shape[1], many)).astype(np.float32)
    basis = texts @ start
    for _ in range(_ROUNDS):
        basis = texts @ (texts.T @ np.linalg.qr(basis)[0])
    projected = (texts.T @ np.linalg.qr(basis)[0]).T
    # Through the small square matrix: the long side is a thousand times longer.
    strengths, rotation = np.linalg.eigh(projected @ projected.T)
    leading = np.flip(np.argsort(strengths))[:DIRECTIONS]
    found = projected.T @ (rotation[:, leading] / np.sqrt(np.maximum(strengths[leading], 1e-9)))
    return np.asarray(found, np.float32)
