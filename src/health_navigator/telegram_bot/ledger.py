"""Claims on updates and what is still to be sent: the part of delivery that survives a crash.

Each function is one short transaction on one row; callers hold none of them while they send.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, delete, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.telegram_bot.tables import OutgoingMessage, Stage, TelegramUpdate

LEASE = timedelta(seconds=10)
# No claim is given for longer: one that ends later was written by a clock that went wrong.
_LONGEST_LEASE = 2 * LEASE
MAX_ATTEMPTS = 5
# Telegram redelivers for a day; the rest is for an operator who looks after a weekend.
UPDATE_LIFE = timedelta(hours=72)
_FAILURE_LENGTH = 200
_ONE_LESS = TelegramUpdate.attempts - 1


@dataclass(frozen=True, slots=True)
class Claimed:
    """The update is ours until the lease ends. `attempt` counts from 1; `answered`: only send."""

    attempt: int
    answered: bool

    @property
    def is_hopeless(self) -> bool:
        return self.attempt > MAX_ATTEMPTS


@dataclass(frozen=True, slots=True)
class Finished:
    """Done or parked before: nothing to do."""


@dataclass(frozen=True, slots=True)
class InWork:
    """This update, or another of the same chat, is in work elsewhere: come back."""


async def claim(
    session: AsyncSession, update_id: int, chat: str | None, owner: str
) -> Claimed | Finished | InWork:
    """Take an update for this process; the attempt counts from the moment this is committed."""
    now = _now(session)
    await _hold_chat(session, chat)
    if chat and await _chat_is_in_work(session, update_id, chat, now):
        return InWork()
    insert = postgresql.insert if _is_postgresql(session) else sqlite.insert
    fresh = insert(TelegramUpdate).values(
        update_id=update_id,
        chat=chat,
        stage=Stage.OPEN,
        attempts=1,
        answered=False,
        owner=owner,
        lease_until=now + LEASE,
        received_at=datetime.now(UTC),
    )
    statement = fresh.on_conflict_do_update(
        index_elements=[TelegramUpdate.update_id],
        set_={
            "attempts": TelegramUpdate.attempts + 1,
            "owner": owner,
            "lease_until": now + LEASE,
        },
        where=(TelegramUpdate.stage == Stage.OPEN) & _is_free(now),
    ).returning(TelegramUpdate.attempts, TelegramUpdate.answered)
    row = (await session.execute(statement)).first()
    if row is not None:
        return Claimed(row.attempts, row.answered)
    stage = await session.scalar(
        select(TelegramUpdate.stage).where(TelegramUpdate.update_id == update_id)
    )
    return InWork() if stage == Stage.OPEN else Finished()


Moment = ColumnElement[datetime] | datetime


def _now(session: AsyncSession) -> Moment:
    """The moment by the one clock that all processes share: PostgreSQL's, or this machine's."""
    if _is_postgresql(session):
        return func.clock_timestamp(type_=DateTime(timezone=True))
    return datetime.now(UTC)


def _is_free(now: Moment) -> ColumnElement[bool]:
    lease = TelegramUpdate.lease_until
    return or_(lease < now, lease > now + _LONGEST_LEASE)


def _is_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"


async def _hold_chat(session: AsyncSession, chat: str | None) -> None:
    # Two processes may claim two updates of one chat in the same instant; one SQLite process
    # keeps its chats in order by itself.
    if chat and _is_postgresql(session):
        statement = text("SELECT pg_advisory_xact_lock(hashtextextended(:chat, 0))")
        await session.execute(statement, {"chat": chat})


async def _chat_is_in_work(session: AsyncSession, update_id: int, chat: str, now: Moment) -> bool:
    statement = select(TelegramUpdate.update_id).where(
        TelegramUpdate.chat == chat,
        TelegramUpdate.stage == Stage.OPEN,
        TelegramUpdate.update_id != update_id,
        ~_is_free(now),
    )
    return (await session.scalar(statement.limit(1))) is not None


async def store_answer(
    session: AsyncSession, update_id: int, messages: Sequence[dict[str, Any]]
) -> None:
    """Keep the messages to send, so that a redelivery sends them instead of deciding anew."""
    session.add_all(
        OutgoingMessage(update_id=update_id, position=position, body=body, sent=False)
        for position, body in enumerate(messages)
    )
    await _set(session, update_id, answered=True)


async def unsent(session: AsyncSession, update_id: int) -> list[tuple[int, dict[str, Any]]]:
    """(position, message) of what the person has not got yet, in order."""
    statement = (
        select(OutgoingMessage.position, OutgoingMessage.body)
        .where(OutgoingMessage.update_id == update_id, OutgoingMessage.sent.is_(False))
        .order_by(OutgoingMessage.position)
    )
    return [(row.position, row.body) for row in await session.execute(statement)]


async def mark_sent(session: AsyncSession, update_id: int, position: int) -> None:
    await session.execute(
        update(OutgoingMessage)
        .where(OutgoingMessage.update_id == update_id, OutgoingMessage.position == position)
        .values(sent=True)
    )


async def renew(session: AsyncSession, update_id: int) -> None:
    await _set(session, update_id, lease_until=_now(session) + LEASE)


async def finish(
    session: AsyncSession, update_id: int, stage: Stage = Stage.DONE, failure: str | None = None
) -> None:
    """Close the update; forget what was sent for it and to which chat."""
    await session.execute(delete(OutgoingMessage).where(OutgoingMessage.update_id == update_id))
    kept = failure[:_FAILURE_LENGTH] if failure else None
    await _set(session, update_id, stage=stage, failure=kept, chat=None)


async def release(
    session: AsyncSession, update_id: int, owner: str, *, blame: str | None = None
) -> None:
    """Give the update back for its redelivery, unless somebody else has claimed it by now.

    Without `blame` the attempt does not count.
    """
    over = _now(session) - LEASE
    kept = {"failure": blame[:_FAILURE_LENGTH]} if blame else {"attempts": _ONE_LESS}
    mine = (TelegramUpdate.update_id == update_id) & (TelegramUpdate.owner == owner)
    await session.execute(update(TelegramUpdate).where(mine).values(lease_until=over, **kept))


async def end_leases(session: AsyncSession) -> None:
    """Free what a process left in work when it died: for the one that has the database alone."""
    left = update(TelegramUpdate).where(TelegramUpdate.stage == Stage.OPEN)
    await session.execute(left.values(lease_until=_now(session) - LEASE))


async def _set(session: AsyncSession, update_id: int, **values: object) -> None:
    statement = update(TelegramUpdate).where(TelegramUpdate.update_id == update_id)
    await session.execute(statement.values(**values))


async def forget_chat(session: AsyncSession, chats: Sequence[str]) -> None:
    """Delete the chats' traces, but keep the numbers of updates against duplicates."""
    mine = select(TelegramUpdate.update_id).where(TelegramUpdate.chat.in_(chats))
    await session.execute(delete(OutgoingMessage).where(OutgoingMessage.update_id.in_(mine)))
    statement = update(TelegramUpdate).where(TelegramUpdate.chat.in_(chats))
    await session.execute(statement.values(chat=None))


async def forget_old(session: AsyncSession, now: datetime) -> int:
    """Delete updates that Telegram can no longer redeliver, whatever became of them."""
    old = delete(TelegramUpdate).where(TelegramUpdate.received_at < now - UPDATE_LIFE)
    updates = await session.scalars(old.returning(TelegramUpdate.update_id))
    return len(updates.all())


async def parked(session: AsyncSession) -> Sequence[TelegramUpdate]:
    """Updates that failed too often, the newest first."""
    statement = (
        select(TelegramUpdate)
        .where(TelegramUpdate.stage == Stage.PARKED)
        .order_by(TelegramUpdate.received_at.desc())
    )
    return (await session.scalars(statement)).all()
