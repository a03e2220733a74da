"""Whether a message tells of danger now: learnt from what danger sounds like and what it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from health_navigator.matching.normalise import sound, tokens
from health_navigator.matching.stems import root

NONE = "none"
# How far a danger must lead over "none". Chosen where one ordinary message in a hundred passes.
DANGER_LEAD = 0.25
WEAK_LEAD = -0.35
# A story this long may hide the clause that matters: its parts are heard too, with more caution.
LONG_STORY = 60
PART, STEP = 40, 20
PART_CAUTION = 1.0
# A word or two prove little: «mi hijo» is not yet a child in danger.
FEW_WORDS = 3
FEW_WORDS_CAUTION = 0.5
PIECES = (3, 4, 5)
MOST_CHARACTERS = 4_096


@dataclass(frozen=True, slots=True)
class Danger:
    """One danger: how people tell of it, signs that are weak, and the same words without danger."""

    id: str
    phrases: tuple[str, ...]
    weak: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """`danger` now, or only a `weak` sign of one, or neither; `clause` is where it was heard."""

    danger: str | None = None
    weak: str | None = None
    confidence: float = 0.0
    clause: str = ""


@dataclass(frozen=True, slots=True)
class TriageModel:
    """Immutable: what was learnt from one state of the knowledge."""

    vectoriser: TfidfVectorizer | None = None
    machine: LinearSVC | None = None

    def assess(self, text: str) -> Assessment:
        clauses = [*_clauses(text[:MOST_CHARACTERS])]
        if self.vectoriser is None or self.machine is None or not clauses:
            return Assessment()
        margins = self.machine.decision_function(self.vectoriser.transform(clauses))
        leads, names = _leads(margins, list(self.machine.classes_))
        leads[1:] -= PART_CAUTION
        leads[0] -= FEW_WORDS_CAUTION if len(clauses[0].split()) <= FEW_WORDS else 0
        best = int(leads.argmax())
        return _assessment(float(leads[best]), names[best], clauses[best])


def _assessment(lead: float, name: str, clause: str) -> Assessment:
    confidence = 1 / (1 + exp(-2 * lead))
    if lead >= DANGER_LEAD:
        return Assessment(danger=name, confidence=confidence, clause=clause)
    if lead >= WEAK_LEAD:
        return Assessment(weak=name, confidence=confidence, clause=clause)
    return Assessment()


def _leads(
    margins: NDArray[np.float64], classes: list[str]
) -> tuple[NDArray[np.float64], list[str]]:
    """For each clause, by how much its likeliest danger leads over none, and which that is."""
    none = classes.index(NONE)
    dangers = [at for at in range(len(classes)) if at != none]
    likeliest = margins[:, dangers].argmax(axis=1)
    leads = margins[:, dangers].max(axis=1) - margins[:, none]
    return leads, [str(classes[dangers[at]]) for at in likeliest]


def _clauses(text: str) -> Iterator[str]:
    """The whole message, and the overlapping parts of a long one."""
    words = tokens(text)
    if not words:
        return
    yield " ".join(words)
    if len(words) > LONG_STORY:
        for start in range(0, len(words) - STEP, STEP):
            yield " ".join(words[start : start + PART])


def fit(dangers: Sequence[Danger], ordinary: Sequence[str]) -> TriageModel:
    """A detector learnt from the dangers' phrases against everything that is none."""
    labelled = [(text, danger.id) for danger in dangers for text in danger.phrases]
    if not labelled:
        return TriageModel()
    calm = [text for danger in dangers for text in (*danger.weak, *danger.near_misses)]
    labelled += [(text, NONE) for text in (*calm, *ordinary)]
    if NONE not in {label for _, label in labelled}:
        labelled.append(("hola", NONE))
    vectoriser = TfidfVectorizer(analyzer=describe, sublinear_tf=True, dtype=np.float32)
    features = vectoriser.fit_transform([text for text, _ in labelled])
    machine = LinearSVC(C=1.0, class_weight="balanced", random_state=0)
    machine.fit(features, [label for _, label in labelled])
    return TriageModel(vectoriser, machine)


def describe(text: str) -> list[str]:
    """Roots, and pairs and triples of them; exact words in a row; pieces of how words sound.

    Exact words matter here: «me quiero matar» and «me quiere matar» are two dangers.
    """
    words = tokens(text)
    roots = [root(word) for word in words]
    bounded = ["^", *words, "$"]
    return [
        *(f"r:{each}" for each in roots),
        *(f"rr:{one} {two}" for one, two in pairwise(roots)),
        *(f"r-r:{one} {three}" for one, three in zip(roots, roots[2:], strict=False)),
        *(f"ww:{one} {two}" for one, two in pairwise(bounded)),
        *(
            f"www:{one} {two} {three}"
            for one, two, three in zip(bounded, bounded[1:], bounded[2:], strict=False)
        ),
        *(piece for word in words for piece in _pieces(sound(word))),
    ]


def _pieces(heard: str) -> Iterator[str]:
    bounded = f"_{heard}_"
    for size in PIECES:
        for start in range(max(1, len(bounded) - size + 1)):
            yield bounded[start : start + size]
