"""Claims on updates, and what is still to be sent: the part of delivery that survives a crash.

Each function takes a moment of a short transaction; callers hold none while they send. The
statements that every message needs are built once, at the top: building one costs more than running
it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    DateTime,
    Insert,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.db import UtcDateTime, table_of
from health_navigator.telegram_bot.tables import OutgoingMessage, Stage, TelegramUpdate

LEASE = timedelta(seconds=10)
# No claim lasts longer: one that ends later was written by a wrong clock.
_LONGEST_LEASE = 2 * LEASE
MAX_ATTEMPTS = 5
# Telegram redelivers for a day; the rest is for an operator who looks after a weekend.
UPDATE_LIFE = timedelta(hours=72)
_FAILURE_LENGTH = 200

_UPDATES = table_of(TelegramUpdate)
_OUTGOING = table_of(OutgoingMessage)
_NUMBER: BindParameter[int] = bindparam("number")
_NOTHING = timedelta()

Moment = ColumnElement[datetime]


def _by_postgresql(later: timedelta) -> Moment:
    return func.clock_timestamp(type_=DateTime(timezone=True)) + later


def _by_this_machine(later: timedelta) -> Moment:
    return bindparam(None, callable_=lambda: datetime.now(UTC) + later, type_=UtcDateTime())


# The moment a statement runs plus some time, by the one clock that all processes share.
_CLOCKS = {"postgresql": _by_postgresql, "sqlite": _by_this_machine}


def _is_free(clock: Callable[[timedelta], Moment]) -> ColumnElement[bool]:
    lease = _UPDATES.c.lease_until
    return or_(lease < clock(_NOTHING), lease > clock(_LONGEST_LEASE))


def _claim_statement(
    fresh: postgresql.Insert | sqlite.Insert, clock: Callable[[timedelta], Moment]
) -> Insert:
    """Insert the update, or take over one whose lease has ended; otherwise no row comes back."""
    return (
        fresh.values(stage=Stage.OPEN, attempts=1, answered=False, lease_until=clock(LEASE))
        .on_conflict_do_update(
            index_elements=[_UPDATES.c.update_id],
            set_={
                "attempts": _UPDATES.c.attempts + 1,
                "owner": fresh.excluded.owner,
                "lease_until": fresh.excluded.lease_until,
            },
            where=(_UPDATES.c.stage == Stage.OPEN) & _is_free(clock),
        )
        .returning(_UPDATES.c.attempts, _UPDATES.c.answered)
    )


_CLAIM = {
    "postgresql": _claim_statement(postgresql.insert(_UPDATES), _by_postgresql),
    "sqlite": _claim_statement(sqlite.insert(_UPDATES), _by_this_machine),
}
_OTHER_IN_WORK = (
    select(_UPDATES.c.update_id)
    .where(
        _UPDATES.c.chat == bindparam("chat"),
        _UPDATES.c.stage == Stage.OPEN,
        _UPDATES.c.update_id != _NUMBER,
        ~_is_free(_by_postgresql),
    )
    .limit(1)
)
_HOLD_CHAT = text("SELECT pg_advisory_xact_lock(hashtextextended(:chat, 0))")
_STAGE = select(_UPDATES.c.stage).where(_UPDATES.c.update_id == _NUMBER)
_KEEP_MESSAGE = insert(_OUTGOING)
_ANSWERED = update(_UPDATES).where(_UPDATES.c.update_id == _NUMBER).values(answered=True)
_UNSENT = (
    select(_OUTGOING.c.position, _OUTGOING.c.body)
    .where(_OUTGOING.c.update_id == _NUMBER, _OUTGOING.c.sent.is_(False))
    .order_by(_OUTGOING.c.position)
)
_MARK_SENT = (
    update(_OUTGOING)
    .where(_OUTGOING.c.update_id == _NUMBER, _OUTGOING.c.position == bindparam("at"))
    .values(sent=True)
)
_DROP_MESSAGES = delete(_OUTGOING).where(_OUTGOING.c.update_id == _NUMBER)
_CLOSE = (
    update(_UPDATES)
    .where(_UPDATES.c.update_id == _NUMBER)
    .values(stage=bindparam("stage"), failure=bindparam("failure"), chat=None)
)


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
    """Done or parked already: nothing to do."""


@dataclass(frozen=True, slots=True)
class InWork:
    """This update, or another of the same chat, is being handled elsewhere: come back."""


Claim = Claimed | Finished | InWork
Message = dict[str, Any]
Waiting = tuple[int, Message]  # a message and its position in the answer


def claim(connection: Connection, update_id: int, chat: str | None, owner: str) -> Claim:
    """Claim an update for this process; the attempt counts from the moment this is committed."""
    if chat and _is_in_work_elsewhere(connection, update_id, chat):
        return InWork()
    fresh = {
        "update_id": update_id,
        "chat": chat,
        "owner": owner,
        "received_at": datetime.now(UTC),
    }
    row = connection.execute(_CLAIM[connection.dialect.name], fresh).first()
    if row is not None:
        return Claimed(row.attempts, row.answered)
    stage = connection.scalar(_STAGE, {"number": update_id})
    return InWork() if stage == Stage.OPEN else Finished()


def _is_in_work_elsewhere(connection: Connection, update_id: int, chat: str) -> bool:
    """Whether another process handles another update of the chat; a SQLite file has one process."""
    if connection.dialect.name != "postgresql":
        return False
    # Two processes may claim two updates of one chat at the same instant.
    connection.execute(_HOLD_CHAT, {"chat": chat})
    return connection.scalar(_OTHER_IN_WORK, {"chat": chat, "number": update_id}) is not None


def store_answer(connection: Connection, update_id: int, messages: Sequence[Message]) -> None:
    """Keep the messages to send, so that a redelivery sends them instead of deciding again."""
    if messages:
        rows = [
            {"update_id": update_id, "position": position, "body": body, "sent": False}
            for position, body in enumerate(messages)
        ]
        connection.execute(_KEEP_MESSAGE, rows)
    connection.execute(_ANSWERED, {"number": update_id})


def unsent(connection: Connection, update_id: int) -> Sequence[Waiting]:
    """What the person has not received yet, in order."""
    rows = connection.execute(_UNSENT, {"number": update_id})
    return [(row.position, row.body) for row in rows]


def mark_sent(connection: Connection, update_id: int, position: int) -> None:
    connection.execute(_MARK_SENT, {"number": update_id, "at": position})


def renew(connection: Connection, update_id: int, owner: str) -> None:
    """Extend the claim, unless somebody else has claimed the update by now."""
    mine = (_UPDATES.c.update_id == update_id) & (_UPDATES.c.owner == owner)
    later = _in(LEASE, connection)
    connection.execute(update(_UPDATES).where(mine).values(lease_until=later))


def finish(
    connection: Connection,
    update_id: int,
    stage: Stage = Stage.DONE,
    failure: str | None = None,
) -> None:
    """Close the update; delete its messages and its link to a chat."""
    connection.execute(_DROP_MESSAGES, {"number": update_id})
    kept = failure[:_FAILURE_LENGTH] if failure else None
    connection.execute(_CLOSE, {"number": update_id, "stage": stage, "failure": kept})


def release(
    connection: Connection, update_id: int, owner: str, *, blame: str | None = None
) -> None:
    """Give the update back for redelivery, unless somebody else has claimed it by now.

    Without `blame` the attempt does not count.
    """
    kept = {"failure": blame[:_FAILURE_LENGTH]} if blame else {"attempts": _UPDATES.c.attempts - 1}
    mine = (_UPDATES.c.update_id == update_id) & (_UPDATES.c.owner == owner)
    over = _in(-LEASE, connection)
    connection.execute(update(_UPDATES).where(mine).values(lease_until=over, **kept))


def end_leases(connection: Connection) -> None:
    """Free what a dead process left claimed; only for a process that has the database alone."""
    left = update(_UPDATES).where(_UPDATES.c.stage == Stage.OPEN)
    connection.execute(left.values(lease_until=_in(-LEASE, connection)))


def _in(later: timedelta, connection: Connection) -> Moment:
    return _CLOCKS[connection.dialect.name](later)


def forget_chat(connection: Connection, chats: Sequence[str]) -> None:
    """Delete the chats' traces, but keep the updates' numbers to recognise duplicates."""
    theirs = _UPDATES.c.chat.in_(chats)
    mine = select(_UPDATES.c.update_id).where(theirs)
    connection.execute(delete(_OUTGOING).where(_OUTGOING.c.update_id.in_(mine)))
    connection.execute(update(_UPDATES).where(theirs).values(chat=None))


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
