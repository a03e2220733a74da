"""Whatever Telegram, or somebody who knows its secret, sends: 200, and the chat goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from health_navigator.telegram_bot.webhook import SECRET_HEADER
from tests.support.server import SECRET, Program
from tests.support.telegram import Person, TelegramStandIn
from tests.support.trials import trials
from tests.telegram.updates import contents

# A chat may say fifteen things in half a minute before the bot asks it to go slower.
A_BATCH = 12
# All ten thousand of docs/reliability.md: NAVIGATOR_TEST_UPDATES=10000.
BATCHES = int(os.environ.get("NAVIGATOR_TEST_UPDATES", "600")) // A_BATCH


def test_no_update_breaks_the_bot_or_blocks_its_chat(
    sqlite_bot: Program, telegram: TelegramStandIn, numbers: Iterator[int]
) -> None:
    headers = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}

    @trials(BATCHES)
    @given(data=st.data())
    def try_a_chat(data: st.DataObject) -> None:
        telegram.calls.clear()
        person = Person(next(numbers) * 1_000, numbers)
        batch = contents(person.chat_id)
        for content in data.draw(st.lists(batch, min_size=A_BATCH, max_size=A_BATCH)):
            body = json.dumps({"update_id": next(numbers), **content})
            response = sqlite_bot.client.post("/telegram/webhook", content=body, headers=headers)
            assert response.status_code == 200
        before = len(telegram.sent(person.chat_id))
        assert sqlite_bot.post_update(person.writes("que es el sis")).status_code == 200
        assert len(telegram.sent(person.chat_id)) > before

    try_a_chat()
