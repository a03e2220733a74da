"""How alike texts are in meaning, by the vectors of a sentence encoder."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from health_navigator.matching.encoder import Encoder
from health_navigator.matching.features import FloatArray
from health_navigator.matching.learner import MOST_LEARNT, Owners, learn, nearest


@dataclass(frozen=True, slots=True)
class Semantic:
    encoder: Encoder
    owners: Owners
    centre: FloatArray
    questions: FloatArray
    titles: FloatArray
    weights: FloatArray | None

    def parts(self, text: str) -> tuple[FloatArray, dict[str, FloatArray]]:
        """Similarity to each question, and each document's score by part."""
        vector = _centred(self.encoder.encode([text]), self.centre)[0]
        alike = self.questions @ vector
        near = nearest(alike, self.owners)
        learnt = near if self.weights is None else alike @ self.weights
        return alike, {"meaning": learnt, "near meaning": near, "title": self.titles @ vector}


def learn_meaning(
    encoder: Encoder, questions: Sequence[str], titles: Sequence[str], owners: Owners
) -> Semantic:
    """*questions* and *titles* are folded; an empty title is like nothing."""
    asked = encoder.encode(questions)
    # All sentences of one domain point the same way: what they share tells nothing apart.
    centre = asked.mean(axis=0)
    vectors = _centred(asked, centre)
    weights = learn(vectors @ vectors.T, owners) if len(asked) <= MOST_LEARNT else None
    named = _centred(encoder.encode(titles), centre)
    named[[not title for title in titles]] = 0
    return Semantic(encoder, owners, centre, vectors, named, weights)


def _centred(vectors: FloatArray, centre: FloatArray) -> FloatArray:
    apart = vectors - centre
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    return np.asarray(apart / np.maximum(lengths, 1e-9), dtype=np.float32)
