"""What the bot knows as the staff see it: state, age and use; revisions and what they changed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import figures
from health_navigator.admin.drafts import Standing, State
from health_navigator.admin.tables import Draft
from health_navigator.clock import today
from health_navigator.knowledge.tables import Item, ItemKind, Revision

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
    """One line of a list. `group` is an entry's topic or a service's kind."""

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
    asked: int
    helped: int
    not_helped: int
    updated_at: str
    authors: tuple[str, ...]


async def standings(session: AsyncSession, kind: ItemKind) -> list[Standing]:
    items = {row.id: row for row in await session.scalars(select(Item).where(Item.kind == kind))}
    drafts = {row.id: row for row in await session.scalars(select(Draft).where(Draft.kind == kind))}
    return [
        Standing(kind, each, items.get(each), drafts.get(each))
        for each in sorted({*items, *drafts})
    ]


async def find_rows(session: AsyncSession, kind: ItemKind, wanted: Wanted) -> list[Row]:
    """Every item that fits, in the order that is wanted."""
    use = await figures.use_of_entries(session, today() - USE_WINDOW)
    rows = [
        to_row(standing, use)
        for standing in await standings(session, kind)
        if _has(standing.body, wanted.search or "")
    ]
    return sorted((row for row in rows if _fits(row, wanted)), key=_ORDERS[wanted.order])


def to_row(standing: Standing, use: Mapping[str, Counter[str]]) -> Row:
    body, changed = standing.body, standing.draft or standing.item
    review_by = body.get("review_by")
    return Row(
        kind=standing.kind,
        id=standing.id,
        title=body.get("title") or body.get("name") or standing.id,
        group=body.get("topic") or body.get("kind") or "",
        state=standing.state,
        is_published=standing.item is not None and not standing.item.retired,
        number=standing.number,
        confidence=body.get("confidence"),
        verified_on=body.get("verified_on"),
        review_by=review_by,
        is_stale=review_by is not None and review_by < today().isoformat(),
        asked=use["entry"][standing.id],
        helped=use["helped"][standing.id],
        not_helped=use["not_helped"][standing.id],
        updated_at=changed.updated_at.isoformat() if changed else "",
        authors=tuple(standing.draft.authors) if standing.draft else (),
    )


def _has(body: Mapping[str, Any], search: str) -> bool:
    parts = (
        body.get(name, "") for name in ("id", "title", "name", "answer", "address", "district")
    )
    return is_said((*map(str, parts), *body.get("questions", ())), search)


def is_said(texts: Iterable[str], search: str) -> bool:
    """Whether every word of the search stands somewhere in the texts."""
    words = _WORD.findall(_plain(search))
    text = _plain(" ".join(texts)) if words else ""
    return all(word in text for word in words)


def _plain(text: str) -> str:
    """Without capitals and accents: a list of thousands has no time for more."""
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))


_WORD = re.compile(r"\w+")
_ACCENTS = re.compile("[\u0300-\u036f]")


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
    Order.REVIEW_BY: lambda row: (row.review_by or "9999", row.id),
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


async def due(session: AsyncSession, within: timedelta, owner: str | None = None) -> list[Due]:
    """What is past its review or will be within some days, the most overdue first."""
    rows = [
        row
        for kind in (ItemKind.ENTRY, ItemKind.SERVICE)
        for row in await session.scalars(
            select(Item).where(Item.kind == kind, Item.retired.is_(False))
        )
    ]
    limit = (today() + within).isoformat()
    near = [row for row in rows if row.body.get("review_by", "9999") <= limit]
    owners = await _owners(session)
    found = [_to_due(row, owners.get((row.kind, row.id), "")) for row in near]
    mine = (each for each in found if owner in (None, each.owner))
    return sorted(mine, key=lambda each: (each.review_by, each.kind, each.id))


async def _owners(session: AsyncSession) -> dict[tuple[str, str], str]:
    """Who wrote each item's latest revision."""
    statement = select(Revision.kind, Revision.id, Revision.author).join(
        Item,
        (Item.kind == Revision.kind) & (Item.id == Revision.id) & (Item.number == Revision.number),
    )
    return {(kind, item_id): author for kind, item_id, author in await session.execute(statement)}


def _to_due(row: Item, owner: str) -> Due:
    review_by = date.fromisoformat(row.body["review_by"])
    return Due(
        kind=ItemKind(row.kind),
        id=row.id,
        title=row.body.get("title") or row.body.get("name") or row.id,
        group=row.body.get("topic") or row.body.get("kind") or "",
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
