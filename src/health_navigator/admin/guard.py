"""What a change would do to the questions that the bot answers well today. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rapidfuzz import fuzz, process

from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.models import Entry
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.decide import Answer, Clarify, decide
from health_navigator.matching.normalise import fold

# How many entries each question of the change is thought to be near to.
_NEAR = 3
# RapidFuzz's points from which two questions are the same one to the reader.
DUPLICATE = 90.0


@dataclass(frozen=True, slots=True)
class Break:
    """A pinned question that would no longer find its entry; `finds` is what it finds instead."""

    entry: str
    question: str
    finds: str | None


@dataclass(frozen=True, slots=True)
class Theft:
    """A question of `owner` that would be answered by `thief`."""

    question: str
    owner: str
    thief: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A question so like one of another entry that readers would call them the same."""

    question: str
    like: str
    entry: str


@dataclass(frozen=True, slots=True)
class Findings:
    breaks: tuple[Break, ...] = ()
    thefts: tuple[Theft, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()

    @property
    def need_a_reason(self) -> bool:
        return bool(self.breaks or self.thefts)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def with_bodies(
    items: Sequence[StoredItem], changes: Sequence[StoredItem]
) -> tuple[StoredItem, ...]:
    """The published items as they would be with some changes among them."""
    changed = {(item.kind, item.id): item for item in changes}
    kept = [changed.pop((item.kind, item.id), item) for item in items]
    return (*kept, *changed.values())


def examine(live: Snapshot, proposed: Snapshot, entry_id: str | None) -> Findings:
    """Compare what is live with what is proposed; `entry_id` is the entry that changes, if one."""
    entry = proposed.entries.get(entry_id or "")
    return Findings(
        breaks=tuple(_breaks(live, proposed, entry_id)),
        thefts=tuple(_thefts(live, proposed, entry)) if entry else (),
        duplicates=tuple(_duplicates(live, entry)) if entry else (),
    )


def _breaks(live: Snapshot, proposed: Snapshot, entry_id: str | None) -> Iterator[Break]:
    for entry in proposed.entries.values():
        for question in entry.pinned:
            finds = found(proposed, question)
            if finds == entry.id:
                continue
            if entry.id == entry_id or found(live, question) == entry.id:
                yield Break(entry.id, question, finds)


def _thefts(live: Snapshot, proposed: Snapshot, entry: Entry) -> Iterator[Theft]:
    for owner in _neighbours(live, entry):
        for question in owner.questions:
            if found(proposed, question) == entry.id and found(live, question) == owner.id:
                yield Theft(question, owner.id, entry.id)


def _neighbours(live: Snapshot, entry: Entry) -> list[Entry]:
    """The entries that the change's questions are nearest to, in the order in which they stand."""
    near = {
        candidate.id
        for question in (entry.title, *entry.questions)
        for candidate in live.ranker.rank(question).candidates[:_NEAR]
    }
    return [each for each in live.entries.values() if each.id in near and each.id != entry.id]


def found(snapshot: Snapshot, question: str) -> str | None:
    """The entry that a question gets as its answer or as the first choice; None: not understood."""
    match decide(snapshot.ranker.rank(question), snapshot.thresholds):
        case Answer(id=entry):
            return entry
        case Clarify(ids=(entry, *_)):
            return entry
        case _:
            return None


def _duplicates(live: Snapshot, entry: Entry) -> Iterator[Duplicate]:
    old = live.entries.get(entry.id)
    known = set(old.questions) if old else set()
    new = [question for question in entry.questions if question not in known]
    yield from near_duplicates(live, new, entry.id)


def near_duplicates(
    live: Snapshot, questions: Sequence[str], entry_id: str | None
) -> Iterator[Duplicate]:
    """Questions that nearly stand under another entry already."""
    others = [
        (entry.id, question)
        for entry in live.entries.values()
        if entry.id != entry_id
        for question in entry.questions
    ]
    folded = [fold(question) for _, question in others]
    for question in questions:
        best = process.extractOne(
            fold(question), folded, scorer=fuzz.token_sort_ratio, score_cutoff=DUPLICATE
        )
        if best is not None:
            owner, like = others[best[2]]
            yield Duplicate(question, like, owner)
