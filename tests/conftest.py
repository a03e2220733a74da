"""Fixtures that every test may ask for: a database, an HTTP Telegram, and the program itself."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.knowledge import REAL, small_knowledge
from tests.support.little import little_knowledge
from tests.support.server import Program, settings_for, telegram_settings
from tests.support.telegram import Person, TelegramStandIn

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
POSTGRES_URL = os.environ.get(
    "NAVIGATOR_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres"
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Fail skipped tests where nothing may skip (NAVIGATOR_TEST_SKIPS=fail)."""
    report: Any = yield
    if os.environ.get("NAVIGATOR_TEST_SKIPS") == "fail" and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may skip: {report.longrepr}"
    return report  # type: ignore[no-any-return]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest folders first, so that no worker ends with one of their files."""
    items.sort(key=lambda item: item.path.parent.name not in ("operations", "reliability"))


@pytest.fixture(scope="session", autouse=True)
def _room_on_the_shelf() -> Iterator[None]:
    """Keep all that programs learnt on the shelf, however much staff publish meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("health_navigator.knowledge.sealed_cache.MOST_KEPT", 100)
        yield


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
    """The URL of a PostgreSQL in which tests may create databases."""
    try:
        _on_postgres("SELECT 1")
    except (OSError, asyncpg.PostgresError) as error:
        pytest.skip(f"no PostgreSQL at NAVIGATOR_TEST_POSTGRES_URL or 127.0.0.1:5432: {error}")
    return POSTGRES_URL


@contextmanager
def _own_database(postgres: str) -> Iterator[str]:
    name = f"navigator_{uuid.uuid4().hex[:12]}"
    _on_postgres(f"CREATE DATABASE {name}")
    try:
        yield f"{postgres.rpartition('/')[0]}/{name}"
    finally:
        _on_postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own."""
    with _own_database(postgres) as url:
        yield url


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


@pytest.fixture(scope="session")
def few_entries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small knowledge that starts fast; tests that change files copy it first."""
    return small_knowledge(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def little(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest knowledge that the program starts with, read and learnt in no time."""
    return little_knowledge(tmp_path_factory.mktemp("little"))


@pytest.fixture
def ana(numbers: Iterator[int]) -> Person:
    """Somebody whom no other test uses."""
    return Person(next(numbers) * 1_000, numbers)


@pytest.fixture(scope="session")
def shared_telegram() -> Iterator[TelegramStandIn]:
    with TelegramStandIn().running() as stand_in:
        yield stand_in


@pytest.fixture
def telegram(shared_telegram: TelegramStandIn) -> TelegramStandIn:
    """Telegram in its initial state: nothing sent, no failures scripted."""
    shared_telegram.calls.clear()
    shared_telegram.script.clear()
    return shared_telegram


@pytest.fixture(scope="session")
def sqlite_bot(
    tmp_path_factory: pytest.TempPathFactory, shared_telegram: TelegramStandIn, few_entries: Path
) -> Iterator[Program]:
    values = telegram_settings(shared_telegram.url, knowledge_dir=few_entries)
    folder = tmp_path_factory.mktemp("sqlite_bot")
    with Program(settings_for(folder, **values)).running() as program:
        yield program


@pytest.fixture(scope="session")
def postgres_bot(
    tmp_path_factory: pytest.TempPathFactory,
    shared_telegram: TelegramStandIn,
    few_entries: Path,
    postgres: str,
) -> Iterator[Program]:
    with _own_database(postgres) as url:
        values = telegram_settings(shared_telegram.url, knowledge_dir=few_entries, database_url=url)
        folder = tmp_path_factory.mktemp("postgres_bot")
        with Program(settings_for(folder, **values)).running() as program:
            yield program


@pytest.fixture(params=["sqlite", "postgresql"])
def bot(request: pytest.FixtureRequest) -> Program:
    """The program with Telegram by webhook, on each kind of database; shared by tests."""
    name = "sqlite_bot" if request.param == "sqlite" else "postgres_bot"
    program: Program = request.getfixturevalue(name)
    return program


@pytest.fixture(scope="session")
def real_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program over the whole knowledge, without Telegram, shared by tests that only ask."""
    folder = tmp_path_factory.mktemp("real")
    with Program(settings_for(folder, knowledge_dir=REAL)).running() as program:
        yield program


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Per module: while it is open, its event loop keeps others out of this thread."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()
