"""Scores a message against every document, by each part of what we know."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from health_navigator.matching.features import FloatArray, Reading
from health_navigator.matching.latent import Latent, learn_latent
from health_navigator.matching.learner import Owners, learn, nearest, taught
from health_navigator.matching.lexical import Lexical, Texts, index
from health_navigator.matching.semantic import Semantic

# Two texts with no word in common can still ask the same.
NO_WORD_SHARED = 0.3
AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Scores:
    """One score per document and part; *alike* is the similarity to each question."""

    parts: dict[str, FloatArray]
    alike: FloatArray

    def beside(self, others: Sequence["Scores"], weight: float) -> "Scores":
        """These scores plus the weighted mean of the others."""
        share = weight / len(others)
        parts = {
            name: own + share * np.sum([other.parts[name] for other in others], axis=0)
            for name, own in self.parts.items()
        }
        return Scores(parts, self.alike)


@dataclass(frozen=True, slots=True)
class Scorer:
    owners: Owners
    lexical: Lexical
    latent: Latent
    semantic: Semantic | None
    taught: NDArray[np.int64]
    weights: FloatArray  # document x taught question

    def score(self, reading: Reading, text: str) -> Scores:
        row = self.lexical.vectoriser.row(reading)
        words, bodies = self.lexical.alike(row)
        topics = self.latent.questions @ self.latent.vector(row)
        parts = {"near words": nearest(words, self.owners), "body": bodies}
        parts["near topics"] = nearest(topics, self.owners)
        meanings = np.zeros_like(topics)
        if self.semantic is not None:
            vector = self.semantic.vector(text)
            meanings = self.semantic.questions @ vector
            parts["near meaning"] = nearest(meanings, self.owners)
            parts["title"] = self.semantic.titles @ vector
        alike = _joint(words, topics, meanings)
        parts["learnt"] = self._learnt(alike) if len(self.taught) else parts["near words"]
        return Scores(parts, alike)

    def _learnt(self, alike: FloatArray) -> FloatArray:
        chosen = alike if len(self.taught) == len(alike) else alike[self.taught]
        return np.asarray(self.weights @ chosen, dtype=np.float32)


def learn_scores(texts: Texts, owners: Owners) -> Scorer:
    """A scorer by words and topics alone."""
    nothing = np.empty((0, 0), dtype=np.float32)
    scorer = Scorer(owners, index(texts), learn_latent(texts), None, taught(owners), nothing)
    return _learnt_anew(scorer)


def with_meaning(scorer: Scorer, semantic: Semantic) -> Scorer:
    """The same scorer, learnt anew with meaning beside words and topics."""
    return _learnt_anew(replace(scorer, semantic=semantic))


def _learnt_anew(scorer: Scorer) -> Scorer:
    if not len(scorer.taught):
        return scorer
    return replace(scorer, weights=learn(_kernel(scorer), scorer.owners, scorer.taught))


def _joint(words: FloatArray, topics: FloatArray, meanings: FloatArray) -> FloatArray:
    """Similar in words and, at the same time, in subject."""
    return (words + np.float32(NO_WORD_SHARED)) * (1 + topics + meanings)


def _kernel(scorer: Scorer) -> FloatArray:
    """The similarity of each taught question to itself and those after it.

    Computed a few rows at a time to save memory; what lies below the diagonal is not read.
    """
    chosen, semantic = scorer.taught, scorer.semantic
    words, topics = scorer.lexical.questions[chosen], scorer.latent.questions[chosen]
    meanings = np.zeros((len(chosen), 1), np.float32)
    if semantic is not None:
        meanings = semantic.questions[chosen]
    by_feature = csr_matrix(words.T)
    kernel = np.empty((len(chosen), len(chosen)), dtype=np.float32)
    for at in range(0, len(chosen), AT_ONCE):
        rows = slice(at, at + AT_ONCE)
        alike = (words[rows] @ by_feature[:, at:]).toarray()
        about, meant = topics[rows] @ topics[at:].T, meanings[rows] @ meanings[at:].T
        kernel[rows, at:] = _joint(alike, about, meant)
    return kernel
