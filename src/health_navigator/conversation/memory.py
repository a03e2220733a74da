"""What a conversation keeps in the database: a state for half an hour, counts without chats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.conversation.models import (
    ServiceReport,
    State,
    Turn,
    Unanswered,
    Vote,
)
from health_navigator.conversation.tables import (
    ConversationState,
    ReportedService,
    Tally,
    UnansweredQuestion,
)
from health_navigator.matching.places import Place

Session = AsyncSession
STATE_LIFE = timedelta(minutes=30)
# No state is kept for longer: one that ends later was written by a clock that went wrong.
_LONGEST_LIFE = 2 * STATE_LIFE


def is_over(now: datetime) -> ColumnElement[bool]:
    """Which states nobody may use any more."""
    ends = ConversationState.expires_at
    return or_(ends <= now, ends > now + _LONGEST_LIFE)


async def recall(session: AsyncSession, chats: Sequence[str]) -> State | None:
    """The state kept under any of a chat's names; None when there is none or it is too old."""
    statement = select(ConversationState.body).where(
        ConversationState.chat.in_(chats), ~is_over(datetime.now(UTC))
    )
    body = await session.scalar(statement)
    if body is None:
        return None
    place = Place(**body["place"]) if body.get("place") else None
    return State(**{**body, "place": place})


async def keep(session: AsyncSession, chats: Sequence[str], turn: Turn) -> None:
    """Write what a turn leaves behind: the state under the chat's first name, the rest nameless."""
    await session.execute(delete(ConversationState).where(ConversationState.chat.in_(chats)))
    if turn.state is not None:
        expires_at = datetime.now(UTC) + STATE_LIFE
        body = {name: value for name, value in asdict(turn.state).items() if value is not None}
        session.add(ConversationState(chat=chats[0], body=body, expires_at=expires_at))
    await leave_behind(session, turn)


async def leave_behind(session: AsyncSession, turn: Turn) -> None:
    """Counts and questions for the staff, which nothing links to a chat."""
    day = clock.today()
    await count(session, day, "outcome", turn.outcome)
    if turn.entry and not turn.urgent:
        await count(session, day, "entry", turn.entry)
    if turn.department:
        await count(session, day, "department", turn.department)
    for record in turn.records:
        match record:
            case Unanswered(text):
                session.add(UnansweredQuestion(text=text, asked_on=day))
            case Vote(entry, helped):
                await count(session, day, "helped" if helped else "not_helped", entry)
            case ServiceReport(service):
                await _report(session, day, service)


async def forget(session: AsyncSession, chats: Sequence[str]) -> None:
    """Delete what is kept for these chats."""
    await session.execute(delete(ConversationState).where(ConversationState.chat.in_(chats)))


async def count(session: AsyncSession, day: date, name: str, key: str) -> None:
    insert = _insert(session)(Tally).values(day=day, name=name, key=key, times=1)
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=[Tally.day, Tally.name, Tally.key], set_={"times": Tally.times + 1}
        )
    )


async def _report(session: AsyncSession, day: date, service: str) -> None:
    insert = _insert(session)(ReportedService).values(service=service, reported_on=day, times=1)
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=[ReportedService.service, ReportedService.reported_on],
            set_={"times": ReportedService.times + 1},
        )
    )


def _insert(session: AsyncSession) -> type[postgresql.Insert] | type[sqlite.Insert]:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.Insert if is_postgresql else sqlite.Insert
