"""One version of the knowledge, compiled for answering: immutable, shared by every request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

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
    LexiconFile,
    OutOfScope,
    OutOfScopeFile,
    PlacesFile,
    Topic,
    TriageFile,
)
from health_navigator.knowledge.tables import ItemKind
from health_navigator.knowledge.where import where_reader
from health_navigator.matching import rank, triage
from health_navigator.matching.decide import Thresholds
from health_navigator.matching.encoder import Encoder
from health_navigator.matching.normalise import tokens
from health_navigator.matching.where import WhereReader

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that answering needs.

    `stale` counts what is past its review. `lacks_meaning`: an encoder is at hand, but the vectors
    of the knowledge's sentences are still being learnt.
    """

    version: int
    entries: Mapping[str, Entry]
    topics: tuple[Topic, ...]
    out_of_scope: Mapping[str, OutOfScope]
    dangers: Mapping[str, Danger]
    directory: Directory
    interview: Interview | None
    ranker: rank.Ranker
    triage: triage.TriageModel
    where: WhereReader
    kind_entries: Mapping[Kind, str]
    entries_of_kind: Mapping[Kind, frozenset[str]]
    thresholds: Thresholds
    stale: int
    lacks_meaning: bool
    _by_topic: Mapping[str, tuple[Entry, ...]] = field(repr=False)

    @property
    def topics_by_id(self) -> Mapping[str, Topic]:
        return {topic.id: topic for topic in self.topics}

    def entries_of(self, topic: str) -> tuple[Entry, ...]:
        return self._by_topic.get(topic, ())

    def entry_of_kind(self, kind: Kind) -> Entry | None:
        return self.entries.get(self.kind_entries.get(kind, ""))

    def kind_of_entry(self, entry_id: str) -> Kind | None:
        """The kind of service that an entry sends people to."""
        named = self.where.kinds.of_entry(entry_id)
        return Kind(named) if named else None


def build_snapshot(
    version: int,
    items: Sequence[StoredItem],
    encoder: Encoder | None,
    *,
    lacks_meaning: bool = False,
) -> Snapshot:
    """Compile published items; the same items always give the same snapshot."""
    today = clock.today()
    everything = [Entry.model_validate(item.body) for item in _of(items, ItemKind.ENTRY)]
    entries = {entry.id: entry for entry in everything if entry.is_served(today)}
    services = [Service.model_validate(item.body) for item in _of(items, ItemKind.SERVICE)]
    topics = [Topic.model_validate(item.body) for item in _of(items, ItemKind.TOPIC)]
    documents = {item.id: item.body for item in _of(items, ItemKind.DOCUMENT)}
    lexicon = _document(documents, "lexicon", LexiconFile(concepts=()))
    outside = _document(documents, "out_of_scope", OutOfScopeFile(groups=()))
    dangers = _document(documents, "triage", TriageFile(dangers=()))
    places = _document(documents, "places", PlacesFile(places=()))
    concepts = {concept.word: concept.says for concept in lexicon.concepts}
    ranker = rank.fit(_to_rank(entries.values(), outside.groups), concepts, encoder)
    return Snapshot(
        version=version,
        entries=entries,
        topics=tuple(sorted(topics, key=lambda topic: (topic.position, topic.id))),
        out_of_scope={group.id: group for group in outside.groups},
        dangers={danger.id: danger for danger in dangers.dangers},
        directory=Directory.of(services, ubigeo.centres()),
        interview=_interview(documents),
        ranker=ranker,
        triage=triage.fit(*_to_triage(dangers, entries.values(), outside.groups)),
        where=where_reader(places, _ordinary_words(entries.values())),
        kind_entries={each.kind: each.entry for each in places.kinds},
        entries_of_kind={
            kind: frozenset(each.entry for each in places.kinds if each.kind is kind)
            for kind in Kind
        },
        thresholds=Thresholds(),
        lacks_meaning=lacks_meaning,
        stale=sum(each.is_stale(today) for each in (*entries.values(), *services)),
        _by_topic={
            topic.id: tuple(entry for entry in entries.values() if entry.topic == topic.id)
            for topic in topics
        },
    )


def sentences(items: Sequence[StoredItem]) -> list[str]:
    """Every sentence of the knowledge whose vector `build_snapshot` asks an encoder for."""
    entries = [Entry.model_validate(item.body) for item in _of(items, ItemKind.ENTRY)]
    documents = {item.id: item.body for item in _of(items, ItemKind.DOCUMENT)}
    outside = _document(documents, "out_of_scope", OutOfScopeFile(groups=()))
    questions, titles = rank.meant(_to_rank(entries, outside.groups))
    return [*dict.fromkeys((*questions, *titles))]


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


def _to_triage(
    file: TriageFile, entries: Iterable[Entry], outside: Iterable[OutOfScope]
) -> tuple[list[triage.Danger], list[str]]:
    """What danger sounds like, and the ordinary messages that it must not be taken for.

    The questions of entries that go with a danger are on neither side: some tell of it.
    """
    dangers = [
        triage.Danger(danger.id, danger.phrases, danger.weak, danger.near_misses)
        for danger in file.dangers
    ]
    beside = {danger.entry for danger in file.dangers}
    ordinary = [text for entry in entries if entry.id not in beside for text in entry.questions]
    return dangers, [*ordinary, *(text for group in outside for text in group.examples)]
