"""Which document answers a message, and how sure that is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from health_navigator.matching.asking import Asking, find_asking
from health_navigator.matching.calibrate import NONE_OF_THEM, OUT_OF_SCOPE, logits
from health_navigator.matching.encoder import Encoder
from health_navigator.matching.features import FloatArray
from health_navigator.matching.learner import Owners, own
from health_navigator.matching.lexical import Lexical, learn_words
from health_navigator.matching.lexicon import Lexicon, compile_lexicon
from health_navigator.matching.normalise import fold, tokens
from health_navigator.matching.semantic import Semantic, learn_meaning
from health_navigator.matching.spelling import Speller, learn_spelling

MOST_CHARACTERS = 4_096
MOST_CANDIDATES = 10
MOST_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Document:
    """An entry, or a group of examples of what the bot does not answer."""

    id: str
    title: str
    questions: tuple[str, ...]
    answer: str = ""
    in_scope: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    id: str
    confidence: float
    parts: Mapping[str, float]
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a message may mean. The confidences, *out_of_scope* included, add up to at most 1."""

    candidates: tuple[Candidate, ...] = ()
    out_of_scope: float = 1.0
    group: str | None = None
    second: Candidate | None = None
    words: tuple[str, ...] = ()
    asking: Asking = field(default_factory=Asking)


@dataclass(frozen=True, slots=True)
class Ranker:
    """Immutable: what is learnt from one state of the knowledge."""

    documents: tuple[Document, ...] = ()
    questions: tuple[str, ...] = ()
    owners: Owners = field(default_factory=lambda: own([]))
    lexicon: Lexicon = field(default_factory=Lexicon)
    speller: Speller = field(default_factory=Speller)
    lexical: Lexical | None = None
    semantic: Semantic | None = None

    def rank(self, text: str) -> Ranking:
        """The candidates for a message, and the best one for a second question in it."""
        asking = find_asking(text[:MOST_CHARACTERS])
        ranking = replace(self._rank(text[:MOST_CHARACTERS]), asking=asking)
        if asking.second is None:
            return ranking
        return replace(ranking, second=next(iter(self._rank(asking.second).candidates), None))

    def _rank(self, text: str) -> Ranking:
        words = self.read(text)
        if self.lexical is None or not words:
            return Ranking(words=words)
        alike, parts = self._parts(self.lexical, text, words)
        chances = self._chances(parts)
        inside, outside = self._split(chances)
        best = [self._candidate(at, chances, alike, parts) for at in inside[:MOST_CANDIDATES]]
        beyond = float(chances[outside].sum()) + float(chances[-1])
        group = self.documents[outside[0]].id if outside else None
        return Ranking(tuple(best), beyond, group, words=words)

    def read(self, text: str) -> tuple[str, ...]:
        """The words of a text, repaired and led back to the lexicon's."""
        repaired = (known for word in tokens(text) for known in self.speller.repair(word))
        return tuple(self.lexicon.fold(list(repaired)))

    def _parts(
        self, lexical: Lexical, text: str, words: Sequence[str]
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        alike, parts = lexical.parts(words)
        if self.semantic is None:
            return alike, parts
        near, meanings = self.semantic.parts(fold(text))
        return alike + near, parts | meanings

    def _chances(self, parts: Mapping[str, FloatArray]) -> FloatArray:
        """A chance a document, and last the chance that it is none of them."""
        inside = np.array([document.in_scope for document in self.documents])
        scores = np.append(logits(parts) + np.where(inside, 0, OUT_OF_SCOPE), NONE_OF_THEM)
        powers = np.exp(scores - scores.max())
        return np.asarray(powers / powers.sum(), dtype=np.float32)

    def _split(self, chances: FloatArray) -> tuple[list[int], list[int]]:
        order = [int(at) for at in np.argsort(-chances[:-1], kind="stable")]
        inside = [at for at in order if self.documents[at].in_scope]
        outside = [at for at in order if not self.documents[at].in_scope]
        return inside, outside

    def _candidate(
        self, at: int, chances: FloatArray, alike: FloatArray, parts: Mapping[str, FloatArray]
    ) -> Candidate:
        return Candidate(
            id=self.documents[at].id,
            confidence=float(chances[at]),
            parts={name: float(scores[at]) for name, scores in parts.items()},
            nearest=self._nearest(at, alike),
        )

    def _nearest(self, at: int, alike: FloatArray) -> tuple[str, ...]:
        places = self.owners.places[at]
        known = places[places < self.owners.missing]
        order = known[np.argsort(-alike[known], kind="stable")]
        return tuple(self.questions[place] for place in order[:MOST_NEAREST])


def fit(
    documents: Iterable[Document],
    concepts: Mapping[str, Iterable[str]],
    encoder: Encoder | None = None,
) -> Ranker:
    """A ranker learnt from *documents* alone; the same knowledge gives the same ranker."""
    known = tuple(document for document in documents if any(map(fold, document.questions)))
    if not known:
        return Ranker()
    questions = tuple(each for document in known for each in document.questions)
    owners = own([len(document.questions) for document in known])
    lexicon, speller = compile_lexicon(concepts), learn_spelling(_vocabulary(known))
    reader = Ranker(lexicon=lexicon, speller=speller)
    asked = [reader.read(question) for question in questions]
    bodies = [reader.read(_body(document)) for document in known]
    lexical = learn_words(asked, bodies, owners)
    semantic = learn_meaning(encoder, *meant(known), owners) if encoder else None
    return Ranker(known, questions, owners, lexicon, speller, lexical, semantic)


def meant(documents: Iterable[Document]) -> tuple[list[str], list[str]]:
    """The questions and the titles that an encoder will be asked for, folded."""
    known = list(documents)
    questions = [fold(question) for document in known for question in document.questions]
    return questions, [fold(document.title) if document.in_scope else "" for document in known]


def _body(document: Document) -> str:
    return f"{document.title}\n{document.answer}" if document.in_scope else ""


def _vocabulary(documents: Iterable[Document]) -> Iterable[str]:
    for document in documents:
        for text in (*document.questions, document.title, document.answer):
            yield from tokens(text)
