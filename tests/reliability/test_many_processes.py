"""What two processes on one PostgreSQL hold together: each chat's order and pace, and logins."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests.support.knowledge import change_file, small_knowledge
from tests.support.process import run_program
from tests.support.server import KEY, Program
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
    """While one sends, the other has the chat's next update come back."""
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
    before = [_review_day(program) for program in both]
    url = both[0].settings.database_url.replace("+asyncpg", "")
    settings = {"database_url": url, "secret_key": KEY, "knowledge_dir": folder}
    done = run_program(tmp_path, "knowledge", "load", **settings)
    assert done.returncode == 0, done.stderr
    for program, day in zip(both, before, strict=True):
        wait_until(lambda p=program, d=day: _review_day(p) < d)  # type: ignore[misc]


def _review_day(program: Program) -> str:
    day: str = program.client.get("/api/v1/entries/sis-que-es").json()["review_by"]
    return day
