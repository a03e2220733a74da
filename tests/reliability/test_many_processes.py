"""What two processes on one PostgreSQL keep together: each chat's order and pace, and logins."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.knowledge import store
from health_navigator.knowledge.tables import Item
from tests.support.database import run_in
from tests.support.knowledge import change_file, small_knowledge
from tests.support.process import run_program
from tests.support.server import KEY, Program, settings_for
from tests.support.telegram import Person, TelegramStandIn, failure
from tests.support.waiting import PATIENCE, wait_until


@pytest.fixture(scope="module")
def both(
    postgres_bot: Program, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Program, Program]]:
    settings = postgres_bot.settings
    with Program(settings).running() as other:
        yield postgres_bot, other


def test_a_flood_over_two_processes_gets_one_notice_and_then_quiet(
    both: tuple[Program, Program], telegram: TelegramStandIn, ana: Person
) -> None:
    updates = [ana.writes("gracias") for _ in range(24)]
    for program, update in zip(cycle(both), updates, strict=False):
        assert program.post_update(update).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 15 + 1
    assert len(set(telegram.texts(ana.chat_id)[:15])) == 1


def test_wrong_passwords_are_counted_over_two_processes(both: tuple[Program, Program]) -> None:
    tried = {"name": "nadie", "password": "una mala clave"}
    codes = [
        program.client.post("/api/v1/admin/session", json=tried).status_code
        for program, _ in zip(cycle(both), range(5), strict=False)
    ]
    assert codes[:3] == [401] * 3
    assert 429 in codes[3:]


def test_a_duplicate_at_another_process_is_silent(
    both: tuple[Program, Program], telegram: TelegramStandIn, ana: Person
) -> None:
    update = ana.writes("que es el sis")
    assert [each.post_update(update).status_code for each in (*both, *both)] == [200] * 4
    assert len(telegram.sent(ana.chat_id)) == 1


def test_a_chat_keeps_its_order_over_two_processes(
    both: tuple[Program, Program], telegram: TelegramStandIn, ana: Person
) -> None:
    """While one sends, the other postpones the chat's next update."""
    here, there = both
    first, second = ana.writes("que es el sis"), ana.writes("gracias")
    telegram.answers_with(2.0)
    with ThreadPoolExecutor(1) as pool:
        posted = pool.submit(here.post_update, first)
        while telegram.script:
            time.sleep(0.01)
        assert there.post_update(second).status_code == 503
        assert posted.result(PATIENCE).status_code == 200
    assert there.deliver(second).status_code == 200
    assert ["Fuente:" in text for text in telegram.texts(ana.chat_id)] == [True, False]


def test_what_one_process_could_not_send_the_other_sends_without_deciding_anew(
    both: tuple[Program, Program], telegram: TelegramStandIn, ana: Person
) -> None:
    here, there = both
    update = ana.writes("que es el sis")
    telegram.answers_with(failure(500))
    assert here.post_update(update).status_code == 503
    before = _decided(there)
    assert there.post_update(update).status_code == 200
    assert _decided(there) == before
    assert len(telegram.sent(ana.chat_id)) == 1


def _decided(program: Program) -> str:
    figures = program.client.get("/metrics").text.splitlines()
    return next(line for line in figures if 'seconds_count{step="decide"}' in line)


def test_new_knowledge_reaches_both_processes(
    both: tuple[Program, Program], tmp_path: Path
) -> None:
    folder = small_knowledge(tmp_path)

    def review_a_day_earlier(file: dict[str, list[dict[str, Any]]]) -> None:
        entry = next(each for each in file["entries"] if each["id"] == "sis-que-es")
        entry["review_by"] -= timedelta(days=1)

    change_file(folder / "entries/sis.yaml", review_a_day_earlier)
    before = [_review_day(program, "sis-que-es") for program in both]
    url = both[0].settings.database_url.replace("+asyncpg", "")
    settings = {"database_url": url, "secret_key": KEY, "knowledge_dir": folder}
    done = run_program(tmp_path, "knowledge", "load", **settings)
    assert done.returncode == 0, done.stderr
    for program, day in zip(both, before, strict=True):
        wait_until(lambda p=program, d=day: _review_day(p, "sis-que-es") < d)  # type: ignore[misc]


def test_after_a_change_that_it_cannot_read_it_takes_the_next(tmp_path: Path, little: Path) -> None:
    """A newer program publishes what this one cannot read: it goes on with what it has."""
    failed = 'navigator_background_failures_total{work="watch_knowledge"}'
    with Program(settings_for(tmp_path, knowledge_dir=little)).running() as program:
        database, before = program.settings.database_url, _review_day(program, "dentista")
        run_in(database, partial(_publish, review_by="2027-12-01", newer="?"))
        wait_until(lambda: f"{failed} 0.0" not in program.client.get("/metrics").text)
        assert _review_day(program, "dentista") == before
        run_in(database, partial(_publish, review_by="2027-12-02"))
        wait_until(lambda: _review_day(program, "dentista") == "2027-12-02")


async def _publish(session: AsyncSession, **changes: str) -> None:
    row = await session.get_one(Item, ("entry", "dentista"))
    body = {key: value for key, value in row.body.items() if key != "newer"}
    store.publish(session, row, body | changes, author="somebody")
    await store.grow_version(session)


def _review_day(program: Program, entry: str) -> str:
    day: str = program.client.get(f"/api/v1/entries/{entry}").json()["review_by"]
    return day
