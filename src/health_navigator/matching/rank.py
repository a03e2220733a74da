"""Which document answers a message, and how sure that is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from health_navigator.matching.asking import Asking, clauses, find_asking
from health_navigator.matching.calibrate import probabilities
from health_navigator.matching.encoder import Encoder
from health_navigator.matching.features import FloatArray, Reading
from health_navigator.matching.learner import Owners, own
from health_navigator.matching.lexical import describe_texts
from health_navigator.matching.lexicon import Lexicon, compile_lexicon
from health_navigator.matching.normalise import LONGEST_TEXT, fold, tokens
from health_navigator.matching.orthography import Orthography, learn_orthography
from health_navigator.matching.scoring import Scorer, Scores, learn_scores, with_meaning
from health_navigator.matching.semantic import learn_meaning
from health_navigator.matching.spelling import Speller, learn_spelling

# Two more than are ever offered: explaining a candidate takes as long as finding it.
MOST_CANDIDATES = 5
MOST_NEAREST = 3
# The weight of a story's clauses beside the whole; found on labelled messages.
CLAUSES_WEIGH = 0.6
# When words alone are this sure of an answer, or that there is none here, the encoder would only
# cost time: it takes ten times as long.
SURE, SURE_OF_NONE = 0.9, 0.95


@dataclass(frozen=True, slots=True)
class Document:
    """An entry, or a group of example questions that the bot does not answer."""

    id: str
    title: str
    questions: tuple[str, ...]
    answer: str = ""
    in_scope: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may answer, with its score by part and its nearest questions."""

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
    reading: Reading = field(default_factory=Reading)
    asking: Asking = field(default_factory=Asking)

    @property
    def is_sure(self) -> bool:
        is_answer = bool(self.candidates) and self.candidates[0].confidence >= SURE
        return is_answer or self.out_of_scope >= SURE_OF_NONE


@dataclass(frozen=True, slots=True)
class Reader:
    """From typed text to words: folded, repaired, and replaced by those of the lexicon."""

    lexicon: Lexicon = field(default_factory=Lexicon)
    speller: Speller = field(default_factory=Speller)
    orthography: Orthography = field(default_factory=Orthography)

    def read(self, text: str) -> Reading:
        typed = [known for word in tokens(text) for known in self.speller.repair(word)]
        return Reading(tuple(typed), tuple(self.lexicon.fold(typed)))

    def write(self, text: str) -> str:
        """The text in the spelling that an encoder knows."""
        return self.orthography.restore(self.read(text).typed)


@dataclass(frozen=True, slots=True)
class Ranker:
    """Immutable: what was learnt from one state of the knowledge."""

    documents: tuple[Document, ...] = ()
    questions: tuple[str, ...] = ()
    owners: Owners = field(default_factory=lambda: own(()))
    reader: Reader = field(default_factory=Reader)
    in_scope: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    lone_words: frozenset[str] = frozenset()
    by_words: Scorer | None = None
    by_meaning: Scorer | None = None

    def rank(self, text: str) -> Ranking:
        """The candidates for a message, and the best one for a second question in it."""
        asking = find_asking(text[:LONGEST_TEXT])
        ranking = replace(self._rank(text[:LONGEST_TEXT]), asking=asking)
        if asking.second is None:
            return ranking
        return replace(ranking, second=next(iter(self._rank(asking.second).candidates), None))

    def _rank(self, text: str) -> Ranking:
        reading = self.reader.read(text)
        if self.by_words is None or not reading:
            return Ranking(reading=reading)
        sentences = clauses(text)
        ranking = self._ranked(self.by_words, reading, sentences)
        if self.by_meaning is None or ranking.is_sure:
            return ranking
        return self._ranked(self.by_meaning, reading, sentences)

    def _ranked(self, scorer: Scorer, reading: Reading, sentences: Sequence[str]) -> Ranking:
        scores = self._heard(scorer, reading, sentences)
        likely = self._cautious(probabilities(scores.parts, self.in_scope), scorer, reading)
        order = np.argsort(-likely, kind="stable")
        inside, outside = order[self.in_scope[order]], order[~self.in_scope[order]]
        best = tuple(self._candidate(at, likely, scores) for at in inside[:MOST_CANDIDATES])
        beyond = max(0.0, 1.0 - float(likely[inside].sum()))
        group = self.documents[outside[0]].id if len(outside) else None
        return Ranking(best, beyond, group, reading=reading)

    def _cautious(self, likely: FloatArray, scorer: Scorer, reading: Reading) -> FloatArray:
        """Limit a lone word, which says little, to each document's share of questions with it.

        A word that is a question of its own, such as a greeting, is not limited.
        """
        if len(reading.typed) != 1 or reading.typed[0] in self.lone_words:
            return likely
        asked = scorer.lexical.questions_with(reading.typed[0])
        counts = np.bincount(self.owners.of_question[asked], minlength=len(likely))
        shares = np.asarray(counts / max(1, len(asked)), dtype=np.float32)
        best = likely.argmax()
        return shares if len(asked) and likely[best] > shares[best] else likely

    def _heard(self, scorer: Scorer, reading: Reading, sentences: Sequence[str]) -> Scores:
        """Score the whole message and a story's clauses, since a story dilutes its topic."""
        readings = [reading, *filter(None, map(self.reader.read, sentences))]
        write = self.reader.orthography.restore
        whole, *of_clauses = [scorer.score(each, write(each.typed)) for each in readings]
        return whole.beside(of_clauses, CLAUSES_WEIGH) if of_clauses else whole

    def _candidate(self, at: int, likely: FloatArray, scores: Scores) -> Candidate:
        return Candidate(
            id=self.documents[at].id,
            confidence=float(likely[at]),
            parts={name: float(each[at]) for name, each in scores.parts.items()},
            nearest=self._nearest(at, scores.alike),
        )

    def _nearest(self, at: int, alike: FloatArray) -> tuple[str, ...]:
        places = self.owners.of(at)
        order = np.argsort(-alike[places], kind="stable")[:MOST_NEAREST]
        return tuple(self.questions[places.start + place] for place in order)


def fit(
    documents: Iterable[Document],
    concepts: Mapping[str, Iterable[str]],
    encoder: Encoder | None = None,
) -> Ranker:
    """A ranker learnt from *documents* alone; the same knowledge gives the same ranker."""
    known = tuple(document for document in documents if any(map(fold, document.questions)))
    if not known:
        return Ranker()
    reader = learn_reader(known, concepts)
    questions = tuple(each for document in known for each in document.questions)
    owners = own([len(document.questions) for document in known])
    read = [reader.read(question) for question in questions]
    texts = describe_texts(read, [reader.read(_body(document)) for document in known])
    in_scope = np.array([document.in_scope for document in known])
    lone = frozenset(each.typed[0] for each in read if len(each.typed) == 1)
    ranker = Ranker(known, questions, owners, reader, in_scope, lone, learn_scores(texts, owners))
    return ranker if encoder is None else fit_meaning(ranker, encoder)


def fit_meaning(ranker: Ranker, encoder: Encoder) -> Ranker:
    """The same ranker, which also asks the encoder where words leave a doubt."""
    if ranker.by_words is None:
        return ranker
    semantic = learn_meaning(encoder, *meant(ranker.documents, ranker.reader))
    return replace(ranker, by_meaning=with_meaning(ranker.by_words, semantic))


def meant(known: Sequence[Document], reader: Reader) -> tuple[list[str], list[str]]:
    """The questions and the titles for which an encoder will be asked."""
    questions = [reader.write(question) for document in known for question in document.questions]
    titles = [reader.write(document.title) if document.in_scope else "" for document in known]
    return questions, titles


def learn_reader(
    known: Sequence[Document], concepts: Mapping[str, Iterable[str]] | None = None
) -> Reader:
    """Learn how the documents write; without *concepts* the reader replaces no sayings."""
    texts = [text for each in known for text in (*each.questions, each.title, each.answer)]
    words = (word for text in texts for word in tokens(text))
    return Reader(compile_lexicon(concepts or {}), learn_spelling(words), learn_orthography(texts))


def _body(document: Document) -> str:
    return f"{document.title}\n{document.answer}" if document.in_scope else ""
