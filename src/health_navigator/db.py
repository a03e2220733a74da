"""The database: one engine, short transactions, migrations run under a lock."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Table,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnectionError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from health_navigator.errors import DatabaseAwayError, DatabaseInUseError
from health_navigator.shipped import shipped

if TYPE_CHECKING:
    from alembic.config import Config

P = ParamSpec("P")
T = TypeVar("T")

# The newest migration; migrations are numbered.
NEWEST = "0002"
# Any number, as long as nothing else in the same PostgreSQL database uses it.
_MIGRATION_LOCK = 730_110_001
_BUSY_MILLISECONDS = 5_000
# Whoever waits longer for a connection may as well come back later.
_CONNECT_SECONDS = 5
# Statements take milliseconds: a server that neither answers nor refuses counts as away.
_ANSWER_SECONDS = 10
_REST_SECONDS = 1
_TURN_SECONDS = 0.2
# SQLSTATE classes that are not the statement's fault, in order: connection lost, transaction cut or
# read-only, access refused, no such database, conflict with another transaction, no room, shutting
# down or starting, trouble with the machine.
_AWAY_STATES = ("08", "25", "28", "3D", "40", "53", "57", "58")
# Well below SQLite's limit on bound values in one statement.
_MOST_VALUES = 500


class UtcDateTime(TypeDecorator[datetime]):
    """Moments with their time zone, also on SQLite, which does not store it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that create no objects."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  each of our models is one table
    return table


class _CutError(DatabaseAwayError):
    """The connection was cut before the commit, so nothing in the transaction took effect."""


class Schema(StrEnum):
    """How the tables in the database look to this program."""

    NONE = "none"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[T]):
    """A transaction queued for SQLite's thread, and the future that its caller awaits."""

    work: Callable[[Connection], T]
    done: asyncio.Future[T]

    def end(self, result: T | Exception) -> None:
        """Deliver the result on the event loop, unless the caller was cancelled meanwhile."""
        if self.done.done():
            return
        if isinstance(result, Exception):
            self.done.set_exception(result)
        else:
            self.done.set_result(result)


class OneThread:
    """SQLite on its own thread, which runs whole transactions one after another.

    aiosqlite crosses to its thread and back three times per statement, which costs more than the
    statement itself. Transactions that wait together are committed together: beginning, committing
    and waking the event loop cost as much for one as for ten.
    """

    def __init__(self, database: str) -> None:
        self._engine: Engine = create_engine(f"sqlite:///{database}", pool_reset_on_return=None)
        event.listen(self._engine, "connect", _prepare_sqlite)
        self._thread = ThreadPoolExecutor(1, "sqlite")
        self._queue: deque[_Waiting[Any]] = deque()

    async def transact(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._queue.append(_Waiting(lambda connection: work(connection, *args, **kwargs), done))
        # Otherwise the thread has already been called, and takes everything in the queue.
        if len(self._queue) == 1:
            self._thread.submit(self._run_all, loop)
        return await done

    def _run_all(self, loop: asyncio.AbstractEventLoop) -> None:
        taken: list[_Waiting[Any]] = []
        while self._queue:
            taken.append(self._queue.popleft())
        if taken:
            loop.call_soon_threadsafe(_end_all, taken, self._together(taken))

    def _together(self, taken: Sequence[_Waiting[Any]]) -> list[Any]:
        """Each one's result or exception; if one fails, each runs in a transaction of its own."""
        try:
            with self._engine.begin() as connection:
                return [each.work(connection) for each in taken]
        except Exception as error:  # noqa: BLE001  its caller gets it
            return [error] if len(taken) == 1 else [self._together([each])[0] for each in taken]

    def close(self) -> None:
        self._thread.shutdown()
        self._engine.dispose()


def _end_all(waited: Sequence[_Waiting[Any]], results: Sequence[Any]) -> None:
    for each, result in zip(waited, results, strict=True):
        each.end(result)


class Database:
    """One engine and its sessions. `open` creates it, `close` ends it."""

    def __init__(
        self, engine: AsyncEngine, lock: int | None = None, thread: OneThread | None = None
    ) -> None:
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._lock = lock
        self._thread = thread

    @classmethod
    async def open(cls, url: str, *, alone: bool = False) -> Database:
        """Connect. `alone`: refuse a SQLite file that another process serves."""
        if not url.startswith("sqlite"):
            engine = create_async_engine(
                url,
                pool_size=10,
                max_overflow=10,
                pool_timeout=_CONNECT_SECONDS,
                connect_args={"timeout": _CONNECT_SECONDS, "command_timeout": _ANSWER_SECONDS},
            )
            _ping_after_a_rest(engine.sync_engine)
            return cls(engine)
        file = _file_of(url)
        lock = _prepare_file(file, alone=alone)
        engine = create_async_engine(url)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        return cls(engine, lock, OneThread(file) if file else None)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends well, rolled back otherwise.

        Raises DatabaseAwayError if the database fails rather than the statement.
        """
        with _told_when_away():
            async with self._sessions() as session, session.begin():
                yield session

    async def transact(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one short transaction, written as a plain function, and commit when it returns.

        For what every message needs; everything else reads better with a `session`.
        """
        with _told_when_away():
            if self._thread is not None:
                return await self._thread.transact(work, *args, **kwargs)
            try:
                return await self._transaction(work, *args, **kwargs)
            except _CutError:
                return await self._transaction(work, *args, **kwargs)

    async def _transaction(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        async with self.engine.begin() as connection:
            try:
                return await connection.run_sync(work, *args, **kwargs)
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise _CutError("the database cut the connection") from error
                raise

    @asynccontextmanager
    async def only_one(self, lock: int) -> AsyncIterator[bool]:
        """True for the one process that holds `lock` while the block runs, False for the others."""
        if self.engine.dialect.name != "postgresql":
            yield True
            return
        async with self.engine.connect() as connection:
            got = await connection.scalar(
                text("SELECT pg_try_advisory_lock(:lock)"), {"lock": lock}
            )
            try:
                yield bool(got)
            finally:
                if got:
                    await connection.execute(
                        text("SELECT pg_advisory_unlock(:lock)"), {"lock": lock}
                    )

    async def migrate(self) -> None:
        """Bring the schema up to date; processes that start together wait for each other."""
        with _told_when_away():
            async with self.engine.begin() as connection:
                await take_turn(connection, _MIGRATION_LOCK)
                if await connection.run_sync(_schema) is not Schema.CURRENT:
                    await connection.run_sync(upgrade)

    async def overwrite_deleted(self) -> int:
        """Remove deleted rows from SQLite's journal too; on PostgreSQL there is nothing to do."""
        if self.engine.dialect.name == "sqlite":
            async with self.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return 0

    async def is_ready(self) -> bool:
        """Whether the database has this program's schema and accepts writes.

        Each update is recorded before anything else, so a read-only database is of no use. A write
        that changes nothing fails where a real one would.
        """
        if await self.schema() is not Schema.CURRENT:
            return False
        with _told_when_away():
            async with self.engine.begin() as connection:
                await connection.execute(
                    text("UPDATE alembic_version SET version_num = version_num")
                )
        return True

    async def schema(self) -> Schema:
        """How the tables in the database compare with those this program needs."""
        with _told_when_away():
            async with self.engine.connect() as connection:
                return await connection.run_sync(_schema)

    async def close(self) -> None:
        await self.engine.dispose()
        if self._thread is not None:
            self._thread.close()
        if self._lock is not None:
            _release(self._lock)


def _ping_after_a_rest(engine: Engine) -> None:
    """Ping a connection that has been idle, because PostgreSQL may have restarted.

    One used a moment ago is trusted: a ping takes as long as a transaction.
    """

    def rest(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["resting_since"] = monotonic()

    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        if monotonic() - record.info.get("resting_since", monotonic()) < _REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except (engine.dialect.loaded_dbapi.Error, TimeoutError) as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", rest)
    event.listen(engine, "checkout", ping)


@contextmanager
def _told_when_away() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, NoFreeConnectionError, OSError) as error:
        if not _is_away(error):
            raise
        kind = type(getattr(error, "orig", None) or error).__name__
        raise DatabaseAwayError(f"the database cannot be used now ({kind})") from error


def _is_away(error: Exception) -> bool:
    """Whether the database is in trouble; otherwise it rejected the statement."""
    if not isinstance(error, DBAPIError) or isinstance(error, OperationalError):
        return True
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or state.startswith(_AWAY_STATES)


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # With WAL, NORMAL survives a killed process; only a power cut may lose the last commits, and
    # Telegram redelivers what was not acknowledged.
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
    # Overwrite deleted answers and texts instead of leaving them in free pages.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _file_of(url: str) -> str | None:
    database = make_url(url).database
    return None if database == ":memory:" else database


def _prepare_file(database: str | None, *, alone: bool) -> int | None:
    if not database:
        return None
    path = Path(database)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # SQLite gives its journals the file's permissions: nobody else on the machine may read them.
    path.touch(mode=0o600)
    return _lock_exclusively(path) if alone else None


def _lock_exclusively(path: Path) -> int:
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise DatabaseInUseError(
            f"{path} is in use by another process. One SQLite file serves one process: "
            "stop the other, or set NAVIGATOR_DATABASE_URL to PostgreSQL to run several."
        ) from None
    return descriptor


def _release(descriptor: int) -> None:
    os.close(descriptor)


async def take_turn(connection: AsyncConnection, lock: int) -> None:
    """Wait until nobody else holds this lock; it is released when the transaction ends.

    A SQLite file has one process, which needs no turns.
    """
    if connection.dialect.name != "postgresql":
        return
    # Polled, because another's turn may take longer than the limit for one statement.
    ours = text("SELECT pg_try_advisory_xact_lock(:lock)")
    while not await connection.scalar(ours, {"lock": lock}):  # noqa: ASYNC110
        await asyncio.sleep(_TURN_SECONDS)


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for an open connection, without an ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    # Imported here: Alembic takes a tenth of a second, and most starts have nothing to migrate.
    from alembic import command

    command.upgrade(alembic_config(connection), revision)


def _schema(connection: Connection) -> Schema:
    if not inspect(connection).has_table("alembic_version"):
        return Schema.NONE
    there = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if there is None:
        return Schema.NONE
    if there == NEWEST:
        return Schema.CURRENT
    return Schema.OLDER if there < NEWEST else Schema.NEWER


def in_batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Split the values into batches that fit into one statement."""
    for start in range(0, len(values), _MOST_VALUES):
        yield values[start : start + _MOST_VALUES]
