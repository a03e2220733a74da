"""The program with its people, who log in with passwords as they do at work."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.admin import accounts
from health_navigator.admin.rights import Role
from health_navigator.conversation.tables import ReportedService, Tally, UnansweredQuestion
from health_navigator.db import Database
from tests.support.database import Result, run_in
from tests.support.little import little_knowledge
from tests.support.passwords import quick_hashes
from tests.support.server import Program, settings_for
from tests.support.waiting import PATIENCE

PASSWORD = "girasoles sobre el tejado"
PEOPLE = {"elena": Role.EDITOR, "aida": Role.APPROVER, "omar": Role.OPERATOR, "ada": Role.ADMIN}
_FICHA = re.compile(r'name="_ficha" value="([0-9a-f]+)"')


@dataclass
class Colleague:
    """Somebody logged in with a browser's cookies, who sends the forms that she sees."""

    name: str
    client: httpx.Client
    ficha: str = ""

    def log_in(self) -> None:
        self.client.cookies.clear()
        answer = self.client.post("/admin/entrar", data={"nombre": self.name, "clave": PASSWORD})
        assert answer.status_code == 303, answer.text
        self.ficha = _FICHA.findall(self.get("/admin").text)[0]

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.client.get(path, **more)

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.client.post(path, data={"_ficha": self.ficha, **fields})


@dataclass
class Team:
    """The running program and its people; each colleague logs in when she is first asked for."""

    program: Program
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    known: dict[str, Colleague] = field(default_factory=dict)
    browsers: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        return str(self.program.client.base_url)

    def __getattr__(self, name: str) -> Colleague:
        if name not in PEOPLE:
            raise AttributeError(name)
        if name not in self.known:
            self.known[name] = self.device_of(name)
        return self.known[name]

    def device_of(self, name: str) -> Colleague:
        """A browser of somebody's, logged in."""
        client = self.browsers.enter_context(httpx.Client(base_url=self.url, timeout=PATIENCE))
        colleague = Colleague(name, client)
        colleague.log_in()
        return colleague

    def new_id(self, stem: str = "prueba") -> str:
        return f"{stem}-{next(self.numbers)}"

    def in_database(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        # Playwright runs a loop in this thread.
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(run_in, self.program.settings.database_url, work).result()

    def leave_unanswered(self, *texts: str) -> None:
        """Questions that found no answer today."""

        async def work(session: AsyncSession) -> None:
            session.add_all(UnansweredQuestion(text=each, asked_on=clock.today()) for each in texts)

        self.in_database(work)


async def make_accounts(database: Database) -> None:
    async with database.session() as session:
        for name, role in PEOPLE.items():
            await accounts.add(session, accounts.COMMAND_LINE, name, role, PASSWORD)


async def _prepare(url: str) -> None:
    database = await Database.open(url)
    try:
        await database.migrate()
        await make_accounts(database)
        async with database.session() as session:
            for back in range(30):
                day = clock.today() - timedelta(days=back)
                outcomes = {
                    "answer": 9 + back % 4,
                    "clarify": 3,
                    "no_answer": 2,
                    "urgent": back % 2,
                }
                for key, times in outcomes.items():
                    if times:
                        session.add(Tally(day=day, name="outcome", key=key, times=times))
            session.add(Tally(day=clock.today(), name="entry", key="dentista", times=7))
            session.add(Tally(day=clock.today(), name="not_helped", key="dentista", times=3))
            session.add(ReportedService(service="ong-uno", reported_on=clock.today(), times=2))
    finally:
        await database.close()


@pytest.fixture(scope="session", autouse=True)
def hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Shared by tests that each work on items of their own."""
    folder = tmp_path_factory.mktemp("team")
    knowledge = little_knowledge(tmp_path_factory.mktemp("little_of_team"))
    settings = settings_for(folder, knowledge_dir=knowledge)
    asyncio.run(_prepare(settings.database_url))
    with Program(settings).running() as program:
        team = Team(program)
        with team.browsers:
            yield team


@pytest.fixture
def open_page(browser: Browser, team: Team) -> Iterator[Callable[..., Page]]:
    """A page of a browser of one's own, logged in if a name is given."""
    contexts = []

    def opened(name: str | None = None, **options: Any) -> Page:
        context = browser.new_context(base_url=team.url, locale="es-PE", **options)
        contexts.append(context)
        page = context.new_page()
        if name:
            log_in(page, name)
        return page

    yield opened
    for context in contexts:
        context.close()


def log_in(page: Page, name: str) -> None:
    page.goto("/admin")
    page.get_by_label("Nombre").fill(name)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
