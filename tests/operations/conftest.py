"""A PostgreSQL database that the tests of one module share."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator

import asyncpg
import pytest


@pytest.fixture(scope="module")
def module_postgres_url(postgres: str) -> Iterator[str]:
    name = f"navigator_{uuid.uuid4().hex[:12]}"
    asyncio.run(_tell(postgres, f"CREATE DATABASE {name}"))
    yield f"{postgres.rpartition('/')[0]}/{name}"
    asyncio.run(_tell(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


async def _tell(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()
