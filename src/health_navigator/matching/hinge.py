"""Linear support vector machines: one hyperplane per yes-or-no question.

Squared hinge loss with an L2 penalty, minimised by Newton's method. Each Newton step is solved by
conjugate gradients, for all questions at once. Nothing is random: the same texts give the same
hyperplanes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, hstack

from health_navigator.matching.features import FloatArray, Row

# With more steps than these the answers no longer change.
NEWTON_STEPS = 5
GRADIENT_STEPS = 8
# Below any squared length that matters; keeps a converged question from dividing by zero.
TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True)
class Hyperplanes:
    """One per question; a text's side of it, and its distance, say yes or no and how clearly."""

    slopes: FloatArray  # feature x question
    shifts: FloatArray

    def margins(self, texts: Sequence[Row]) -> FloatArray:
        """How far each text lies on the side of yes (text x question)."""
        return np.array([row.values @ self.slopes[row.columns] for row in texts]) + self.shifts


def learn_hyperplanes(texts: csr_matrix | csc_matrix, answers: NDArray[np.bool_]) -> Hyperplanes:
    """Learn from each text's answer to each question (text x question).

    However few yeses a question has, together they weigh as much as those of an average question.
    """
    targets = np.where(answers, np.float32(1), np.float32(-1))
    yes_weights = len(answers) / (answers.shape[1] * np.maximum(answers.sum(axis=0), 1))
    costs = np.where(answers, yes_weights, 1).astype(np.float32)
    ones = csc_matrix(np.ones((len(answers), 1), np.float32))
    texts_with_bias = hstack([texts.tocsc(), ones], format="csc")
    texts_transposed = texts_with_bias.T
    planes = np.zeros((texts_with_bias.shape[1], answers.shape[1]), dtype=np.float32)
    for _ in range(NEWTON_STEPS):
        slack = np.maximum(0, 1 - targets * (texts_with_bias @ planes))
        descent = texts_transposed @ (2 * costs * targets * slack) - planes
        planes += _newton_step(texts_with_bias, texts_transposed, 2 * costs * (slack > 0), descent)
    return Hyperplanes(planes[:-1], planes[-1])


def _newton_step(
    texts: csc_matrix, texts_transposed: csr_matrix, curvature: FloatArray, descent: FloatArray
) -> FloatArray:
    """Solve Hessian x step = *descent* by conjugate gradients, each column by itself."""
    step = np.zeros_like(descent)
    residual, direction = descent, descent
    residual_squared = _squared(residual)
    for _ in range(GRADIENT_STEPS):
        hessian_product = direction + texts_transposed @ (curvature * (texts @ direction))
        step_length = residual_squared / np.maximum(_products(direction, hessian_product), TINY)
        step += step_length * direction
        residual = residual - step_length * hessian_product
        previous, residual_squared = residual_squared, _squared(residual)
        direction = residual + (residual_squared / np.maximum(previous, TINY)) * direction
    return step


def _squared(columns: FloatArray) -> FloatArray:
    return _products(columns, columns)


def _products(some: FloatArray, others: FloatArray) -> FloatArray:
    """Dot products of paired columns, without BLAS, whose threads spin on a busy machine."""
    return np.asarray(np.einsum("ij,ij->j", some, others), dtype=np.float32)
