"""Checks what is kept: the database, its tables, its clock, and the knowledge."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from health_navigator import clock, jobs
from health_navigator.config import PREFIX, Settings
from health_navigator.db import Database, Schema
from health_navigator.doctor.findings import Finding, green, red, yellow
from health_navigator.doctor.telegram import SET_CLOCK
from health_navigator.errors import DatabaseAwayError, KnowledgeError
from health_navigator.knowledge import store
from health_navigator.knowledge.checks import checked_directory
from health_navigator.knowledge.files import FileItem
from health_navigator.telegram_bot import ledger

_SECONDS = 5.0
# What a conversation remembers, and what is open now, follow the clock of whichever process
# answers.
_SKEW = timedelta(seconds=3)
_RESTORE = "stop the program and restore the last backup: docs/operations.md, 'Restore'"


async def look_at_database(settings: Settings) -> AsyncIterator[Finding]:
    """Check the database and, if it answers, what is in it."""
    place = _place(settings)
    if not settings.is_shared and not _exists(place):
        yield green("database", f"{place} will be made at the first start")
        return
    database = await Database.open(settings.database_url)
    try:
        started = perf_counter()
        async with asyncio.timeout(_SECONDS), database.engine.connect() as connection:
            said = await connection.scalar(text(_QUESTION[settings.is_shared]))
        seconds = perf_counter() - started
        yield _answered(place, said, seconds)
        async for finding in _look_inside(database):
            yield finding
    # asyncpg raises TypeError for an option of the URL that it does not know.
    except (DatabaseAwayError, SQLAlchemyError, OSError, TypeError) as error:
        yield _away(settings, place, error)
    finally:
        await database.close()


_QUESTION = {True: "SELECT clock_timestamp()", False: "PRAGMA quick_check(1)"}


def _place(settings: Settings) -> str:
    """Where the database is, without the password that its URL may hold."""
    url = make_url(settings.database_url)
    name = url.database or ":memory:"
    return f"{url.host or 'localhost'}/{name}" if settings.is_shared else name


def _exists(path: str) -> bool:
    return Path(path).exists()


def _answered(place: str, said: object, seconds: float) -> Finding:
    if isinstance(said, datetime):
        skew = abs(datetime.now(UTC) - said)
        if skew > _SKEW:
            return red("clock", f"{skew.total_seconds():.1f} s from the database's", SET_CLOCK)
    elif said != "ok":
        return red("database", f"{place} is damaged", _RESTORE)
    return green("database", f"{place} answers in {seconds:.2f} s")


def _away(settings: Settings, place: str, error: Exception) -> Finding:
    """Only the kind of the error: its text may hold the password."""
    cause = error.__cause__ or error
    kind = type(getattr(error, "orig", None) or cause).__name__
    if not settings.is_shared:
        return red("database", f"{place} cannot be read ({kind})", _RESTORE)
    mend = (
        "start PostgreSQL, or correct host, port, name, user, password and options in "
        f"{PREFIX}DATABASE_URL; `psql` with the same values shows more"
    )
    return red("database", f"{place} does not answer ({kind})", mend)


async def _look_inside(database: Database) -> AsyncIterator[Finding]:
    schema = await database.schema()
    yield _schema(schema)
    if schema is Schema.CURRENT:
        yield await _loaded_knowledge(database)
        yield await _parked(database)


def _schema(schema: Schema) -> Finding:
    match schema:
        case Schema.CURRENT:
            return green("migrations", "the tables are those of this program")
        case Schema.NEWER:
            mend = f"install the newer program again, or {_RESTORE}"
            return red("migrations", "the tables are those of a newer program", mend)
        case _:
            mend = "start the program, or run `health-navigator jobs run`: both bring the tables up"
            return red("migrations", "the tables are missing or older than this program", mend)


async def _loaded_knowledge(database: Database) -> Finding:
    async with database.session() as session:
        version = await store.version(session)
        stale = await jobs.count_stale(session, clock.today())
    if version == 0:
        mend = "health-navigator knowledge load"
        return red("knowledge in use", "nothing is loaded", mend)
    if stale:
        mend = "have staff review them: health-navigator knowledge check --stale lists them"
        return yellow("knowledge in use", f"{stale} facts are past their review", mend)
    return green("knowledge in use", f"version {version}, nothing past its review")


async def _parked(database: Database) -> Finding:
    async with database.session() as session:
        parked = await ledger.parked(session)
    if parked:
        numbers = ", ".join(str(each.update_id) for each in parked[:3])
        mend = "find update.failed with these numbers in the log: `where` names the line of code"
        return yellow("updates", f"{len(parked)} were parked in the last 72 h ({numbers})", mend)
    return green("updates", "none is parked")


def look_at_files(settings: Settings) -> Iterator[Finding]:
    try:
        items = checked_directory(settings.knowledge_dir)
    except KnowledgeError as error:
        first = error.problems[0].line_for()
        mend = "health-navigator knowledge check shows all; correct the files in " + str(
            settings.knowledge_dir
        )
        yield red("knowledge files", f"{len(error.problems)} problems, first: {first}", mend)
    except OSError as error:
        mend = f"correct {PREFIX}KNOWLEDGE_DIR, or the rights of the folder"
        yield red("knowledge files", f"cannot be read ({type(error).__name__})", mend)
    else:
        yield green("knowledge files", f"{len(items)} items, no problems")
        yield _day(items)


def _day(items: Sequence[FileItem]) -> Finding:
    """Nothing can have been verified tomorrow: if something was, our own date is wrong."""
    newest = max((str(item.body.get("verified_on", "")) for item in items), default="")
    today = clock.today()
    if newest > (today + timedelta(days=1)).isoformat():
        says = f"here it is {today}, but facts were verified on {newest}"
        return red("clock", says, SET_CLOCK)
    return green("clock", f"{today} in Lima")
