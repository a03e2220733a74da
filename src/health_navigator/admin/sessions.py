"""Sessions and API tokens: random secrets that their owner holds and the database recognises."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin.refusals import not_ours
from health_navigator.admin.rights import Person, Role
from health_navigator.admin.tables import ApiToken, Staff, StaffSession

COOKIE = "staff"
IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(hours=24)
TOKEN_PREFIX = "hn_"  # noqa: S105  what tokens begin with, so that scanners for leaks know them
# Writing down every request's moment would make every read a write.
_USED_GRAIN = timedelta(minutes=1)


def digest(secret: str) -> str:
    """What the database keeps: secrets of 256 random bits need no salt."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def csrf_token(secret: str) -> str:
    """What a form of this session must carry; another site can send the cookie but not read it."""
    return digest(f"csrf:{secret}")


def refuse_forged(secret: str, token: object) -> None:
    """Raise NotAllowed unless the token is the session's."""
    right = csrf_token(secret).encode()
    if not isinstance(token, str) or not hmac.compare_digest(right, token.encode()):
        raise not_ours()


async def begin(session: AsyncSession, staff: str) -> str:
    """A new session; returns the secret for the cookie."""
    secret = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    session.add(StaffSession(digest=digest(secret), staff=staff, began_at=now, used_at=now))
    return secret


async def find_person(session: AsyncSession, secret: str, origin: str | None) -> Person | None:
    """Whose session it is; None when it ended, expired, or its owner was disabled."""
    row = await session.get(StaffSession, digest(secret))
    now = datetime.now(UTC)
    if row is None or now > row.used_at + IDLE or now > row.began_at + ABSOLUTE:
        return None
    if now - row.used_at > _USED_GRAIN:
        row.used_at = now
    return _person(await session.get(Staff, row.staff), origin)


async def end(session: AsyncSession, secret: str) -> None:
    await session.execute(delete(StaffSession).where(StaffSession.digest == digest(secret)))


async def end_all(session: AsyncSession, staff: str) -> None:
    await session.execute(delete(StaffSession).where(StaffSession.staff == staff))


async def forget_expired(session: AsyncSession, now: datetime) -> int:
    """Delete the sessions that nobody can use any more; says how many."""
    is_over = (StaffSession.used_at < now - IDLE) | (StaffSession.began_at < now - ABSOLUTE)
    statement = delete(StaffSession).where(is_over).returning(StaffSession.digest)
    return len((await session.scalars(statement)).all())


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What may be shown of a token: its first characters of the digest name it."""

    id: str
    label: str
    created_at: datetime
    used_on: str | None


async def make_token(session: AsyncSession, staff: str, label: str) -> str:
    """A new API token; this is the only time that it can be seen."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            digest=digest(secret),
            staff=staff,
            label=label,
            created_at=datetime.now(UTC),
            used_on=None,
        )
    )
    return secret


async def find_bearer(session: AsyncSession, token: str, origin: str | None) -> Person | None:
    """Whose token it is; None for a wrong one, or when its owner was disabled."""
    row = await session.get(ApiToken, digest(token))
    if row is None:
        return None
    today = datetime.now(UTC).date()
    if row.used_on != today:
        row.used_on = today
    return _person(await session.get(Staff, row.staff), origin)


async def tokens_of(session: AsyncSession, staff: str) -> Sequence[TokenInfo]:
    statement = select(ApiToken).where(ApiToken.staff == staff).order_by(ApiToken.created_at)
    return [
        TokenInfo(
            row.digest[:12],
            row.label,
            row.created_at,
            row.used_on.isoformat() if row.used_on else None,
        )
        for row in await session.scalars(statement)
    ]


async def drop_token(session: AsyncSession, staff: str, token_id: str) -> bool:
    """Whether there was such a token to drop."""
    statement = select(ApiToken).where(ApiToken.staff == staff)
    rows = [row for row in await session.scalars(statement) if row.digest[:12] == token_id]
    for row in rows:
        await session.delete(row)
    return bool(rows)


async def drop_tokens(session: AsyncSession, staff: str) -> None:
    await session.execute(delete(ApiToken).where(ApiToken.staff == staff))


def _person(staff: Staff | None, origin: str | None) -> Person | None:
    if staff is None or staff.disabled:
        return None
    return Person(staff.name, Role(staff.role), origin)
