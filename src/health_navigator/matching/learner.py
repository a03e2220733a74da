"""From how alike a text is to each known question, to how likely each document answers it.

Ridge regression in its dual form: one closed solution, nothing random, and all that a new text
needs is its similarity to the questions, which the nearest questions need anyway.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from health_navigator.matching.features import FloatArray

RIDGE = 1.0
NEAREST = 3
# The closed form costs the cube of the questions: past this many, the nearest ones must do.
MOST_LEARNT = 6_000


@dataclass(frozen=True, slots=True)
class Owners:
    """Which document each question belongs to; a document's questions stand side by side."""

    of_question: NDArray[np.int64]
    count: int
    places: NDArray[np.int64]  # a row a document: its questions' places, then *missing*

    @property
    def missing(self) -> int:
        return len(self.of_question)


def own(questions_of: list[int]) -> Owners:
    """Owners from how many questions each document has."""
    total, widest = sum(questions_of), max(questions_of, default=0)
    places = np.full((len(questions_of), max(widest, 1)), total, dtype=np.int64)
    starts = np.cumsum([0, *questions_of])
    for document, count in enumerate(questions_of):
        places[document, :count] = np.arange(starts[document], starts[document] + count)
    return Owners(np.repeat(np.arange(len(questions_of)), questions_of), len(questions_of), places)


def learn(alike: FloatArray, owners: Owners) -> FloatArray:
    """Weights (question x document) that turn similarities into scores near 1 for the right one."""
    wanted = np.zeros((owners.missing, owners.count), dtype=np.float32)
    wanted[np.arange(owners.missing), owners.of_question] = 1
    wanted -= wanted.mean(axis=0)
    kernel = alike + RIDGE * np.eye(len(alike), dtype=np.float32)
    solved = cho_solve(cho_factor(kernel, lower=True, overwrite_a=True), wanted)
    return np.asarray(solved, dtype=np.float32)


def nearest(alike: FloatArray, owners: Owners) -> FloatArray:
    """How alike each document's few nearest questions are on average."""
    padded = np.append(alike, np.float32(-1))[owners.places]
    few = min(NEAREST, padded.shape[1])
    top = -np.partition(-padded, few - 1, axis=1)[:, :few]
    there = top > -1
    return np.asarray(
        np.where(there, top, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1), np.float32
    )
