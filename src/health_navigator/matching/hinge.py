"""Linear machines: for each question the hyperplane that best tells the texts that say yes.

Squared hinge loss with a quadratic penalty, minimised by Newton's method; each step is solved by
conjugate gradients, for all the questions at once. Nothing is random: the same texts give the
same machines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, hstack

from health_navigator.matching.features import FloatArray, Row

# Past these the answers no longer change.
NEWTON_STEPS = 5
GRADIENT_STEPS = 8
# Less than any squared length that matters; keeps a finished question from dividing by zero.
TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True)
class Hyperplanes:
    """One for each question: on which side of it a text lies, and how far, says yes or no."""

    slopes: FloatArray  # feature x question
    shifts: FloatArray

    def margins(self, texts: Sequence[Row]) -> FloatArray:
        """How far each text lies towards yes (text x question)."""
        return np.array([row.values @ self.slopes[row.columns] for row in texts]) + self.shifts


def learn_hyperplanes(texts: csr_matrix | csc_matrix, answers: NDArray[np.bool_]) -> Hyperplanes:
    """From what each text answers to each question (text x question).

    A question's yeses together weigh as an average question's do, however few they are.
    """
    wanted = np.where(answers, np.float32(1), np.float32(-1))
    each = len(answers) / (answers.shape[1] * np.maximum(answers.sum(axis=0), 1))
    cost = np.where(answers, each, 1).astype(np.float32)
    ones = csc_matrix(np.ones((len(answers), 1), np.float32))
    shifted = hstack([texts.tocsc(), ones], format="csc")
    back = shifted.T
    planes = np.zeros((shifted.shape[1], answers.shape[1]), dtype=np.float32)
    for _ in range(NEWTON_STEPS):
        slack = np.maximum(0, 1 - wanted * (shifted @ planes))
        downhill = back @ (2 * cost * wanted * slack) - planes
        planes += _newton_step(shifted, back, 2 * cost * (slack > 0), downhill)
    return Hyperplanes(planes[:-1], planes[-1])


def _newton_step(
    texts: csc_matrix, back: csr_matrix, curvature: FloatArray, downhill: FloatArray
) -> FloatArray:
    """Where a parabola through here has its bottom: conjugate gradients, column by column."""
    step = np.zeros_like(downhill)
    left, direction = downhill, downhill
    length = _squared(left)
    for _ in range(GRADIENT_STEPS):
        bent = direction + back @ (curvature * (texts @ direction))
        far = length / np.maximum(_products(direction, bent), TINY)
        step += far * direction
        left = left - far * bent
        before, length = length, _squared(left)
        direction = left + (length / np.maximum(before, TINY)) * direction
    return step


def _squared(columns: FloatArray) -> FloatArray:
    return _products(columns, columns)


def _products(some: FloatArray, others: FloatArray) -> FloatArray:
    """Column with column, without BLAS, whose threads spin on a busy machine."""
    return np.asarray(np.einsum("ij,ij->j", some, others), dtype=np.float32)
