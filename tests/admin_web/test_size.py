"""Five thousand entries are searched, filtered and paged without anybody waiting."""

from __future__ import annotations

from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.knowledge.store import digest
from health_navigator.knowledge.tables import Item, ItemKind, Origin
from tests.admin.conftest import ENTRY
from tests.admin_web.conftest import Team

MANY = 5_000
SECONDS = 5.0


def _row(number: int) -> dict[str, Any]:
    name = f"muchas-{number:04}"
    questions = [f"pregunta {each} de la entrada {number} sobre los ojos" for each in range(20)]
    body = {**ENTRY, "id": name, "title": f"¿Qué hago {number}?", "questions": questions}
    return {
        "kind": ItemKind.ENTRY,
        "id": name,
        "position": number,
        "body": body,
        "digest": digest(body),
        "loaded_digest": None,
        "origin": Origin.STAFF,
        "number": 1,
        "retired": False,
        "updated_at": datetime.now(UTC),
    }


@pytest.fixture
def many(team: Team) -> Any:
    """Rows that the bot does not take up: its version does not grow."""

    async def add(session: AsyncSession) -> None:
        await session.execute(insert(Item), [_row(number) for number in range(MANY)])

    async def remove(session: AsyncSession) -> None:
        await session.execute(delete(Item).where(Item.id.startswith("muchas-")))

    team.in_database(add)
    yield
    team.in_database(remove)


def test_pages_stay_quick(team: Team, many: None) -> None:
    paths = (
        "/admin/entradas",
        "/admin/entradas?pagina=100",
        "/admin/entradas?buscar=entrada+4321&orden=newest",
        "/admin/entradas?estado=published&vencidas=1",
        "/admin/entradas/muchas-4321",
        "/admin/entradas/muchas-4321/editar",
        "/admin",
    )
    for path in paths:
        started = perf_counter()
        page = team.elena.get(path)
        took = perf_counter() - started
        assert page.status_code == 200
        assert took < SECONDS, f"{path} took {took:.2f} s"


def test_a_page_of_the_list_is_short(team: Team, many: None) -> None:
    page = team.elena.get("/admin/entradas?grupo=atencion").text
    assert page.count("<tr>") == 51
    assert "Página 1 de 1" in page
    assert 'rel="next"' in page
