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

from health_navigator.matching.features import FloatArray
from health_navigator.matching.hinge import Hyperplanes, learn_hyperplanes
from health_navigator.matching.normalise import tokens
from health_navigator.matching.signs import Signs, learn_signs

NONE = "none"
# How far a danger must lead over none: there one ordinary message in a hundred passes.
DANGER_LEAD = 0.15
# How far a message must lean towards all that is told or hinted, away from all that is calm: two
# hints in three do, one ordinary message in twenty.
WEAK_LEAN = -0.3
# In a message of more words than this a clause may drown: its parts are heard too. Out of their
# story words alarm more easily, so the whole has as much to say, and a little more is asked.
LONG_STORY = 18
PART, STEP = 16, 5
PART_CAUTION = 0.35
# A word or two prove little: «mi hijo» is not yet a child in danger.
FEW_WORDS = 4
CAUTION_EACH_MISSING = 0.25
# What telling the dangers from each other counts for beside telling each from all else.
AMONG_WEIGHS = 0.5
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
    """`danger` now, or only a `weak` sign of one, or neither.

    `clause` is where it was heard, `nearest` the known phrases of danger that come closest to it.
    """

    danger: str | None = None
    weak: str | None = None
    confidence: float = 0.0
    clause: str = ""
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was learnt: hyperplanes for each danger, for none, and for unease of any kind.

    Those *among* the dangers tell one from the other alone, not from what is none.
    """

    dangers: tuple[str, ...]
    signs: Signs
    planes: Hyperplanes
    among: Hyperplanes
    phrases: tuple[str, ...]
    told: csr_matrix

    def assess(self, heard: Sequence[Sequence[str]]) -> Assessment:
        """What to make of a message, whole, and of its parts after it."""
        table = self.signs.table(heard)
        margins = self.planes.margins(table)
        caution = CAUTION_EACH_MISSING * max(0, FEW_WORDS - len(heard[0]))
        leads = _leads(margins, caution)
        best = int(leads.argmax())
        if leads[best] < DANGER_LEAD and margins[0, -1] - caution < WEAK_LEAN:
            return Assessment()
        kinds = margins[best, :-2] + AMONG_WEIGHS * self.among.margins(table[[best]])[0]
        likeliest = self.dangers[int(kinds.argmax())]
        is_danger = bool(leads[best] >= DANGER_LEAD)
        return Assessment(
            danger=likeliest if is_danger else None,
            weak=None if is_danger else likeliest,
            confidence=1 / (1 + exp(-2 * float(leads[best]))),
            clause=" ".join(heard[best]),
            nearest=self._nearest(table[[best]]),
        )

    def _nearest(self, row: csr_matrix) -> tuple[str, ...]:
        alike = (self.told @ row.T).toarray().ravel()
        order = np.argsort(-alike, kind="stable")[:MOST_NEAREST]
        return tuple(self.phrases[at] for at in order if alike[at] > 0)


def _leads(margins: FloatArray, caution: float) -> FloatArray:
    """By how much the likeliest danger leads over none: in the whole first, then in its parts."""
    leads: FloatArray = margins[:, :-2].max(axis=1) - margins[:, -2]
    leads[1:] = (leads[0] + leads[1:]) / 2 - PART_CAUTION
    leads[0] -= caution
    return leads


@dataclass(frozen=True, slots=True)
class TriageModel:
    """Immutable: what was learnt from one state of the knowledge. Without dangers it hears none."""

    hearing: Hearing | None = None

    def assess(self, text: str) -> Assessment:
        heard = [*_parts(tokens(text[:MOST_CHARACTERS]))]
        return self.hearing.assess(heard) if self.hearing and heard else Assessment()


def _parts(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """The whole message, and the overlapping parts of a long one."""
    if not words:
        return
    yield words
    if len(words) > LONG_STORY:
        for start in range(0, len(words) - PART + STEP, STEP):
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
    known = table[: len(phrases)]
    among = learn_hyperplanes(known, answers[: len(phrases), : len(names)])
    return TriageModel(Hearing(names, signs, planes, among, phrases, known))
