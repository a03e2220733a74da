"""What two processes on one PostgreSQL hold together: the pace of a chat, and of logins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

import pytest

from tests.support.server import Program
from tests.support.telegram import Person, TelegramStandIn


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
