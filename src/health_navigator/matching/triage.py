"""Whether a message tells of danger now: learnt from what danger sounds like and what it is not.

A message is judged whole, for the words around an alarming clause often say that it is long past,
or somebody else's, or a film. A long one is judged part by part too: one clause of danger must not
drown in a story about something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from scipy.sparse import csr_matrix

from health_navigator.matching.hinge import Hyperplanes, learn_hyperplanes
from health_navigator.matching.normalise import tokens
from health_navigator.matching.signs import Signs, learn_signs

NONE = "none"
# How far a danger must lead over "none". Chosen where one ordinary message in a hundred passes.
DANGER_LEAD = 0.25
# How far a message must lean towards all that is told or hinted, away from all that is calm: two
# hints in three do, one ordinary message in twenty.
WEAK_LEAN = -0.3
# A story this long may hide the clause that matters: its parts are heard too, with more caution.
LONG_STORY = 60
PART, STEP = 40, 20
PART_CAUTION = 1.0
# A word or two prove little: «mi hijo» is not yet a child in danger.
FEW_WORDS = 4
CAUTION_EACH_MISSING = 0.25
MOST_CHARACTERS = 4_096
MOST_NEAREST = 3


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
class Hearing:
    """What was learnt: a hyperplane for each danger, for none, and for unease of any kind."""

    dangers: tuple[str, ...]
    signs: Signs
    planes: Hyperplanes
    phrases: tuple[str, ...]
    told: csr_matrix

    def assess(self, heard: Sequence[Sequence[str]]) -> Assessment:
        """What to make of a message, whole, and of its parts after it."""
        margins = self.planes.margins(self.signs.table(heard))
        kinds, none, unease = np.split(margins, [len(self.dangers), len(self.dangers) + 1], axis=1)
        caution = CAUTION_EACH_MISSING * max(0, FEW_WORDS - len(heard[0]))
        leads = kinds.max(axis=1) - none[:, 0] - PART_CAUTION
        leads[0] += PART_CAUTION - caution
        best = int(leads.argmax())
        name, lead = self.dangers[int(kinds[best].argmax())], float(leads[best])
        is_danger, is_weak = lead >= DANGER_LEAD, unease[0, 0] - caution >= WEAK_LEAN
        if not (is_danger or is_weak):
            return Assessment()
        return Assessment(
            danger=name if is_danger else None,
            weak=None if is_danger else name,
            confidence=1 / (1 + exp(-2 * lead)),
            clause=" ".join(heard[best]),
        )

    def nearest(self, words: Sequence[str]) -> tuple[str, ...]:
        alike = (self.told @ self.signs.table([words]).T).toarray().ravel()
        order = np.argsort(-alike, kind="stable")[:MOST_NEAREST]
        return tuple(self.phrases[at] for at in order if alike[at] > 0)


@dataclass(frozen=True, slots=True)
class TriageModel:
    """Immutable: what was learnt from one state of the knowledge. Without dangers it hears none."""

    hearing: Hearing | None = None

    def assess(self, text: str) -> Assessment:
        heard = [*_parts(tokens(text[:MOST_CHARACTERS]))]
        return self.hearing.assess(heard) if self.hearing and heard else Assessment()

    def nearest(self, text: str) -> tuple[str, ...]:
        """The known phrases of danger that a text comes nearest to, to show why."""
        return self.hearing.nearest(tokens(text[:MOST_CHARACTERS])) if self.hearing else ()


def _parts(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """The whole message, and the overlapping parts of a long one."""
    if not words:
        return
    yield words
    if len(words) > LONG_STORY:
        for start in range(0, len(words) - STEP, STEP):
            yield words[start : start + PART]


def fit(dangers: Sequence[Danger], ordinary: Sequence[str]) -> TriageModel:
    """A detector learnt from the dangers' phrases against everything that is none."""
    told = [(text, danger.id) for danger in dangers for text in danger.phrases]
    if not told:
        return TriageModel()
    phrases = tuple(text for text, _ in told)
    weak = [text for danger in dangers for text in danger.weak]
    calm = [text for danger in dangers for text in danger.near_misses]
    texts = [*phrases, *weak, *calm, *(ordinary or ["hola"])]
    signs, table = learn_signs([tokens(text) for text in texts])
    names = tuple(dict.fromkeys(kind for _, kind in told))
    kinds = np.array([kind for _, kind in told] + [NONE] * (len(texts) - len(told)))
    uneasy = np.arange(len(texts)) < len(phrases) + len(weak)
    answers = np.column_stack([*(kinds == name for name in (*names, NONE)), uneasy])
    planes = learn_hyperplanes(table, answers)
    return TriageModel(Hearing(names, signs, planes, phrases, table[: len(phrases)]))
