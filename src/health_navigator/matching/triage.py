"""Whether a message tells of danger now: learnt from what danger sounds like and what it is not.

A message is judged whole, for the words around an alarming clause often say that it is long past,
or somebody else's, or a film. A long one is judged part by part too: one clause of danger must not
drown in a story about something else. Words decide where they leave no doubt; where they do, and
a sentence encoder is at hand, its vector is judged beside them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, hstack

from health_navigator.matching.encoder import Encoder
from health_navigator.matching.features import FloatArray, Row
from health_navigator.matching.hinge import Hyperplanes, learn_hyperplanes
from health_navigator.matching.latent import centred
from health_navigator.matching.normalise import LONGEST_TEXT, tokens
from health_navigator.matching.rank import Reader
from health_navigator.matching.signs import Signs, learn_signs

NONE = "none"
# How far a danger must lead over none: there one ordinary message in a hundred passes.
DANGER_LEAD = 0.28
# The same where the encoder was asked.
MEANT_LEAD = 0.22
# Below the first lead or above the second, words leave no doubt: the encoder is not asked.
DOUBT_FROM, DOUBT_TO = -0.45, 0.35
# What a vector counts for beside the words' signs, and what both together do beside words alone.
VECTOR_WEIGHS = 0.7
MEANING_WEIGHS = 0.7
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
# A lone word that one ordinary question in so many uses is no danger: «niño», «sangre», «ya».
EVERYDAY = 1_000
# What telling the dangers from each other counts for beside telling each from all else.
AMONG_WEIGHS = 1.0
# So many characters of words that people write are at most so many words.
MOST_WORDS = 1_000
MOST_NEAREST = 3
# So near behind the likeliest danger, the next may be it: of dangers told apart wrongly, half.
CLOSE_BEHIND = 0.6
# «No es emergencia» and «emergencia no» take a word back, and nothing else that is told.
_ALARM = r"(?:emergencia|urgencia|ambulancia)s?"
_TAKEN_BACK = re.compile(
    rf"\bno (?:(?:es|era|fue|quiero|necesito) )?(?:(?:una|la|de|por|para) )?{_ALARM}\b"
    rf"|\b{_ALARM} no(?= gracias| por favor|$)"
)


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
    `by_meaning`: words alone would not have called it a danger. `also`: the danger close behind.
    """

    danger: str | None = None
    weak: str | None = None
    confidence: float = 0.0
    clause: str = ""
    nearest: tuple[str, ...] = ()
    by_meaning: bool = False
    also: str | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was learnt of the words' signs with the encoder's vector beside them."""

    encoder: Encoder
    reader: Reader
    centre: FloatArray
    planes: Hyperplanes

    def margins(self, rows: Sequence[Row], said: Sequence[str]) -> FloatArray:
        vectors = self.encoder.encode([*map(self.reader.write, said)])
        told = VECTOR_WEIGHS * centred(vectors, self.centre)
        # The vector's directions come after all signs.
        meant = told @ self.planes.slopes[-told.shape[1] :]
        return np.asarray(self.planes.margins(rows) + meant, dtype=np.float32)


def _beside(table: csr_matrix, vectors: FloatArray, centre: FloatArray) -> csc_matrix:
    told = VECTOR_WEIGHS * centred(vectors, centre)
    many, width = told.shape
    # By columns and by hand: SciPy's other ways take three times the memory for a while.
    rows = np.tile(np.arange(many, dtype=np.int32), width)
    starts = np.arange(0, told.size + 1, many, dtype=np.int32)
    block = csc_matrix((told.T.ravel(), rows, starts), told.shape)
    return hstack([table.tocsc(), block], format="csc")


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was learnt: hyperplanes for each danger, for none, for unease of any kind; and for which
    danger it is, should it be one.
    """

    dangers: tuple[str, ...]
    signs: Signs
    by_words: Hyperplanes
    phrases: tuple[str, ...]
    told: csr_matrix
    everyday: frozenset[str]
    by_meaning: Meaning | None = None

    def assess(self, text: str) -> Assessment:
        text = _less_what_is_taken_back(text)
        heard = [*_parts(tokens(text)[:MOST_WORDS])]
        if not heard or self._says_nothing(heard[0]):
            return Assessment()
        rows = [*map(self.signs.row, heard)]
        margins = self.by_words.margins(rows)
        leads = self._leads(margins, len(heard[0]))
        if self.by_meaning is None or not DOUBT_FROM <= leads.max() < DOUBT_TO:
            return self._judged(heard, rows, margins, DANGER_LEAD)
        # Of a long story only the part that alarms most: each costs 20 ms.
        kept = [0, 1 + int(leads[1:].argmax())] if len(heard) > 1 else [0]
        heard, rows = [heard[at] for at in kept], [rows[at] for at in kept]
        # The very text that the ranker asks about: it is encoded once.
        said = [text, *map(" ".join, heard[1:])]
        judged = self._judged(heard, rows, self.by_meaning.margins(rows, said), MEANT_LEAD)
        return replace(judged, by_meaning=bool(judged.danger and leads.max() < DANGER_LEAD))

    def _says_nothing(self, words: Sequence[str]) -> bool:
        """A lone number or everyday word."""
        return len(words) == 1 and (not words[0].isalpha() or words[0] in self.everyday)

    def _leads(self, margins: FloatArray, words: int) -> FloatArray:
        """By how much the likeliest danger leads over none: in the whole first, then in parts."""
        none = len(self.dangers)
        leads: FloatArray = margins[:, :none].max(axis=1) - margins[:, none]
        leads[1:] = (leads[0] + leads[1:]) / 2 - PART_CAUTION
        leads[0] -= _caution(words)
        return leads

    def _judged(
        self,
        heard: Sequence[Sequence[str]],
        rows: Sequence[Row],
        margins: FloatArray,
        enough: float,
    ) -> Assessment:
        leads = self._leads(margins, len(heard[0]))
        best = int(leads.argmax())
        unease = margins[0, len(self.dangers) + 1] - _caution(len(heard[0]))
        if leads[best] < enough and unease < WEAK_LEAN:
            return Assessment()
        kinds = margins[:, len(self.dangers) + 2 :]
        likeliest, also = self._kinds((kinds[0] + kinds[best]) / 2)
        is_danger = bool(leads[best] >= enough)
        return Assessment(
            danger=likeliest if is_danger else None,
            weak=None if is_danger else likeliest,
            confidence=1 / (1 + exp(-2 * float(leads[best]))),
            clause=" ".join(heard[best]),
            nearest=self._nearest(rows[best]),
            also=also if is_danger else None,
        )

    def _kinds(self, likely: FloatArray) -> tuple[str, str | None]:
        """The likeliest danger, and the next where it is close behind."""
        first, *others = np.argsort(-likely, kind="stable")
        close = [
            self.dangers[each] for each in others[:1] if likely[first] - likely[each] < CLOSE_BEHIND
        ]
        return self.dangers[first], close[0] if close else None

    def _nearest(self, row: Row) -> tuple[str, ...]:
        said = np.zeros(self.told.shape[1], dtype=np.float32)
        said[row.columns] = row.values
        alike = self.told @ said
        order = np.argsort(-alike, kind="stable")[:MOST_NEAREST]
        return tuple(self.phrases[at] for at in order if alike[at] > 0)


def _less_what_is_taken_back(text: str) -> str:
    """The text as it is, or its words without «no es emergencia»."""
    words = " ".join(tokens(text))
    left = _TAKEN_BACK.sub(" ", words)
    return text if left == words else left


def _caution(words: int) -> float:
    return CAUTION_EACH_MISSING * max(0, FEW_WORDS - words)


@dataclass(frozen=True, slots=True)
class TriageModel:
    """Immutable: what was learnt from one state of the knowledge. Without dangers it hears none."""

    hearing: Hearing | None = None

    def assess(self, text: str) -> Assessment:
        return self.hearing.assess(text[:LONGEST_TEXT]) if self.hearing else Assessment()

    def by_words(self) -> TriageModel:
        """The same without the encoder."""
        return TriageModel(replace(self.hearing, by_meaning=None)) if self.hearing else self


def _parts(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """The whole message, and the overlapping parts of a long one."""
    if not words:
        return
    yield words
    if len(words) > LONG_STORY:
        for start in range(0, len(words) - PART + STEP, STEP):
            yield words[start : start + PART]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is learnt from: phrases of danger, then weak signs, near-misses and all else."""

    texts: tuple[str, ...]
    kinds: tuple[str, ...]  # of the phrases and weak signs, which come first
    told: int  # so many of these are phrases

    @property
    def phrases(self) -> tuple[str, ...]:
        return self.texts[: self.told]

    @property
    def dangers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.kinds))

    @property
    def answers(self) -> NDArray[np.bool_]:
        """Of each text: is it this danger, is it none, is it uneasy?"""
        kinds = [*self.kinds[: self.told], *[NONE] * (len(self.texts) - self.told)]
        uneasy = np.arange(len(self.texts)) < len(self.kinds)
        return np.column_stack([_each(kinds, (*self.dangers, NONE)), uneasy])

    @property
    def among(self) -> NDArray[np.bool_]:
        """Of each text that is uneasy: of this danger?"""
        return _each(self.kinds, self.dangers)


def _each(kinds: Sequence[str], names: Sequence[str]) -> NDArray[np.bool_]:
    return np.column_stack([[kind == name for kind in kinds] for name in names])


def _lessons(dangers: Sequence[Danger], ordinary: Sequence[str]) -> Lessons:
    phrases = [(danger.id, text) for danger in dangers for text in danger.phrases]
    weak = [(danger.id, text) for danger in dangers for text in danger.weak]
    calm = [text for danger in dangers for text in danger.near_misses]
    uneasy = [*phrases, *weak]
    texts = (*(text for _, text in uneasy), *calm, *(ordinary or ["hola"]))
    return Lessons(texts, tuple(kind for kind, _ in uneasy), len(phrases))


def _learn(table: csr_matrix | csc_matrix, lessons: Lessons) -> Hyperplanes:
    """The answers' hyperplanes, then those of which danger it is.

    The latter also tell the dangers from each other alone, not from what is none; a weak sign says
    as much of that as a phrase does.
    """
    many = len(lessons.dangers)
    planes = learn_hyperplanes(table, lessons.answers)
    among = learn_hyperplanes(table[: len(lessons.kinds)], lessons.among)
    slopes = planes.slopes[:, :many] + AMONG_WEIGHS * among.slopes
    shifts = planes.shifts[:many] + AMONG_WEIGHS * among.shifts
    return Hyperplanes(np.hstack([planes.slopes, slopes]), np.hstack([planes.shifts, shifts]))


def fit(dangers: Sequence[Danger], ordinary: Sequence[str]) -> TriageModel:
    """A detector by words, learnt from the dangers' phrases against everything that is none."""
    lessons = _lessons(dangers, ordinary)
    if not lessons.told:
        return TriageModel()
    signs, table = learn_signs([tokens(text) for text in lessons.texts])
    planes = _learn(table, lessons)
    told, everyday = table[: lessons.told], _everyday(ordinary)
    return TriageModel(Hearing(lessons.dangers, signs, planes, lessons.phrases, told, everyday))


def fit_meaning(
    model: TriageModel,
    dangers: Sequence[Danger],
    ordinary: Sequence[str],
    encoder: Encoder,
    reader: Reader,
) -> TriageModel:
    """The same detector, which where words leave a doubt asks the encoder as well."""
    if model.hearing is None:
        return model
    lessons = _lessons(dangers, ordinary)
    vectors = encoder.encode([*map(reader.write, lessons.texts)])
    centre = np.asarray(vectors.mean(axis=0), dtype=np.float32)
    table = model.hearing.signs.table([tokens(text) for text in lessons.texts])
    planes = _learn(_beside(table, vectors, centre), lessons)
    blended = _blend(planes, model.hearing.by_words)
    meaning = Meaning(encoder, reader, centre, blended)
    return TriageModel(replace(model.hearing, by_meaning=meaning))


def _blend(meant: Hyperplanes, by_words: Hyperplanes) -> Hyperplanes:
    """Both opinions in one set of hyperplanes; words say nothing about the vector's directions."""
    slopes = MEANING_WEIGHS * meant.slopes
    slopes[: len(by_words.slopes)] += (1 - MEANING_WEIGHS) * by_words.slopes
    shifts = MEANING_WEIGHS * meant.shifts + (1 - MEANING_WEIGHS) * by_words.shifts
    return Hyperplanes(slopes, shifts)


def meant(dangers: Sequence[Danger], ordinary: Sequence[str], reader: Reader) -> list[str]:
    """What an encoder will be asked for."""
    return [*map(reader.write, _lessons(dangers, ordinary).texts)] if dangers else []


def _everyday(texts: Sequence[str]) -> frozenset[str]:
    used = Counter(word for text in texts for word in {*tokens(text)})
    return frozenset(word for word, many in used.items() if many * EVERYDAY >= len(texts))
