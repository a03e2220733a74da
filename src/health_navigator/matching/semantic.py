"""The similarity of texts in meaning, by the vectors of a sentence encoder."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from health_navigator.matching.encoder import Encoder
from health_navigator.matching.features import FloatArray
from health_navigator.matching.latent import centred


@dataclass(frozen=True, slots=True)
class Semantic:
    encoder: Encoder
    centre: FloatArray
    questions: FloatArray
    titles: FloatArray

    def vector(self, text: str) -> FloatArray:
        vector: FloatArray = centred(self.encoder.encode([text]), self.centre)[0]
        return vector


def learn_meaning(encoder: Encoder, questions: Sequence[str], titles: Sequence[str]) -> Semantic:
    """An empty title is similar to nothing."""
    asked = encoder.encode(questions)
    centre = np.asarray(asked.mean(axis=0), dtype=np.float32)
    named = centred(encoder.encode(titles), centre)
    named[[not title for title in titles]] = 0
    return Semantic(encoder, centre, centred(asked, centre), named)
