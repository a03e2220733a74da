"""The first page: what waits for this person, and how the week went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.admin import catalogue, disliked, figures, inbox, reports
from health_navigator.admin.catalogue import Cards, Due
from health_navigator.admin.disliked import Disliked
from health_navigator.admin.drafts import State
from health_navigator.admin.figures import Day
from health_navigator.admin.grouping import Group
from health_navigator.admin.reports import Report
from health_navigator.admin.rights import Person, Right
from health_navigator.admin.tables import Draft
from health_navigator.admin.web.dependencies import Anybody, Door, Visitor
from health_navigator.admin.web.pages import render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf, shelf_of
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Revision

router = APIRouter(route_class=PageRoute)

_SOON = timedelta(days=30)
_WEEK = timedelta(days=7)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Open:
    """An open draft as the first page lists it."""

    shelf: Shelf
    id: str
    title: str
    state: State
    authors: str
    reason: str | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do."""

    groups: Sequence[Group]
    questions: int
    waiting: Sequence[Open]
    own: Sequence[Open]
    due: Sequence[Due]
    reported: Sequence[Report]
    disliked: Sequence[Disliked]


@dataclass(frozen=True, slots=True)
class Digest:
    """The last seven days beside the seven before; `published` counts what went live."""

    week: Day
    before: Day
    published: int
    came_in: int
    settled: int

    @property
    def share(self) -> int:
        return _share(self.week)

    @property
    def share_before(self) -> int:
        return _share(self.before)


def _share(day: Day) -> int:
    return round(100 * day.answered / day.questions) if day.questions else 0


@router.get("")
async def home(request: Request, visitor: Anybody, office: Door) -> Response:
    groups = await inbox.read(office.database) if visitor.may(Right.READ) else None

    async def read(session: AsyncSession) -> tuple[Work | None, Digest]:
        work = None if groups is None else await _work(session, office.cards, visitor, groups)
        return work, await _digest(session)

    work, digest = await office.transact(read)
    return render(request, "home.html", work=work, digest=digest, shown=_SHOWN)


async def _work(
    session: AsyncSession, cards: Cards, visitor: Visitor, groups: Sequence[Group]
) -> Work:
    drafts = [_to_open(row, visitor.person) for row in await session.scalars(select(Draft))]
    return Work(
        groups=groups,
        questions=sum(len(each.asked) for each in groups),
        waiting=[each for each in drafts if each.state is State.IN_REVIEW],
        own=[each for each in drafts if each.is_own and each.state is not State.IN_REVIEW],
        due=await catalogue.due(session, cards, _SOON),
        reported=await reports.read(session),
        disliked=await disliked.read(session, cards),
    )


def _to_open(row: Draft, person: Person) -> Open:
    title = row.body.get("title") or row.body.get("name")
    if row.kind == ItemKind.DOCUMENT:
        title = "Lo que el bot no responde"
    return Open(
        shelf_of(row.kind),
        row.id,
        title or row.id,
        State(row.state),
        ", ".join(row.authors),
        row.reason,
        person.name in row.authors,
    )


async def _digest(session: AsyncSession) -> Digest:
    today = clock.today()
    week = await figures.read(session, today - _WEEK + timedelta(days=1), today)
    before = await figures.read(session, today - 2 * _WEEK + timedelta(days=1), today - _WEEK)
    since = clock.now() - _WEEK
    published = select(func.count()).where(
        Revision.published_at >= since, Revision.approver.is_not(None)
    )
    return Digest(
        week.total,
        before.total,
        await session.scalar(published) or 0,
        sum(week.inbox.came_in.values()),
        sum(week.inbox.settled.values()),
    )
