"""What a change would do to the questions that the bot answers well today. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from health_navigator.knowledge.models import Entry, OutOfScope
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching import rank
from health_navigator.matching.decide import Abstain, Answer, Clarify, decide
from health_navigator.matching.normalise import fold
from health_navigator.matching.rank import Document, Ranker

# How many entries each question of the change is thought to be near to, and all of them together.
_NEAR = 3
_MOST_NEIGHBOURS = 12
# RapidFuzz's points from which two questions are the same one to the reader.
DUPLICATE = 90.0
_SAME = 95.0
# And from which a question of the change may be meant for somebody's pinned one.
_PINNED_NEAR = 70.0


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change as the ranker sees it. `pinned` are the questions that must find `entry`."""

    live: Snapshot
    documents: tuple[Document, ...]
    entry: str | None = None
    pinned: tuple[str, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(document.id for document in self.documents)


def propose_entry(live: Snapshot, entry: Entry) -> Proposal:
    document = Document(entry.id, entry.title, entry.questions, entry.answer)
    return Proposal(live, (document,), entry.id, entry.pinned)


def propose_groups(live: Snapshot, groups: Sequence[OutOfScope]) -> Proposal:
    """Only the groups of what is out of scope that are new or say something else."""
    documents = (Document(each.id, each.title, each.examples, in_scope=False) for each in groups)
    known = set(live.ranker.documents)
    return Proposal(live, tuple(each for each in documents if each not in known))


def examine(proposal: Proposal, concepts: Mapping[str, Sequence[str]]) -> Findings:
    """What the change would do to its neighbours.

    To learn the whole knowledge anew takes many seconds, and a change reaches no further than the
    entries that its questions are near to: those are learnt twice, without the change and with it.
    """
    near = _neighbours(proposal)
    others = [each for each in proposal.live.ranker.documents if each.id in near]
    known = [each for each in proposal.live.ranker.documents if each.id in proposal.ids]
    old = rank.fit([*others, *known], concepts)
    new = rank.fit([*others, *proposal.documents], concepts)
    entries = [proposal.live.entries[each.id] for each in others if each.in_scope]
    duplicates = tuple(_duplicates(proposal))
    thefts = [*_thefts(proposal, entries, old, new), *_copies(proposal, duplicates)]
    return Findings(
        breaks=tuple(_breaks(proposal, entries, old, new)),
        thefts=tuple(dict.fromkeys(thefts)),
        duplicates=duplicates,
    )


def _neighbours(proposal: Proposal) -> frozenset[str]:
    """What the change's questions are nearest to, and whose pinned questions they nearly are."""
    texts = [text for each in proposal.documents for text in (each.title, *each.questions)]
    near: defaultdict[str, float] = defaultdict(float)
    for text in texts:
        ranking = proposal.live.ranker.rank(text)
        for candidate in ranking.candidates[:_NEAR]:
            near[candidate.id] += candidate.confidence
        if ranking.group:
            near[ranking.group] += ranking.out_of_scope
    folded = [fold(text) for text in texts]
    pinned = {
        entry.id
        for entry in proposal.live.entries.values()
        if any(_is_like(fold(question), folded) for question in entry.pinned)
    }
    nearest = [
        each for each in sorted(near, key=lambda one: -near[one]) if each not in proposal.ids
    ]
    return frozenset(nearest[:_MOST_NEIGHBOURS]) | (pinned - proposal.ids)


def _is_like(question: str, others: Sequence[str]) -> bool:
    best = process.extractOne(
        question, others, scorer=fuzz.token_sort_ratio, score_cutoff=_PINNED_NEAR
    )
    return best is not None


def _breaks(
    proposal: Proposal, entries: Sequence[Entry], old: Ranker, new: Ranker
) -> Iterator[Break]:
    for entry in entries:
        for question in entry.pinned:
            finds = found(new, question)
            if finds != entry.id and found(old, question) == entry.id:
                yield Break(entry.id, question, finds)
    for question in proposal.pinned:
        finds = found(new, question)
        if finds != proposal.entry:
            yield Break(proposal.entry or "", question, finds)


def _thefts(
    proposal: Proposal, entries: Sequence[Entry], old: Ranker, new: Ranker
) -> Iterator[Theft]:
    for owner in entries:
        for question in owner.questions:
            thief = found(new, question)
            if thief in proposal.ids and found(old, question) == owner.id:
                yield Theft(question, owner.id, thief)


def _copies(proposal: Proposal, duplicates: Sequence[Duplicate]) -> Iterator[Theft]:
    """To put the very words of another entry here is to take its question."""
    for each in duplicates:
        if fuzz.token_sort_ratio(fold(each.question), fold(each.like)) >= _SAME:
            yield Theft(each.like, each.entry, proposal.entry or proposal.documents[0].id)


def found(ranker: Ranker, question: str) -> str | None:
    """What a question finds as its answer or first choice, also a group out of scope."""
    match decide(ranker.rank(question)):
        case Answer(id=entry):
            return entry
        case Clarify(ids=(entry, *_)):
            return entry
        case Abstain(group=group):
            return group
        case _:
            return None


def _duplicates(proposal: Proposal) -> Iterator[Duplicate]:
    known = {
        question
        for each in proposal.live.ranker.documents
        if each.id in proposal.ids
        for question in each.questions
    }
    asked = [question for each in proposal.documents for question in each.questions]
    new = [question for question in asked if question not in known]
    yield from near_duplicates(proposal.live, new, proposal.entry)


# Folding takes a tenth of a millisecond, and a form asks again with every pause in typing.
_folded = lru_cache(maxsize=200_000)(fold)


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
    folded = [_folded(question) for _, question in others]
    for question in questions:
        best = process.extractOne(
            fold(question), folded, scorer=fuzz.token_sort_ratio, score_cutoff=DUPLICATE
        )
        if best is not None:
            owner, like = others[best[2]]
            yield Duplicate(question, like, owner)
