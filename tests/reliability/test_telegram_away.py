"""Telegram is away for ten minutes; what it brings comes twice, late and in any order."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.support.chat import rows_of
from tests.support.server import Program
from tests.support.telegram import Person, TelegramStandIn, failure

# Ten minutes of redeliveries, two seconds apart as our Retry-After asks: far more than five.
TRIES = 10 * 60 // 2


def test_ten_minutes_without_telegram_park_nothing_and_lose_nothing(
    sqlite_bot: Program, telegram: TelegramStandIn, numbers: Iterator[int]
) -> None:
    people = [Person(next(numbers) * 1_000, numbers) for _ in range(3)]
    updates = [person.writes("que es el sis") for person in people]
    for number in range(TRIES):
        telegram.answers_with("cut" if number % 2 else failure(502))
        response = sqlite_bot.post_update(updates[number % len(updates)])
        assert response.status_code == 503
        assert 1 <= int(response.headers["Retry-After"]) <= 5
    assert not telegram.sent()
    for person, update in zip(people, updates, strict=True):
        assert sqlite_bot.post_update(update).status_code == 200
        assert len(telegram.sent(person.chat_id)) == 1
    blamed = rows_of(
        sqlite_bot, "select update_id from telegram_update where stage != 'done' or attempts > 1"
    )
    assert {number for (number,) in blamed}.isdisjoint(each["update_id"] for each in updates)


def test_updates_twice_late_and_in_any_order_are_each_answered_once(
    bot: Program, telegram: TelegramStandIn, numbers: Iterator[int]
) -> None:
    people = [Person(next(numbers) * 1_000, numbers) for _ in range(6)]
    updates = [person.writes("que es el sis") for _ in range(4) for person in people] * 3
    random.Random(1).shuffle(updates)
    assert {bot.post_update(update).status_code for update in updates} == {200}
    for person in people:
        assert len(telegram.sent(person.chat_id)) == 4
