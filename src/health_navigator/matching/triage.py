"""Provisional detector of danger (being replaced): nearest phrases by pieces of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from health_navigator.matching.encoder import Encoder
from health_navigator.matching.normalise import fold

NONE = "none"


@dataclass(frozen=True, slots=True)
class Danger:
    id: str
    phrases: tuple[str, ...]
    weak: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    danger: str | None = None
    weak: str | None = None
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class TriageModel:
    vectoriser: Any = None
    model: Any = None

    def assess(self, text: str) -> Assessment:
        if self.model is None or not fold(text):
            return Assessment()
        chances = self.model.predict_proba(self.vectoriser.transform([fold(text)]))[0]
        best = max(range(len(chances)), key=lambda at: chances[at])
        name, chance = str(self.model.classes_[best]), float(chances[best])
        if name == NONE or chance < 0.5:
            return Assessment()
        return Assessment(danger=name, confidence=chance)


def meant(dangers: Sequence[Danger], ordinary: Sequence[str]) -> list[str]:
    return []


def fit(dangers: Sequence[Danger], ordinary: Sequence[str], encoder: Encoder | None) -> TriageModel:
    texts = [(fold(text), danger.id) for danger in dangers for text in danger.phrases]
    calm = [text for danger in dangers for text in (*danger.weak, *danger.near_misses)]
    texts += [(fold(text), NONE) for text in (*calm, *ordinary)]
    if len({label for _, label in texts}) < 2:
        return TriageModel()
    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    features = vectoriser.fit_transform([text for text, _ in texts])
    model = LogisticRegression(C=20, max_iter=200).fit(features, [label for _, label in texts])
    return TriageModel(vectoriser, model)
