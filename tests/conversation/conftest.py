"""The bot over everything it knows, and people who talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.support.chat import Chat
from tests.support.knowledge import REAL
from tests.support.server import Program, settings_for, telegram_settings
from tests.support.telegram import Person, TelegramStandIn


@pytest.fixture(scope="session")
def whole_bot(
    tmp_path_factory: pytest.TempPathFactory, shared_telegram: TelegramStandIn
) -> Iterator[Program]:
    values = telegram_settings(shared_telegram.url, knowledge_dir=REAL)
    folder = tmp_path_factory.mktemp("whole_bot")
    with Program(settings_for(folder, **values)).running() as program:
        yield program


@pytest.fixture
def someone(
    whole_bot: Program, telegram: TelegramStandIn, numbers: Iterator[int]
) -> Callable[[], Chat]:
    """A chat of somebody new, as often as it is called."""
    return lambda: Chat(whole_bot, telegram, Person(next(numbers) * 1_000, numbers))


@pytest.fixture
def chat(someone: Callable[[], Chat]) -> Chat:
    return someone()
