"""Five thousand entries are searched, filtered and paged without reading them all each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, insert
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.store import digest
from health_navigator.knowledge.tables import Item, Origin
from tests.admin.conftest import ENTRY
from tests.admin_web.conftest import Team

MANY = 5_000


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


def test_pages_open(team: Team, many: None) -> None:
    paths = (
        "/admin/entradas?pagina=100",
        "/admin/entradas?buscar=entrada+4321&orden=newest",
        "/admin/entradas?estado=published&vencidas=1",
        "/admin/entradas/muchas-4321",
        "/admin/entradas/muchas-4321/editar",
        "/admin/revisar",
        "/admin",
    )
    for path in paths:
        assert team.elena.get(path).status_code == 200, path


def test_a_list_reads_only_the_bodies_that_changed(team: Team, many: None) -> None:
    """What lists show of a body is kept: only the first of all lists reads thousands of them."""
    team.elena.get("/admin/entradas")
    with bodies_read() as read:
        page = team.elena.get("/admin/entradas?buscar=entrada+4321&orden=newest").text
        team.elena.get("/admin/entradas?pagina=7&estado=published")
    assert "muchas-4321" in page
    assert read == []
    team.in_database(_rename)
    with bodies_read() as read:
        assert "muchas-4321" in team.elena.get("/admin/entradas?buscar=otro+titulo").text
    assert [each.count("muchas-") for each in read] == [1]


async def _rename(session: AsyncSession) -> None:
    item = await session.get_one(Item, (ItemKind.ENTRY, "muchas-4321"))
    item.body = {**item.body, "title": "¿Otro título?"}
    item.digest = digest(item.body)


@contextmanager
def bodies_read() -> Iterator[list[str]]:
    """The parameters of every statement that reads bodies of entries meanwhile."""
    found: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        # The clock's work counts what is past its review, which reads no body.
        if "item.body" in statement and not statement.startswith("SELECT count"):
            found.append(str(parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_page_of_the_list_is_short(team: Team, many: None) -> None:
    page = team.elena.get("/admin/entradas?grupo=atencion").text
    assert page.count("<tr>") == 51
    assert "Página 1 de 1" in page
    assert 'rel="next"' in page
