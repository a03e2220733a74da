"""The machine's clock jumps an hour: no chat waits for it, nothing is lost, facts end in time.

A jump affects stored moments in the same way whichever side moves; here the stored moments do.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from health_navigator import clock
from tests.support.chat import Chat
from tests.support.knowledge import change_file, small_knowledge
from tests.support.server import Program, settings_for
from tests.support.telegram import Person, TelegramStandIn, failure
from tests.support.waiting import wait_until

HOUR = 3_600


def set_clock_back(program: Program, seconds: int) -> None:
    """Move every stored moment this far ahead; below 0 sets the clock forward."""
    path = program.settings.database_url.partition(":///")[2]
    with closing(sqlite3.connect(path, timeout=20)) as connection, connection:
        for table, column in (
            ("telegram_update", "lease_until"),
            ("telegram_update", "received_at"),
            ("conversation_state", "expires_at"),
        ):
            moved = f"strftime('%Y-%m-%d %H:%M:%f', {column}, '{seconds} seconds')"
            connection.execute(f"update {table} set {column} = {moved}")  # noqa: S608  our own names
        for chat, body in connection.execute("select chat, body from conversation_state"):
            state = json.loads(body)
            for moment in ("tapped_at", "burst_since"):
                state[moment] += seconds
            connection.execute(
                "update conversation_state set body = ? where chat = ?", (json.dumps(state), chat)
            )


def leave_in_work(program: Program, update: int) -> None:
    """Leave the update claimed, as a process that is killed does."""
    path = program.settings.database_url.partition(":///")[2]
    with closing(sqlite3.connect(path, timeout=20)) as connection, connection:
        lease = "strftime('%Y-%m-%d %H:%M:%f', 'now', '10 seconds')"
        connection.execute(
            f"update telegram_update set lease_until = {lease} where update_id = ?",  # noqa: S608
            (update,),
        )


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_a_claim_that_nobody_holds_any_more_blocks_its_chat_no_longer(
    sqlite_bot: Program, telegram: TelegramStandIn, ana: Person, seconds: int
) -> None:
    update = ana.writes("que es el sis")
    telegram.answers_with(failure(500))
    assert sqlite_bot.post_update(update).status_code == 503
    leave_in_work(sqlite_bot, update["update_id"])
    assert sqlite_bot.post_update(update).status_code == 503
    set_clock_back(sqlite_bot, seconds)
    assert sqlite_bot.post_update(update).status_code == 200
    assert sqlite_bot.post_update(ana.writes("gracias")).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 2


@pytest.mark.parametrize("seconds", [HOUR, 10 * 60, -10 * 60, -HOUR])
def test_nobody_is_hushed_by_a_clock_that_jumps(
    sqlite_bot: Program, telegram: TelegramStandIn, ana: Person, seconds: int
) -> None:
    chat = Chat(sqlite_bot, telegram, ana)
    for _ in range(12):
        assert chat.does(ana.writes("gracias"))
    assert chat.does(ana.taps("m"))
    set_clock_back(sqlite_bot, seconds)
    assert chat.does(ana.taps("m")), "taken for the second of two taps"
    for _ in range(10):
        assert chat.does(ana.writes("gracias"))


def test_what_a_chat_said_is_not_remembered_longer_because_the_clock_was_set_back(
    sqlite_bot: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    chat = Chat(sqlite_bot, telegram, ana)
    chat.taps("l:en")
    in_english = chat.taps("m").text
    set_clock_back(sqlite_bot, HOUR)
    assert chat.taps("m").text != in_english


def test_a_fact_is_served_no_longer_than_its_last_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At midnight, without a restart and without anybody publishing anything."""
    folder = small_knowledge(tmp_path)

    def expire_tomorrow(file: dict[str, list[dict[str, object]]]) -> None:
        entry = next(each for each in file["entries"] if each["id"] == "sis-que-es")
        entry["expires_on"] = clock.today() + timedelta(days=1)

    change_file(folder / "entries/sis.yaml", expire_tomorrow)
    with Program(settings_for(tmp_path, knowledge_dir=folder)).running() as program:
        assert program.ask("qué es el SIS")["entry"] == "sis-que-es"
        day_after = clock.now() + timedelta(days=2)
        monkeypatch.setattr(clock, "now", lambda: day_after)
        wait_until(lambda: program.client.get("/api/v1/entries/sis-que-es").status_code == 404)
        assert program.ask("qué es el SIS")["entry"] != "sis-que-es"
