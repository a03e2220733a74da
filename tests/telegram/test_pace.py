"""30 calls a second in all, one a second to a chat, and nobody waits for another's Retry-After."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from telegram.error import RetryAfter

from health_navigator.observability import Metrics
from health_navigator.telegram_bot import pace
from health_navigator.telegram_bot.pace import Pace
from health_navigator.telegram_bot.transport import OFFICIAL_URL, open_bot
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def of_bot(clock: Clock) -> Pace:
    return Pace(clock)


def test_a_short_burst_to_one_chat_goes_at_once_then_one_a_second(of_bot: Pace) -> None:
    waits = [of_bot.reserve(1) for _ in range(7)]
    assert waits == [0, 0, 0, 0, 0, 1, 2]


def test_who_would_wait_long_is_told_when_to_come_back(of_bot: Pace) -> None:
    for _ in range(7):
        of_bot.reserve(1)
    with pytest.raises(RetryAfter) as refused:
        of_bot.reserve(1)
    assert refused.value.retry_after == timedelta(seconds=3)


def test_thirty_a_second_over_all_chats(of_bot: Pace, clock: Clock) -> None:
    waits = [of_bot.reserve(chat) for chat in range(60)]
    assert waits[:30] == [0] * 30
    assert waits[59] == pytest.approx(1.0)
    clock.now += 10
    assert of_bot.reserve(99) == 0


def test_no_second_holds_more_than_thirty_after_the_burst(of_bot: Pace, clock: Clock) -> None:
    sent: list[float] = []
    for chat in range(600):
        clock.now += 0.01
        try:
            sent.append(clock.now + of_bot.reserve(chat))
        except RetryAfter:
            continue
    later = [at for at in sent if at > sent[0] + 1]
    for start in later:
        assert sum(start <= at < start + 1 for at in later) <= 31


async def test_a_chats_retry_after_stops_that_chat_alone(of_bot: Pace, clock: Clock) -> None:
    called: list[int] = []

    async def refuse(chat: int) -> bool:
        called.append(chat)
        if chat == 1:
            raise RetryAfter(timedelta(seconds=7))
        return True

    async def call(chat: int) -> Any:
        return await of_bot.process_request(
            refuse, (chat,), {}, "sendMessage", {"chat_id": chat}, None
        )

    with pytest.raises(RetryAfter):
        await call(1)
    with pytest.raises(RetryAfter) as held:
        await call(1)
    assert held.value.retry_after == timedelta(seconds=7)
    assert called == [1], "Telegram was asked again before it was time"
    assert await call(2) is True
    clock.now += 7.1
    with pytest.raises(RetryAfter):
        await call(1)
    assert called == [1, 2, 1]


def test_a_tap_is_acknowledged_without_waiting(of_bot: Pace) -> None:
    for chat in range(60):
        of_bot.reserve(chat)
    assert of_bot.reserve(None, is_urgent=True) == 0


def test_chats_are_forgotten_when_they_owe_nothing(
    of_bot: Pace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "_CHATS_REMEMBERED", 20)
    for chat in range(100):
        clock.now += 1
        of_bot.reserve(chat)
    assert len(of_bot._chats) <= 21


async def test_only_telegrams_own_server_sets_a_pace() -> None:
    async with open_bot("1:a", OFFICIAL_URL, Metrics()) as bot:
        assert bot.rate_limiter is not None
    async with open_bot("1:a", "http://127.0.0.1:8081", Metrics()) as bot:
        assert bot.rate_limiter is None
