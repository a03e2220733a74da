"""What a change would do to the questions that the bot answers well today. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

from rapidfuzz import fuzz, process

from health_navigator.admin.plain import plain_words
from health_navigator.knowledge.models import Entry, OutOfScope
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.decide import Abstain, Answer, Clarify, decide
from health_navigator.matching.normalise import fold
from health_navigator.matching.rank import Document, Ranker

# To learn more than this anew, and to ask it all, would take minutes: of a larger knowledge only
# what is nearest to the change is.
MOST_ASKED = 6_000
# RapidFuzz's points from which two questions are the same one to the reader.
DUPLICATE = 90.0
_SAME = 95.0
# And from which a question of the change may be meant for somebody's pinned one.
_PINNED_NEAR = 70.0

Learn = Callable[[Sequence[Document]], Ranker]


@dataclass(frozen=True, slots=True)
class Break:
    """A pinned question that would no longer find its entry; `finds` is what it finds instead."""

    entry: str
    question: str
    finds: str | None


@dataclass(frozen=True, slots=True)
class Theft:
    """A question of `owner` that would find `thief` instead, or nothing."""

    question: str
    owner: str
    thief: str | None


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

    def applied(self, documents: Sequence[Document]) -> list[Document]:
        """The documents with the change among them."""
        changed = {document.id: document for document in self.documents}
        return [*(changed.pop(each.id, each) for each in documents), *changed.values()]


def propose_entry(live: Snapshot, entry: Entry) -> Proposal:
    document = Document(entry.id, entry.title, entry.questions, entry.answer)
    return Proposal(live, (document,), entry.id, entry.pinned)


def propose_groups(live: Snapshot, groups: Sequence[OutOfScope]) -> Proposal:
    """Only the groups of what is out of scope that are new or say something else."""
    documents = (Document(each.id, each.title, each.examples, in_scope=False) for each in groups)
    known = set(live.documents)
    return Proposal(live, tuple(each for each in documents if each not in known))


def examine(proposal: Proposal, asked: Asked, learn: Learn) -> Findings:
    """Every question of the knowledge, asked of the matcher as it would be with the change.

    `learn` makes that matcher. What finds another entry there and its own today is broken or
    stolen; what finds another already is no fault of the change.
    """
    if not proposal.documents:
        return Findings()
    documents = _reached(proposal, asked)
    is_live = documents == proposal.live.ranker.documents
    new = learn(proposal.applied(documents))
    old = _Once(lambda: proposal.live.ranker if is_live else learn(documents))
    others = [each for each in documents if each.id not in proposal.ids]
    duplicates = tuple(_duplicates(proposal, asked))
    thefts = [*_thefts(proposal, others, old, new), *_copies(proposal, duplicates)]
    return Findings(
        breaks=tuple(_breaks(proposal, others, old, new)),
        thefts=tuple(dict.fromkeys(thefts)),
        duplicates=duplicates,
    )


@dataclass
class _Once:
    """The matcher of today: learnt only if somebody asks, since most changes break nothing."""

    learn: Callable[[], Ranker]

    @cached_property
    def ranker(self) -> Ranker:
        return self.learn()

    def finds(self, question: str, entry: str) -> bool:
        return found(self.ranker, question) == entry


def _reached(proposal: Proposal, asked: Asked) -> tuple[Document, ...]:
    """The documents that the change may reach: all, or the nearest of very many."""
    documents = proposal.live.documents
    if sum(len(each.questions) for each in documents) <= MOST_ASKED:
        return documents
    near, room = _nearness(proposal, asked), MOST_ASKED
    chosen = set(proposal.ids)
    for each in sorted(documents, key=lambda one: -near[one.id]):
        room -= len(each.questions)
        if room < 0 or not near[each.id]:
            break
        chosen.add(each.id)
    return tuple(each for each in documents if each.id in chosen)


def _nearness(proposal: Proposal, asked: Asked) -> defaultdict[str, float]:
    """How near each document is to the change's questions; pinned ones count most."""
    near: defaultdict[str, float] = defaultdict(float)
    texts = [text for each in proposal.documents for text in (each.title, *each.questions)]
    for text in texts:
        ranking = proposal.live.ranker.rank(text)
        for candidate in ranking.candidates:
            near[candidate.id] += candidate.confidence
        if ranking.group:
            near[ranking.group] += ranking.out_of_scope
        for owner in asked.owners_near(text):
            near[owner] += len(texts)
    return near


def _breaks(
    proposal: Proposal, others: Sequence[Document], old: _Once, new: Ranker
) -> Iterator[Break]:
    for other in others:
        for question in _pinned(proposal.live, other):
            finds = found(new, question)
            if finds != other.id and old.finds(question, other.id):
                yield Break(other.id, question, finds)
    for question in proposal.pinned:
        finds = found(new, question)
        if finds != proposal.entry:
            yield Break(proposal.entry or "", question, finds)


def _thefts(
    proposal: Proposal, others: Sequence[Document], old: _Once, new: Ranker
) -> Iterator[Theft]:
    entries = proposal.live.entries.keys() | proposal.ids
    for owner in others:
        pinned = _pinned(proposal.live, owner)
        for question in owner.questions:
            finds = found(new, question)
            # What is out of scope only must not be answered: which group it is said of is all one.
            is_kept = finds == owner.id or not (owner.in_scope or finds in entries)
            if not is_kept and question not in pinned and old.finds(question, owner.id):
                yield Theft(question, owner.id, finds)


def _pinned(live: Snapshot, document: Document) -> Sequence[str]:
    return live.entries[document.id].pinned if document.in_scope else ()


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


def _duplicates(proposal: Proposal, asked: Asked) -> Iterator[Duplicate]:
    known = {
        question
        for each in proposal.live.documents
        if each.id in proposal.ids
        for question in each.questions
    }
    questions = [question for each in proposal.documents for question in each.questions]
    new = [question for question in questions if question not in known]
    yield from asked.near_duplicates(new, proposal.entry)


@dataclass(frozen=True, slots=True)
class Asked:
    """Every question of the entries, made plain once: a form asks with every pause in typing."""

    owners: tuple[str, ...]
    questions: tuple[str, ...]
    plain: tuple[str, ...]
    pinned: tuple[bool, ...]

    @classmethod
    def of(cls, live: Snapshot) -> Self:
        pairs = [(entry, each) for entry in live.entries.values() for each in entry.questions]
        return cls(
            tuple(entry.id for entry, _ in pairs),
            tuple(each for _, each in pairs),
            tuple(plain_words(each) for _, each in pairs),
            tuple(each in entry.pinned for entry, each in pairs),
        )

    def near_duplicates(
        self, questions: Sequence[str], entry_id: str | None
    ) -> Iterator[Duplicate]:
        """Questions that nearly stand under another entry already."""
        others = [
            None if owner == entry_id else text
            for owner, text in zip(self.owners, self.plain, strict=True)
        ]
        for question in questions:
            best = process.extractOne(
                plain_words(question), others, scorer=fuzz.token_sort_ratio, score_cutoff=DUPLICATE
            )
            if best is not None:
                yield Duplicate(question, self.questions[best[2]], self.owners[best[2]])

    def owners_near(self, question: str) -> Iterator[str]:
        """The entries whose pinned questions are much like this one."""
        pinned = [
            text if is_pinned else None
            for text, is_pinned in zip(self.plain, self.pinned, strict=True)
        ]
        found = process.extract(
            plain_words(question), pinned, scorer=fuzz.token_sort_ratio, score_cutoff=_PINNED_NEAR
        )
        return (self.owners[at] for _, _, at in found)
