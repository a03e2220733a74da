"""Killed without warning, again and again: nothing is lost; at worst an answer comes twice."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx

from health_navigator.telegram_bot.webhook import SECRET_HEADER
from tests.reliability.crowds import chats_of, is_answered
from tests.reliability.fragile import COMMAND
from tests.support.courier import deliver_all
from tests.support.process import Served, has_ended, serving
from tests.support.server import SECRET, telegram_settings
from tests.support.telegram import Body, Person, TelegramStandIn
from tests.support.waiting import PATIENCE, wait_until


def test_killed_in_the_middle_of_200_updates_it_loses_none(
    tmp_path: Path, telegram: TelegramStandIn, numbers: Iterator[int], few_entries: Path
) -> None:
    chats = chats_of(numbers, people=40, messages=5)
    settings = telegram_settings(telegram.url, knowledge_dir=few_entries)
    with serving(tmp_path, settings) as served:

        async def kill_at_times() -> None:
            for sent in (40, 90, 150):
                while len(telegram.sent()) < sent:
                    await asyncio.sleep(0.005)
                served.kill()
                await asyncio.to_thread(served.start)

        async def both() -> None:
            await asyncio.gather(deliver_all(lambda: [served.url], chats), kill_at_times())

        asyncio.run(both())
    assert all(is_answered(telegram, chat) for chat in chats)
    # Only what was being sent when the process died may have come twice.
    assert len(telegram.sent()) <= 200 + 3 * 40


# Where an update's journey is held up, and by which table that somebody else has locked.
AT = {
    "claim": ("telegram_update", "INSERT INTO telegram_update"),
    "store": ("outgoing_message", "INSERT INTO outgoing_message"),
    "finish": ("telegram_update", "UPDATE telegram_update"),
}


async def test_killed_at_each_step_of_the_journey_it_loses_none(
    tmp_path: Path,
    telegram: TelegramStandIn,
    numbers: Iterator[int],
    few_entries: Path,
    postgres_url: str,
) -> None:
    settings = telegram_settings(telegram.url, knowledge_dir=few_entries, database_url=postgres_url)
    database = await asyncpg.connect(postgres_url)
    with serving(tmp_path, settings) as served:
        for step in ("claim", "store", "send", "finish"):
            person = Person(next(numbers) * 1_000, numbers)
            update = person.writes("que es el sis")
            async with database.transaction():
                await _hold_up(served, telegram, database, update, step)
                served.kill()
            await asyncio.to_thread(served.start)
            await asyncio.to_thread(served.deliver, update)
            # Twice only if Telegram had the message already and nobody could record it.
            assert 1 <= len(telegram.sent(person.chat_id)) <= 2, step
    await database.close()


async def _hold_up(
    served: Served,
    telegram: TelegramStandIn,
    database: asyncpg.Connection,
    update: Body,
    step: str,
) -> None:
    """Deliver the update, and wait until it is in this step and can go no further."""
    table, statement = AT.get(step, ("", ""))
    is_late = step in ("send", "finish")
    if is_late:
        telegram.answers_with(3.0)
    else:
        await database.execute(f"LOCK TABLE {table} IN SHARE MODE")
    delivering = asyncio.create_task(_deliver_once(served, update))
    while telegram.script:
        await asyncio.sleep(0.01)
    if step == "finish":
        await database.execute(f"LOCK TABLE {table} IN SHARE MODE")
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1"
    while statement and not await database.fetchval(waits, f"{statement}%"):
        assert not delivering.done(), step
        await asyncio.sleep(0.02)
        # Within a transaction the statistics would never change.
        await database.execute("SELECT pg_stat_clear_snapshot()")


async def _deliver_once(served: Served, update: Body) -> None:
    headers = {SECRET_HEADER: SECRET}
    with suppress(httpx.TransportError):
        async with httpx.AsyncClient(timeout=PATIENCE, headers=headers) as client:
            await client.post(f"{served.url}/telegram/webhook", json=update)


def test_three_processes_share_one_postgresql_and_one_is_killed(
    tmp_path: Path,
    telegram: TelegramStandIn,
    numbers: Iterator[int],
    few_entries: Path,
    postgres_url: str,
) -> None:
    chats = chats_of(numbers, people=30, messages=4)
    settings = telegram_settings(telegram.url, knowledge_dir=few_entries, database_url=postgres_url)
    with (
        serving(tmp_path, settings) as first,
        serving(tmp_path, settings) as second,
        serving(tmp_path, settings) as third,
    ):
        alive: list[Served] = [first, second, third]

        async def kill_one() -> None:
            while len(telegram.sent()) < 40:
                await asyncio.sleep(0.005)
            alive.remove(second)
            second.kill()

        async def both() -> None:
            urls = lambda: [served.url for served in alive]  # noqa: E731
            await asyncio.gather(deliver_all(urls, chats), kill_one())

        asyncio.run(both())
    assert all(is_answered(telegram, chat) for chat in chats)
    assert len(telegram.sent()) <= 120 + 40


def test_asked_to_stop_it_finishes_what_is_in_work(
    tmp_path: Path, telegram: TelegramStandIn, numbers: Iterator[int], few_entries: Path
) -> None:
    chats = chats_of(numbers, people=10, messages=1)
    settings = telegram_settings(telegram.url, knowledge_dir=few_entries)
    with serving(tmp_path, settings) as served:
        telegram.answers_with(*[1.0] * 10)

        async def stop_midway() -> int:
            while telegram.script:
                await asyncio.sleep(0.01)
            return await asyncio.to_thread(served.stop)

        async def both() -> int:
            _, code = await asyncio.gather(deliver_all(lambda: [served.url], chats), stop_midway())
            return code

        # It ended by the signal that asked it to, after everything was done.
        assert asyncio.run(both()) in (0, -signal.SIGTERM)
    assert len(telegram.sent()) == 10


def test_asked_to_stop_while_it_learns_for_the_first_time_it_does_not_finish_that(
    tmp_path: Path, few_entries: Path
) -> None:
    """The whole knowledge takes a minute; here the learner stands still, as if for ever."""
    served = Served(tmp_path, {"knowledge_dir": few_entries}, COMMAND)
    (tmp_path / "fate").write_text("well")
    served.begin()
    wait_until(lambda: any(map(_learns, served.children())))
    (learning,) = served.children()
    os.kill(learning, signal.SIGSTOP)
    started = time.monotonic()
    assert served.stop() in (0, -signal.SIGTERM)
    assert time.monotonic() - started < 10
    os.kill(learning, signal.SIGCONT)
    wait_until(lambda: has_ended(learning))
    assert "Traceback" not in served.log.read_text()


def _learns(process: int) -> bool:
    """Whether it runs its own program: while it is only forked, the server still waits for it."""
    return b"knowledge.learning_process" in Path(f"/proc/{process}/cmdline").read_bytes()
