"""One version of the knowledge, compiled for answering: immutable, shared by every request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self, TypeVar

from pydantic import BaseModel

from health_navigator import clock
from health_navigator.directory import ubigeo
from health_navigator.directory.directory import Directory
from health_navigator.directory.models import Kind, Service
from health_navigator.eligibility.interview import Interview
from health_navigator.eligibility.models import EligibilityFile
from health_navigator.knowledge.files import ELIGIBILITY, StoredItem
from health_navigator.knowledge.models import (
    Danger,
    Entry,
    ItemKind,
    LexiconFile,
    OutOfScope,
    OutOfScopeFile,
    PlacesFile,
    Topic,
    TriageFile,
)
from health_navigator.knowledge.where import where_reader
from health_navigator.matching import rank, triage
from health_navigator.matching.decide import Thresholds
from health_navigator.matching.encoder import Encoder
from health_navigator.matching.normalise import tokens
from health_navigator.matching.where import WhereReader

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What takes seconds to learn from the content: ranking, danger, places.

    `lacks_meaning`: there is an encoder, but the vectors of the knowledge's sentences are still
    being worked out.
    """

    ranker: rank.Ranker
    triage: triage.TriageModel
    where: WhereReader
    lacks_meaning: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything needed to answer, as it holds on one day. `stale`: what is past its review.

    `learnt` may be older than the content for a moment, and name an entry that is gone.
    """

    version: int
    day: date
    entries: Mapping[str, Entry]
    topics: tuple[Topic, ...]
    out_of_scope: Mapping[str, OutOfScope]
    dangers: Mapping[str, Danger]
    directory: Directory
    interview: Interview | None
    kind_entries: Mapping[Kind, str]
    entries_of_kind: Mapping[Kind, frozenset[str]]
    answer_first: frozenset[str]
    day_and_night: frozenset[str]
    learnt: Learnt
    stale: int
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def edition(self) -> tuple[int, date]:
        """What identifies the content: the published version, and the day it is served on."""
        return self.version, self.day

    def by_words(self) -> Self:
        """The same without the encoder, for a message on which it may have failed."""
        ranker = replace(self.ranker, by_meaning=None)
        learnt = replace(self.learnt, ranker=ranker, triage=self.triage.by_words())
        return replace(self, learnt=learnt)

    @property
    def uses_meaning(self) -> bool:
        """Whether a message may be given to the encoder."""
        return self.ranker.by_meaning is not None

    @property
    def ranker(self) -> rank.Ranker:
        return self.learnt.ranker

    @property
    def triage(self) -> triage.TriageModel:
        return self.learnt.triage

    @property
    def where(self) -> WhereReader:
        return self.learnt.where

    @property
    def documents(self) -> tuple[rank.Document, ...]:
        """What a ranker learns from; the ranker in use may have learnt from an older state."""
        return tuple(_to_rank(self.entries.values(), self.out_of_scope.values()))

    @property
    def topics_by_id(self) -> Mapping[str, Topic]:
        return {topic.id: topic for topic in self.topics}

    def entries_of(self, topic: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries.values() if entry.topic == topic)

    def entry_of_kind(self, kind: Kind) -> Entry | None:
        return self.entries.get(self.kind_entries.get(kind, ""))

    def kind_of_entry(self, entry_id: str) -> Kind | None:
        """The kind of service to which an entry sends people."""
        named = self.where.kinds.of_entry(entry_id)
        return Kind(named) if named else None


@dataclass(frozen=True, slots=True)
class Content:
    """Published items as their models, without what has expired by this day."""

    day: date
    entries: Mapping[str, Entry]
    services: tuple[Service, ...]
    topics: tuple[Topic, ...]
    lexicon: LexiconFile
    outside: OutOfScopeFile
    triage: TriageFile
    places: PlacesFile
    interview: Interview | None

    @classmethod
    def of(cls, items: Sequence[StoredItem]) -> Self:
        today = clock.today()
        entries = [Entry.model_validate(item.body) for item in _of(items, ItemKind.ENTRY)]
        topics = [Topic.model_validate(item.body) for item in _of(items, ItemKind.TOPIC)]
        documents = {item.id: item.body for item in _of(items, ItemKind.DOCUMENT)}
        return cls(
            today,
            {entry.id: entry for entry in entries if entry.is_served(today)},
            tuple(Service.model_validate(item.body) for item in _of(items, ItemKind.SERVICE)),
            tuple(sorted(topics, key=lambda topic: (topic.position, topic.id))),
            _document(documents, "lexicon", LexiconFile(concepts=())),
            _document(documents, "out_of_scope", OutOfScopeFile(groups=())),
            _document(documents, "triage", TriageFile(dangers=())),
            _document(documents, "places", PlacesFile(places=())),
            _interview(documents),
        )


def learn(content: Content, encoder: Encoder | None, *, lacks_meaning: bool = False) -> Learnt:
    """Learn from the content alone; the same content always gives the same result."""
    entries, groups = content.entries.values(), content.outside.groups
    concepts = {concept.word: concept.says for concept in content.lexicon.concepts}
    learnt = Learnt(
        rank.fit(_to_rank(entries, groups), concepts),
        triage.fit(*_to_triage(content)),
        where_reader(content.places, _ordinary_words(entries)),
        lacks_meaning,
    )
    return learnt if encoder is None else learn_meaning(learnt, content, encoder)


def learn_meaning(learnt: Learnt, content: Content, encoder: Encoder) -> Learnt:
    """The same content's learnt state, with meanings added to the words."""
    ranker = rank.fit_meaning(learnt.ranker, encoder)
    heard = triage.fit_meaning(learnt.triage, *_to_triage(content), encoder, ranker.reader)
    return replace(learnt, ranker=ranker, triage=heard, lacks_meaning=False)


def to_snapshot(version: int, content: Content, learnt: Learnt) -> Snapshot:
    """The content ready to be served, with what was learnt from it or from the one before."""
    entries, services = content.entries.values(), content.services
    return Snapshot(
        version=version,
        day=content.day,
        entries=content.entries,
        topics=content.topics,
        out_of_scope={group.id: group for group in content.outside.groups},
        dangers={danger.id: danger for danger in content.triage.dangers},
        directory=Directory.of(services, ubigeo.centres()),
        interview=content.interview,
        kind_entries={each.kind: each.entry for each in content.places.kinds},
        entries_of_kind={
            kind: frozenset(each.entry for each in content.places.kinds if each.kind is kind)
            for kind in Kind
        },
        answer_first=frozenset(each.entry for each in content.places.kinds if each.answer_first),
        day_and_night=frozenset(each.entry for each in content.places.kinds if each.day_and_night),
        learnt=learnt,
        stale=sum(each.is_stale(content.day) for each in (*entries, *services)),
    )


def sentences(content: Content) -> list[str]:
    """Every sentence of the knowledge whose vector `learn` asks an encoder for."""
    documents = [*_to_rank(content.entries.values(), content.outside.groups)]
    reader = rank.learn_reader(documents)
    questions, titles = rank.meant(documents, reader)
    told = triage.meant(*_to_triage(content), reader)
    return [*dict.fromkeys((*questions, *titles, *told))]


def _of(items: Sequence[StoredItem], kind: ItemKind) -> list[StoredItem]:
    return [item for item in items if item.kind == kind]


def _document(documents: Mapping[str, dict[str, Any]], name: str, empty: Model) -> Model:
    """A one-piece file of the knowledge, or `empty` where the knowledge has none."""
    return type(empty).model_validate(documents[name]) if name in documents else empty


def _interview(documents: Mapping[str, dict[str, Any]]) -> Interview | None:
    if ELIGIBILITY not in documents:
        return None
    return Interview.of(EligibilityFile.model_validate(documents[ELIGIBILITY]))


def _to_rank(entries: Iterable[Entry], outside: Iterable[OutOfScope]) -> Iterator[rank.Document]:
    for entry in entries:
        yield rank.Document(entry.id, entry.title, entry.questions, entry.answer)
    for group in outside:
        yield rank.Document(group.id, group.title, group.examples, in_scope=False)


def _ordinary_words(entries: Iterable[Entry]) -> frozenset[str]:
    """Words of everyday messages, which are never a mistyped place."""
    return frozenset(
        word for entry in entries for question in entry.questions for word in tokens(question)
    )


def _to_triage(content: Content) -> tuple[list[triage.Danger], list[str]]:
    """What danger sounds like, and the ordinary messages that must not be taken for it.

    The questions of entries that go with a danger are on neither side: some do describe it.
    """
    dangers = [
        triage.Danger(danger.id, danger.phrases, danger.weak, danger.near_misses)
        for danger in content.triage.dangers
    ]
    beside = {danger.entry for danger in content.triage.dangers}
    entries = (entry for entry in content.entries.values() if entry.id not in beside)
    asked = [question for entry in entries for question in entry.questions]
    outside = [example for group in content.outside.groups for example in group.examples]
    return dangers, [*asked, *outside, *_short_answers(content.interview)]


def _short_answers(interview: Interview | None) -> Iterator[str]:
    """«no», «ajá», «no sé»: replies to the interview, which never are a sign of danger."""
    if interview is None:
        return
    words = interview.file.words
    yield from (*words.yes, *words.no, *words.unsure, *words.withheld, *words.back, *words.cancel)
