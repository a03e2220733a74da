"""What every test may ask for: a database, a Telegram that speaks HTTP, and the program itself."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.support.knowledge import REAL
from tests.support.server import Program, settings_for, telegram_settings
from tests.support.telegram import Person, TelegramStandIn

POSTGRES_URL = os.environ.get(
    "NAVIGATOR_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres"
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where nothing may skip (NAVIGATOR_TEST_SKIPS=fail), a skipped test is a failed one."""
    report: Any = yield
    if os.environ.get("NAVIGATOR_TEST_SKIPS") == "fail" and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may skip: {report.longrepr}"
    return report  # type: ignore[no-any-return]


def _on_postgres(statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(POSTGRES_URL, timeout=5)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


@pytest.fixture(scope="session")
def postgres() -> str:
    """The URL of a PostgreSQL that tests may make databases in."""
    try:
        _on_postgres("SELECT 1")
    except (OSError, asyncpg.PostgresError) as error:
        pytest.skip(f"no PostgreSQL at NAVIGATOR_TEST_POSTGRES_URL or 127.0.0.1:5432: {error}")
    return POSTGRES_URL


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own."""
    name = f"navigator_{uuid.uuid4().hex[:12]}"
    _on_postgres(f"CREATE DATABASE {name}")
    yield f"{postgres.rpartition('/')[0]}/{name}"
    _on_postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own, on each of the two kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.sqlite3"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return count(1_000)


@pytest.fixture
def telegram() -> Iterator[TelegramStandIn]:
    with TelegramStandIn().running() as stand_in:
        yield stand_in


@pytest.fixture
def ana(numbers: Iterator[int]) -> Person:
    return Person(next(numbers) * 1_000, numbers)


@pytest.fixture
def bot(database_url: str, tmp_path: Path, telegram: TelegramStandIn) -> Iterator[Program]:
    """The program with Telegram by webhook, on each kind of database."""
    values = telegram_settings(telegram.url, database_url=database_url)
    with Program(settings_for(tmp_path, **values)).running() as program:
        yield program


@pytest.fixture(scope="session")
def real_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program over the whole knowledge, without Telegram, shared by tests that only ask."""
    folder = tmp_path_factory.mktemp("real")
    with Program(settings_for(folder, knowledge_dir=REAL)).running() as program:
        yield program
