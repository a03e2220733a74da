"""From how alike a text is to each known question, to how likely each document answers it.

Ridge regression in its dual form: one closed solution, nothing random, and all that a new text
needs is its similarity to the questions, which the nearest questions need anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from health_navigator.matching.features import FloatArray

RIDGE = 1.0
NEAREST = 3
# Less than any similarity.
NOTHING = np.float32(-9)
# The closed form costs the cube of the questions taught and the square in memory.
MOST_TAUGHT = 5_000
# With more documents than this the nearest questions must do: weights are questions x documents.
MOST_LEARNT = 1_000


@dataclass(frozen=True, slots=True)
class Owners:
    """Which questions each document has; a document's questions stand side by side."""

    counts: NDArray[np.int64]
    places: NDArray[np.int64]  # a row a document: its questions' places, then *total*

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    def of(self, document: int) -> NDArray[np.int64]:
        return self.places[document, : self.counts[document]]


def own(counts: Sequence[int]) -> Owners:
    """Owners from how many questions each document has."""
    total, widest = sum(counts), max(counts, default=1)
    starts = np.cumsum([0, *counts])[:-1, None]
    offsets = np.arange(widest)[None, :]
    within = offsets < np.array(counts, dtype=np.int64).reshape(-1, 1)
    return Owners(np.array(counts, dtype=np.int64), np.where(within, starts + offsets, total))


def taught(owners: Owners) -> NDArray[np.int64]:
    """The questions to learn from: all, or each document's first ones where there are too many."""
    if len(owners.counts) > MOST_LEARNT:
        return np.empty(0, dtype=np.int64)
    each = owners.places.shape[1]
    while each > 1 and np.minimum(owners.counts, each).sum() > MOST_TAUGHT:
        each -= 1
    first = owners.places[:, :each].ravel()
    return first[first < owners.total]


def learn(kernel: FloatArray, owners: Owners, questions: NDArray[np.int64]) -> FloatArray:
    """Weights (question x document) that turn similarities into scores near 1 for the right one.

    *kernel* is overwritten.
    """
    owner = np.repeat(np.arange(len(owners.counts)), owners.counts)[questions]
    wanted = np.zeros((len(questions), len(owners.counts)), dtype=np.float32)
    wanted[np.arange(len(questions)), owner] = 1
    wanted -= wanted.mean(axis=0)
    kernel[np.diag_indices_from(kernel)] += RIDGE
    solved = cho_solve(
        cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False), wanted
    )
    return np.asarray(solved, dtype=np.float32)


def nearest(alike: FloatArray, owners: Owners) -> FloatArray:
    """How alike each document's few nearest questions are on average."""
    padded = np.append(alike, NOTHING)[owners.places]
    few = min(NEAREST, padded.shape[1])
    top = np.partition(padded, -few, axis=1)[:, -few:]
    there = top > NOTHING
    return np.asarray(np.where(there, top, 0).sum(axis=1) / there.sum(axis=1), dtype=np.float32)
