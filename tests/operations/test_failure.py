"""A failure nobody foresaw: whoever asked is told whom to call, and the log says where."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from health_navigator.middleware import HEADERS
from tests.support.process import Served, serving
from tests.support.waiting import PATIENCE


@pytest.fixture(scope="module")
def broken(
    tmp_path_factory: pytest.TempPathFactory, module_postgres_url: str, few_entries: Path
) -> Iterator[Served]:
    """A program whose database has lost a table and a column that it uses."""
    settings = {"knowledge_dir": few_entries, "database_url": module_postgres_url}
    with serving(tmp_path_factory.mktemp("broken"), settings) as served:
        asyncio.run(_break(module_postgres_url))
        yield served


async def _break(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("DROP TABLE conversation_state")
    await connection.execute("ALTER TABLE staff_session RENAME COLUMN digest TO other")
    await connection.close()


def test_a_page_that_fails_says_whom_to_call(broken: Served) -> None:
    answer = httpx.get(broken.url, timeout=PATIENCE)
    assert answer.status_code == 500
    assert "106" in answer.text
    assert answer.headers.items() >= {k.lower(): v for k, v in HEADERS.items()}.items()


def test_a_page_of_the_staff_that_fails_says_what_they_can_do(broken: Served) -> None:
    answer = httpx.get(f"{broken.url}/admin", cookies={"staff": "x"}, timeout=PATIENCE)
    assert answer.status_code == 500
    assert "Algo falló de nuestro lado" in answer.text
    assert "106" not in answer.text
    own = {k.lower(): v for k, v in HEADERS.items() if k != "Content-Security-Policy"}
    assert answer.headers.items() >= own.items()
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_an_api_that_fails_says_so_in_json(broken: Served) -> None:
    answer = httpx.get(f"{broken.url}/api/v1/admin/me", cookies={"staff": "x"}, timeout=PATIENCE)
    assert answer.status_code == 500
    assert answer.json()["detail"]
    assert answer.headers.items() >= {k.lower(): v for k, v in HEADERS.items()}.items()


def test_the_log_says_where(broken: Served) -> None:
    httpx.get(broken.url, timeout=PATIENCE)
    lines = [json.loads(line) for line in broken.log.read_text().splitlines()]
    failed = [line for line in lines if line["event"] == "request.failed"]
    assert failed
    assert all(line["where"].startswith("health_navigator.") for line in failed)
    assert all(line["error"] == "ProgrammingError" for line in failed)
