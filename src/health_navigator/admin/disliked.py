"""Answers that people say did not help: what is wrong with confidence never waits in the inbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin.catalogue import USE_WINDOW, Cards, Filed
from health_navigator.clock import LIMA, today
from health_navigator.conversation.tables import Tally
from health_navigator.knowledge.models import ItemKind

# One or two may be a slip of the thumb.
ENOUGH = 3
HELPED, NOT_HELPED = "helped", "not_helped"


@dataclass(frozen=True, slots=True)
class Disliked:
    entry: str
    title: str
    helped: int
    not_helped: int


async def read(session: AsyncSession, cards: Cards) -> list[Disliked]:
    """Published entries that fail a third of those who vote or more, the most votes first."""
    published = await cards.read(session, ItemKind.ENTRY)
    votes = await _votes(session, {each: filed for each, (filed, _) in published.items()})
    found = [
        Disliked(entry, card.title, votes[HELPED, entry], votes[NOT_HELPED, entry])
        for entry, (filed, card) in published.items()
        if not filed.retired
    ]
    failing = (each for each in found if _fails(each))
    return sorted(failing, key=lambda each: (-each.not_helped, each.entry))


def _fails(voted: Disliked) -> bool:
    return voted.not_helped >= ENOUGH and 2 * voted.not_helped >= voted.helped


async def _votes(session: AsyncSession, published: Mapping[str, Filed]) -> Counter[tuple[str, str]]:
    """How often people voted on each answer as it stands now."""
    statement = select(Tally.day, Tally.name, Tally.key, Tally.times).where(
        Tally.day >= today() - USE_WINDOW, Tally.name.in_((HELPED, NOT_HELPED))
    )
    votes: Counter[tuple[str, str]] = Counter()
    for day, name, entry, times in await session.execute(statement):
        if entry in published and _is_of_now(day, published[entry]):
            votes[name, entry] += times
    return votes


def _is_of_now(day: date, filed: Filed) -> bool:
    """Of a changed answer only the days after: the votes of that day may be for the old one."""
    return filed.number == 1 or day > filed.updated_at.astimezone(LIMA).date()
