"""One program a kind of database for all these tests, and four people with their tokens."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from health_navigator.admin import accounts, sessions
from health_navigator.admin.commands import Work, user_commands
from health_navigator.admin.rights import Role
from health_navigator.config import Settings
from tests.conftest import _on_postgres
from tests.support.database import Result, run_in
from tests.support.passwords import quick_hashes
from tests.support.server import Program, settings_for

API = "/api/v1/admin"
REASON = {"reason": "es una prueba"}


@dataclass
class Person:
    """Somebody with a token, who calls the API."""

    name: str
    client: httpx.Client
    token: str

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.client.request(method, f"{API}{path}", headers=headers, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.call("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> httpx.Response:
        return self.call("POST", path, json=json, **more)

    def put(self, path: str, json: Any, **more: Any) -> httpx.Response:
        return self.call("PUT", path, json=json, **more)


@dataclass
class Staff:
    """The program and its people: two edit, Aida approves, Omar operates, Ada does it all."""

    program: Program
    people: dict[str, Person]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __getattr__(self, name: str) -> Person:
        return self.people[name]

    @property
    def client(self) -> httpx.Client:
        return self.program.client

    def new_id(self, stem: str = "prueba") -> str:
        return f"{stem}-{next(self.numbers)}"

    def in_database(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """What no door offers: rows that conversations left, a clock that has moved."""
        return run_in(self.program.settings.database_url, work)

    def publish(self, path: str, body: dict[str, Any], **more: Any) -> httpx.Response:
        """The whole way of a change: Elena writes and submits, Aida approves.

        She gives a reason: in a knowledge of five entries, many tests ask much the same.
        """
        assert self.elena.put(f"{path}/draft", body).status_code == 200
        assert self.elena.post(f"{path}/submit").status_code == 200
        return self.aida.post(f"{path}/publish", REASON | more)


def run_command(settings: Settings, *words: str, typed: str | None = None) -> Any:
    """`health-navigator user ...` against the database of the settings."""

    def transact(work: Work) -> Any:
        return run_in(settings.database_url, work)

    return CliRunner().invoke(user_commands(transact, settings.keys), words, input=typed)


ROLES = {
    "elena": "editor",
    "emilio": "editor",
    "aida": "approver",
    "omar": "operator",
    "ada": "admin",
}


async def _tokens(session: AsyncSession) -> dict[str, str]:
    """The people, each with a token, as `user add --token` makes them."""
    for name, role in ROLES.items():
        await accounts.add(session, accounts.COMMAND_LINE, name, Role(role), None)
    return {name: await sessions.make_token(session, name, "command line") for name in ROLES}


@contextmanager
def serving(settings: Settings) -> Iterator[Staff]:
    """The program with its people in it."""
    tokens = run_in(settings.database_url, _tokens)
    with Program(settings).running() as program:
        people = {name: Person(name, program.client, token) for name, token in tokens.items()}
        yield Staff(program, people)


@pytest.fixture(scope="session", autouse=True)
def hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def staff(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, little: Path
) -> Iterator[Staff]:
    """Shared by tests that each work on items of their own."""
    folder = tmp_path_factory.mktemp("staff")
    if request.param == "sqlite":
        with serving(settings_for(folder, knowledge_dir=little)) as staff:
            yield staff
        return
    postgres: str = request.getfixturevalue("postgres")
    name = f"navigator_{uuid.uuid4().hex[:12]}"
    _on_postgres(f"CREATE DATABASE {name}")
    url = f"{postgres.rpartition('/')[0]}/{name}"
    with serving(settings_for(folder, knowledge_dir=little, database_url=url)) as staff:
        yield staff
    _on_postgres(f"DROP DATABASE {name} WITH (FORCE)")


ENTRY: dict[str, Any] = {
    "title": "¿Dónde me operan de los ojos?",
    "topic": "atencion",
    "questions": ["operacion de cataratas", "me quiero operar la vista"],
    "answer": "Sí. Pregunta en la posta.",
    "sources": [
        {"title": "Guía", "publisher": "Minsa", "url": "https://www.gob.pe/x", "date": "2025-06"}
    ],
    "verified_on": "2026-11-20",
    "review_by": "2027-05-20",
    "confidence": "official",
    "related": ["dentista"],
}
SERVICE: dict[str, Any] = {
    "name": "Casa Tres",
    "kind": "ong",
    "department": "Lima",
    "sources": [{"title": "Página", "publisher": "Casa", "url": "https://casa.example.org"}],
    "verified_on": "2026-11-20",
    "review_by": "2027-01-20",
    "confidence": "ngo",
}
