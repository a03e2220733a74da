"""From a text's similarity to each known question to how likely each document answers it.

Ridge regression in its dual form: one closed solution, nothing random. All that a new text needs is
its similarity to the questions, which the nearest-question score needs anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from health_navigator.matching.features import FloatArray

RIDGE = 1.0
NEAREST = 3
# Less than any similarity.
NOTHING = np.float32(-9)
# The closed form takes the cube of the number of questions in time, and its square in memory.
MOST_TAUGHT = 6_000
# With more documents than this, only the nearest questions count: weights are questions x
# documents.
MOST_LEARNT = 1_000


@dataclass(frozen=True, slots=True)
class Owners:
    """Which questions each document has; a document's questions are contiguous.

    Every document has at least one.
    """

    counts: NDArray[np.int64]
    starts: NDArray[np.int64]
    of_question: NDArray[np.int64]

    def of(self, document: int) -> slice:
        start = int(self.starts[document])
        return slice(start, start + int(self.counts[document]))


def own(counts: Sequence[int]) -> Owners:
    """Owners from the number of questions of each document."""
    each = np.array(counts, dtype=np.int64)
    return Owners(each, np.cumsum(each) - each, np.repeat(np.arange(len(each)), each))


def taught(owners: Owners) -> NDArray[np.int64]:
    """The questions to learn from: all, or each document's first ones if there are too many."""
    if len(owners.counts) > MOST_LEARNT:
        return np.empty(0, dtype=np.int64)
    each = int(owners.counts.max())
    while each > 1 and np.minimum(owners.counts, each).sum() > MOST_TAUGHT:
        each -= 1
    place = np.arange(len(owners.of_question)) - owners.starts[owners.of_question]
    return np.flatnonzero(place < each)


def learn(kernel: FloatArray, owners: Owners, questions: NDArray[np.int64]) -> FloatArray:
    """Weights (document x question) that turn similarities into scores near 1 for the right one.

    Only *kernel*'s diagonal and what lies above it are read; *kernel* is overwritten.
    """
    # Imported here: most starts learn nothing, and linear algebra takes eight megabytes.
    from scipy.linalg import cho_factor, cho_solve

    wanted = np.zeros((len(questions), len(owners.counts)), dtype=np.float32)
    wanted[np.arange(len(questions)), owners.of_question[questions]] = 1
    wanted -= wanted.mean(axis=0)
    kernel[np.diag_indices_from(kernel)] += RIDGE
    factor = cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    # Below the diagonal stands whatever the memory held: who checks it finds what is no number.
    solved = cho_solve(factor, wanted, check_finite=False)
    return np.ascontiguousarray(solved.T, dtype=np.float32)


def nearest(alike: FloatArray, owners: Owners) -> FloatArray:
    """The mean similarity of each document's few nearest questions."""
    left = alike.copy()
    best: FloatArray = np.maximum.reduceat(left, owners.starts)
    total, found = best.copy(), np.ones_like(best)
    for _ in range(NEAREST - 1):
        np.putmask(left, left == np.repeat(best, owners.counts), NOTHING)
        best = np.maximum.reduceat(left, owners.starts)
        there = best > NOTHING
        total += np.where(there, best, 0)
        found += there
    return total / found
