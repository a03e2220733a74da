"""What the bot knows as the staff see it: state, age and use; revisions and what they changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import figures
from health_navigator.admin.drafts import State, state_of
from health_navigator.admin.plain import plain, plain_words
from health_navigator.admin.tables import Draft
from health_navigator.clock import today
from health_navigator.db import in_batches
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Item, Revision

USE_WINDOW = timedelta(days=90)


class Order(StrEnum):
    ID = "id"
    ASKED = "asked"
    DISLIKED = "disliked"
    REVIEW_BY = "review_by"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items to list: every filter that is set must hold."""

    search: str | None = None
    group: str | None = None
    state: State | None = None
    stale: bool | None = None
    uncertain: bool | None = None
    order: Order = Order.ID


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. `group` is an entry's topic or a service's kind, `status` a service's."""

    kind: ItemKind
    id: str
    title: str
    group: str
    state: State
    is_published: bool
    number: int
    confidence: str | None
    verified_on: str | None
    review_by: str | None
    is_stale: bool
    status: str | None
    asked: int
    helped: int
    not_helped: int
    updated_at: str
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What lists show of a body, and its text for the search: no capitals, no accents."""

    title: str
    group: str
    confidence: str | None
    verified_on: str | None
    review_by: str | None
    status: str | None
    text: str

    @classmethod
    def of(cls, item_id: str, body: Mapping[str, Any]) -> Self:
        said = (body.get(name, "") for name in ("title", "name", "answer", "address", "district"))
        return cls(
            title=body.get("title") or body.get("name") or item_id,
            group=body.get("topic") or body.get("kind") or "",
            confidence=body.get("confidence"),
            verified_on=body.get("verified_on"),
            review_by=body.get("review_by"),
            status=body.get("status"),
            text=plain(" ".join((item_id, *map(str, said), *body.get("questions", ())))),
        )


@dataclass(frozen=True, slots=True)
class Filed:
    """A published (or retired) item without its body."""

    id: str
    digest: str
    number: int
    retired: bool
    updated_at: datetime


class Cards:
    """The cards of what is published; of thousands, only bodies that changed are read again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[str, Card]] = {}

    async def read(self, session: AsyncSession, kind: ItemKind) -> dict[str, tuple[Filed, Card]]:
        statement = select(Item.id, Item.digest, Item.number, Item.retired, Item.updated_at)
        filed = [Filed(*row) for row in await session.execute(statement.where(Item.kind == kind))]
        fresh = {(kind.value, each.id): each.digest for each in filed}
        known = {key: kept for key, kept in self._known.items() if fresh.get(key) == kept[0]}
        known |= await _read_cards(session, kind, [id_ for _, id_ in fresh.keys() - known.keys()])
        others = {key: kept for key, kept in self._known.items() if key[0] != kind}
        self._known = others | known
        return {each.id: (each, known[kind.value, each.id][1]) for each in filed}


async def _read_cards(
    session: AsyncSession, kind: ItemKind, ids: Sequence[str]
) -> dict[tuple[str, str], tuple[str, Card]]:
    statement = select(Item.id, Item.digest, Item.body).where(Item.kind == kind)
    found: dict[tuple[str, str], tuple[str, Card]] = {}
    for some in in_batches(ids):
        for item_id, digest, body in await session.execute(statement.where(Item.id.in_(some))):
            found[kind.value, item_id] = (digest, Card.of(item_id, body))
    return found


async def find_rows(
    session: AsyncSession, cards: Cards, kind: ItemKind, wanted: Wanted
) -> list[Row]:
    """Every item that fits, in the order that is wanted."""
    use = await figures.use_of_entries(session, today() - USE_WINDOW)
    published = await cards.read(session, kind)
    drafts = {row.id: row for row in await session.scalars(select(Draft).where(Draft.kind == kind))}
    rows = (
        _to_row(kind, item_id, published.get(item_id), drafts.get(item_id), use, wanted)
        for item_id in {*published, *drafts}
    )
    found = (row for row in rows if row is not None and _fits(row, wanted))
    return sorted(found, key=_ORDERS[wanted.order])


def _to_row(
    kind: ItemKind,
    item_id: str,
    published: tuple[Filed, Card] | None,
    draft: Draft | None,
    use: Mapping[str, Counter[str]],
    wanted: Wanted,
) -> Row | None:
    """The item's line, if the search finds it."""
    filed, card = published or (None, None)
    if draft is not None:
        card = Card.of(item_id, draft.body)
    if card is None or not _is_in(card.text, wanted.search or ""):
        return None
    changed = draft or filed
    return Row(
        kind=kind,
        id=item_id,
        title=card.title,
        group=card.group,
        state=state_of(draft, filed),
        is_published=filed is not None and not filed.retired,
        number=filed.number if filed else 0,
        confidence=card.confidence,
        verified_on=card.verified_on,
        review_by=card.review_by,
        is_stale=card.review_by is not None and card.review_by < today().isoformat(),
        status=card.status,
        asked=use["entry"][item_id],
        helped=use["helped"][item_id],
        not_helped=use["not_helped"][item_id],
        updated_at=changed.updated_at.isoformat() if changed else "",
        authors=tuple(draft.authors) if draft else (),
    )


def is_said(texts: Iterable[str], search: str) -> bool:
    """Whether every word of the search stands somewhere in the texts."""
    return not search or _is_in(plain(" ".join(texts)), search)


def _is_in(plain_text: str, search: str) -> bool:
    return all(word in plain_text for word in plain_words(search).split())


def _fits(row: Row, wanted: Wanted) -> bool:
    return (
        wanted.group in (None, row.group)
        and wanted.state in (None, row.state)
        and wanted.stale in (None, row.is_stale)
        and wanted.uncertain in (None, row.confidence == "uncertain")
    )


_ORDERS: Mapping[Order, Callable[[Row], Any]] = {
    Order.ID: lambda row: row.id,
    Order.ASKED: lambda row: (-row.asked, row.id),
    Order.DISLIKED: lambda row: (-row.not_helped, row.id),
    Order.REVIEW_BY: lambda row: (row.review_by or _NEVER, row.id),
    Order.NEWEST: lambda row: (tuple(-ord(sign) for sign in row.updated_at), row.id),
}


@dataclass(frozen=True, slots=True)
class Due:
    """An item that somebody must look at again, and who published it last."""

    kind: ItemKind
    id: str
    title: str
    group: str
    review_by: date
    days_left: int
    owner: str


async def due(
    session: AsyncSession, cards: Cards, within: timedelta, owner: str | None = None
) -> list[Due]:
    """What is past its review or will be within some days, the most overdue first."""
    limit = (today() + within).isoformat()
    owners = await _owners(session)
    found = [
        _to_due(kind, item_id, card, owners.get((kind, item_id), ""))
        for kind in (ItemKind.ENTRY, ItemKind.SERVICE)
        for item_id, (filed, card) in (await cards.read(session, kind)).items()
        if not filed.retired and (card.review_by or _NEVER) <= limit
    ]
    mine = (each for each in found if owner in (None, each.owner))
    return sorted(mine, key=lambda each: (each.review_by, each.kind, each.id))


_NEVER = "9999"


async def _owners(session: AsyncSession) -> dict[tuple[str, str], str]:
    """Who wrote each item's latest revision."""
    statement = select(Revision.kind, Revision.id, Revision.author).join(
        Item,
        (Item.kind == Revision.kind) & (Item.id == Revision.id) & (Item.number == Revision.number),
    )
    return {(kind, item_id): author for kind, item_id, author in await session.execute(statement)}


def _to_due(kind: ItemKind, item_id: str, card: Card, owner: str) -> Due:
    review_by = date.fromisoformat(card.review_by or _NEVER)
    return Due(
        kind=kind,
        id=item_id,
        title=card.title,
        group=card.group,
        review_by=review_by,
        days_left=(review_by - today()).days,
        owner=owner,
    )


async def revisions(
    session: AsyncSession, kind: ItemKind, item_id: str
) -> list[tuple[Revision, list[Change]]]:
    """Every published version, the newest first, each with what it changed."""
    statement = select(Revision).where(Revision.kind == kind, Revision.id == item_id)
    rows = [*await session.scalars(statement.order_by(Revision.number))]
    before: list[Mapping[str, Any]] = [{}, *(row.body for row in rows)]
    pairs = [(row, difference(old, row.body)) for row, old in zip(rows, before, strict=False)]
    return pairs[::-1]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs. Lists show what left and what came; texts show the words."""

    field: str
    before: Any
    after: Any
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What somebody must read to know what changed."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [_change(name, before.get(name), after.get(name)) for name in names]


def _change(name: str, before: object, after: object) -> Change:
    old, new = _pieces(before), _pieces(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    steps = [step for step in matcher.get_opcodes() if step[0] != "equal"]
    joined = " " if isinstance(before, str) and isinstance(after, str) else "\n"
    removed = (joined.join(old[start:end]) for _, start, end, _, _ in steps if end > start)
    added = (joined.join(new[start:end]) for _, _, _, start, end in steps if end > start)
    return Change(name, before, after, tuple(removed), tuple(added))


def _pieces(value: object) -> list[str]:
    """A text as its words, a list as its items."""
    if value is None:
        return []
    if isinstance(value, list):
        return [_item(each) for each in value]
    return str(value).split()


def _item(value: object) -> str:
    return " · ".join(_texts(value.values())) if isinstance(value, dict) else str(value)


def _texts(values: Iterable[Any]) -> Iterable[str]:
    return (str(value) for value in values if value is not None)
