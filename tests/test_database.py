"""The schema goes up and down and equals the models, on both databases; one process a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from health_navigator.app import load_knowledge
from health_navigator.db import NEWEST, Base, Database, UtcDateTime, alembic_config
from health_navigator.errors import DatabaseAwayError, DatabaseInUseError
from health_navigator.tables import ALL_TABLES
from tests.support.server import Program, settings_for

Result = TypeVar("Result")


def _on(url: str, work: Callable[[Connection], Result]) -> Result:
    """Run work on a connection to the migrated database."""

    async def run() -> Result:
        database = await Database.open(url)
        try:
            await database.migrate()
            async with database.engine.begin() as connection:
                return await connection.run_sync(work)
        finally:
            await database.close()

    return asyncio.run(run())


def _async_url(url: str, folder: Path) -> str:
    return settings_for(folder, database_url=url).database_url


def _differences(connection: Connection) -> list[object]:
    def same_type(
        _context: object, _inspected: object, column: object, *_types: object
    ) -> bool | None:
        return False if isinstance(getattr(column, "type", None), UtcDateTime) else None

    context = MigrationContext.configure(connection, opts={"compare_type": same_type})
    return list(compare_metadata(context, Base.metadata))


def test_the_migrated_schema_equals_the_models(database_url: str, tmp_path: Path) -> None:
    url = _async_url(database_url, tmp_path)
    assert _on(url, _differences) == []
    names = _on(url, lambda connection: set(inspect(connection).get_table_names()))
    assert {table.name for table in ALL_TABLES} <= names


def test_the_program_knows_the_last_migration(tmp_path: Path) -> None:
    def heads(connection: Connection) -> list[str]:
        return ScriptDirectory.from_config(alembic_config(connection)).get_heads()

    assert _on(_async_url("sqlite://", tmp_path), heads) == [NEWEST]


def test_migrations_go_down_and_up_again(database_url: str, tmp_path: Path) -> None:
    def down_and_up(connection: Connection) -> set[str]:
        command.downgrade(alembic_config(connection), "base")
        left = set(inspect(connection).get_table_names()) - {"alembic_version"}
        command.upgrade(alembic_config(connection), "head")
        return left

    url = _async_url(database_url, tmp_path)
    assert _on(url, down_and_up) == set()
    assert _on(url, _differences) == []


def test_processes_that_start_together_prepare_the_database_one_after_the_other(
    postgres_url: str, tmp_path: Path, few_entries: Path
) -> None:
    """Its tables, and the knowledge in them."""
    settings = settings_for(tmp_path, database_url=postgres_url, knowledge_dir=few_entries)

    async def start() -> int:
        database = await Database.open(settings.database_url)
        try:
            await database.migrate()
            report = await load_knowledge(database, settings)
            assert await database.is_ready()
            return len(report.added)
        finally:
            await database.close()

    async def all_at_once() -> list[int]:
        return await asyncio.gather(*(start() for _ in range(4)))

    *others, first = sorted(asyncio.run(all_at_once()))
    assert first > 0
    assert others == [0, 0, 0]


def test_a_second_process_on_the_same_sqlite_file_is_refused(
    tmp_path: Path, few_entries: Path
) -> None:
    settings = settings_for(tmp_path, knowledge_dir=few_entries)
    refused = pytest.raises(DatabaseInUseError, match="in use by another process")
    with Program(settings).running(), refused:
        asyncio.run(Database.open(settings.database_url, alone=True))
    database = asyncio.run(Database.open(settings.database_url, alone=True))
    asyncio.run(database.close())


async def test_a_message_does_not_notice_that_connections_were_cut(
    postgres_url: str, tmp_path: Path
) -> None:
    async with _cut(_async_url(postgres_url, tmp_path)) as database:
        assert await database.transact(_backend)


async def test_after_a_rest_a_session_does_not_notice_it_either(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("health_navigator.db._REST_SECONDS", 0)
    async with _cut(_async_url(postgres_url, tmp_path)) as database, database.session() as session:
        assert await session.run_sync(lambda ours: _backend(ours.connection()))


async def test_cut_again_and_again_the_database_is_away(postgres_url: str, tmp_path: Path) -> None:
    database = await Database.open(_async_url(postgres_url, tmp_path))
    with pytest.raises(DatabaseAwayError):
        await database.transact(_cut_oneself)
    assert await database.transact(_backend)
    await database.close()


def _cut_oneself(connection: Connection) -> object:
    return connection.scalar(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@asynccontextmanager
async def _cut(url: str) -> AsyncIterator[Database]:
    """A database whose connections PostgreSQL has ended."""
    database = await Database.open(url)
    await database.transact(_backend)
    await asyncio.to_thread(_cut_all_but_own, url)
    yield database
    await database.close()


def _backend(connection: Connection) -> object:
    return connection.scalar(text("SELECT pg_backend_pid()"))


def _cut_all_but_own(url: str) -> None:
    others = text(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert _on(url, lambda connection: connection.scalars(others).all()) == [True]
