"""The people who work here: added, listed, disabled, reset, and let in."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Select, case, delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import audit, passwords, sessions
from health_navigator.admin.audit import About
from health_navigator.admin.refusals import Fault, Invalid, NotNow, NotSignedIn, Throttled, Unknown
from health_navigator.admin.rights import Person, Right, Role
from health_navigator.admin.tables import FailedLogin, Staff
from health_navigator.db import Database, UtcDateTime
from health_navigator.i18n import mark

log = structlog.get_logger()

KIND = "person"
COMMAND_LINE = Person("command-line", Role.ADMIN)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")

# A person mistypes twice; each further failure in a row doubles the wait, to a quarter of an hour.
_FREE_TRIES = 2
_LONGEST_WAIT = timedelta(minutes=15)
# Several people share one office's address.
_FREE_TRIES_OF_ADDRESS = 10
_FORGIVEN_AFTER = timedelta(days=1)


async def add(
    session: AsyncSession, by: Person, name: str, role: Role, password: str | None
) -> Staff:
    """A new account. Without a password only tokens open it."""
    by.need(Right.PEOPLE)
    name = name.strip().lower()
    faults = [*_faults_of_name(name), *_faults_of_password(password, name)]
    if not faults and await session.get(Staff, name) is not None:
        faults = [Fault("name", mark("there is already an account with this name"))]
    if faults:
        raise Invalid(faults)
    kept = None if password is None else await passwords.hashed(password)
    staff = Staff(name=name, role=role, password=kept, disabled=False, created_at=datetime.now(UTC))
    session.add(staff)
    await session.flush()
    audit.record(session, by, "person.add", About(KIND, name), after={"role": role})
    return staff


def _faults_of_password(password: str | None, name: str) -> Sequence[Fault]:
    """An empty password is a weak one; only None means that there is to be none."""
    return () if password is None else [*passwords.faults_of(password, name)]


def _faults_of_name(name: str) -> Sequence[Fault]:
    if _NAME.fullmatch(name):
        return ()
    message = mark("write 2 to 40 small letters, digits, dots or hyphens, without accents")
    return (Fault("name", message),)


async def everybody(session: AsyncSession) -> Sequence[Staff]:
    return (await session.scalars(select(Staff).order_by(Staff.name))).all()


async def get_staff(session: AsyncSession, name: str) -> Staff:
    known = name.strip().lower()
    staff = await session.get(Staff, known) if _NAME.fullmatch(known) else None
    if staff is None:
        raise Unknown(mark("there is no account with this name"))
    return staff


async def disable(session: AsyncSession, by: Person, name: str) -> None:
    """End the person's sessions and tokens, and let nobody in by this name."""
    by.need(Right.PEOPLE)
    staff = await get_staff(session, name)
    if staff.role == Role.ADMIN and await _is_last_admin(session, staff):
        raise NotNow(mark("this is the last administrator: add another one first"))
    staff.disabled = True
    await _close_doors(session, staff.name)
    audit.record(session, by, "person.disable", About(KIND, staff.name))


async def _is_last_admin(session: AsyncSession, staff: Staff) -> bool:
    return not await session.scalar(_other_admins(staff))


def _other_admins(staff: Staff) -> Select[int]:
    return select(func.count()).where(
        Staff.role == Role.ADMIN, Staff.disabled.is_(False), Staff.name != staff.name
    )


async def _refuse_to_lock_out(session: AsyncSession, staff: Staff) -> None:
    """Somebody must be left who can manage people on the pages: no key opens them."""
    if staff.role != Role.ADMIN or staff.password is None:
        return
    if not await session.scalar(_other_admins(staff).where(Staff.password.is_not(None))):
        raise NotNow(mark("this is the last administrator with a password: add another one first"))


async def reset(
    session: AsyncSession, by: Person, name: str, password: str | None, keys: Sequence[bytes]
) -> Staff:
    """A new password (or none), the account open again, every old session and token closed."""
    by.need(Right.PEOPLE)
    staff = await get_staff(session, name)
    if password is None:
        await _refuse_to_lock_out(session, staff)
    await _set_password(staff, password)
    staff.disabled = False
    await _close_doors(session, staff.name)
    for key in keys:
        await _forgive(session, _of_name(key, staff.name))
    audit.record(session, by, "person.reset", About(KIND, staff.name))
    return staff


async def change_password(session: AsyncSession, person: Person, old: str, new: str) -> None:
    """The person's own; other devices must log in again."""
    staff = await get_staff(session, person.name)
    if not await passwords.matches(old, staff.password):
        raise Invalid([Fault("old", mark("this is not your password"))])
    await _set_password(staff, new)
    await sessions.end_all(session, staff.name)
    audit.record(session, person, "person.password", About(KIND, staff.name))


async def _set_password(staff: Staff, password: str | None) -> None:
    faults = _faults_of_password(password, staff.name)
    if faults:
        raise Invalid(faults)
    staff.password = None if password is None else await passwords.hashed(password)


async def _close_doors(session: AsyncSession, name: str) -> None:
    await sessions.end_all(session, name)
    await sessions.drop_tokens(session, name)


async def give_token(session: AsyncSession, by: Person, name: str, label: str) -> str:
    """A token for an account: one's own, or anybody's for those who may manage people."""
    staff = await get_staff(session, name)
    if by.name != staff.name:
        by.need(Right.PEOPLE)
    audit.record(session, by, "person.token", About(KIND, staff.name), note=label)
    return await sessions.make_token(session, staff.name, label)


async def give_opening_token(session: AsyncSession, by: Person, staff: Staff) -> str | None:
    """A token for an account that no password opens."""
    if staff.password is not None:
        return None
    return await give_token(session, by, staff.name, "API")


async def log_in(
    database: Database, name: str, password: str, address: str | None, keys: Sequence[bytes]
) -> str:
    """Let somebody in; returns the session's secret.

    Every try counts as a failure before its password is looked at: of many that come at once, no
    more are looked at than of as many one after the other.
    """
    name = name.strip().lower()[:100]
    who = _Marks.of(keys[0], name, address)
    async with database.session() as session:
        tried = [await _count(session, *each) for each in who.pauses().items()]
        staff = await _find_open(session, name)
    is_right = await passwords.matches(password, staff.password if staff else None)
    if staff is None or not is_right:
        log.warning("login.failed")
        raise NotSignedIn(mark("name or password is wrong"))
    person = Person(name, Role(staff.role), audit.to_origin(keys[0], address))
    async with database.session() as session:
        await _forgive(session, who.name)
        await _take_back(session, tried)
        await sessions.forget_expired(session, datetime.now(UTC))
        audit.record(session, person, "session.begin")
        return await sessions.begin(session, name)


async def _find_open(session: AsyncSession, name: str) -> Staff | None:
    staff = await session.get(Staff, name) if _NAME.fullmatch(name) else None
    return None if staff is None or staff.disabled else staff


class _Marks:
    """Under which names the failures of one try are counted."""

    def __init__(self, name: str, address: str | None) -> None:
        self.name = name
        self.address = address

    @classmethod
    def of(cls, key: bytes, name: str, address: str | None) -> _Marks:
        return cls(_of_name(key, name), _hash(key, f"address:{address}") if address else None)

    def pauses(self) -> dict[str, int]:
        """Each mark with the failures that cost nothing."""
        free = {self.name: _FREE_TRIES}
        return free if self.address is None else free | {self.address: _FREE_TRIES_OF_ADDRESS}


def _of_name(key: bytes, name: str) -> str:
    """People type their password into the wrong field: the name is hashed too."""
    return _hash(key, f"name:{name}")


def _hash(key: bytes, value: str) -> str:
    return hmac.new(key, f"login:{value}".encode(errors="replace"), hashlib.sha256).hexdigest()[:40]


def pause_after(failures: int, free: int) -> timedelta:
    """How long nobody may try again after so many failures in a row."""
    if failures <= free:
        return timedelta()
    # The exponent is bounded: nobody needs a number with a thousand digits.
    return min(timedelta(seconds=2 ** min(failures - free, 20)), _LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class _Try:
    """What a try changed under one mark: when it was counted, and when the one before it was."""

    who: str
    at: datetime
    before: datetime


async def _count(session: AsyncSession, who: str, free: int) -> _Try:
    """Count a try as a failure; raises Throttled where it is too early for one."""
    now = datetime.now(UTC)
    times, before = await _locked(session, who, now)
    wait = before + pause_after(times, free) - now
    if wait > timedelta():
        raise Throttled(
            mark("too many failed logins: wait {minutes} minutes, or ask an administrator"),
            int(wait.total_seconds()) + 1,
        )
    counted = update(FailedLogin).where(FailedLogin.who == who)
    await session.execute(counted.values(times=times + 1, last_at=now))
    return _Try(who, now, before)


async def _locked(session: AsyncSession, who: str, now: datetime) -> tuple[int, datetime]:
    """How often a login failed and when last, which nobody else changes till the commit."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(FailedLogin).values(who=who, times=0, last_at=now)
    # Writing what is there locks it, on either database; reading would not.
    touched = row.on_conflict_do_update(index_elements=[FailedLogin.who], set_={"who": who})
    found = await session.execute(touched.returning(FailedLogin.times, FailedLogin.last_at))
    times, last_at = found.one()
    return (0, now) if last_at < now - _FORGIVEN_AFTER else (times, last_at)


async def _take_back(session: AsyncSession, tried: Sequence[_Try]) -> None:
    """As if these tries had not been; where others came after one, the pause is theirs."""
    for each in tried:
        mine = FailedLogin.who == each.who
        await session.execute(delete(FailedLogin).where(mine, FailedLogin.times <= 1))
        last_at = case(
            (FailedLogin.last_at == each.at, literal(each.before, UtcDateTime)),
            else_=FailedLogin.last_at,
        )
        less = update(FailedLogin).where(mine)
        await session.execute(less.values(times=FailedLogin.times - 1, last_at=last_at))


async def forget_failures(session: AsyncSession, now: datetime) -> int:
    """Delete the failed logins of a day ago; says of how many accounts and addresses."""
    is_old = FailedLogin.last_at < now - _FORGIVEN_AFTER
    statement = delete(FailedLogin).where(is_old).returning(FailedLogin.who)
    return len((await session.scalars(statement)).all())


async def _forgive(session: AsyncSession, who: str) -> None:
    await session.execute(delete(FailedLogin).where(FailedLogin.who == who))


async def advise_first_admin(database: Database) -> None:
    """Say in the log how to make the first administrator, where there is none."""
    async with database.session() as session:
        is_admin = (Staff.role == Role.ADMIN) & Staff.disabled.is_(False)
        if await session.scalar(select(func.count()).where(is_admin)):
            return
    log.warning("admin.missing", advice="health-navigator user add NAME --role admin")
