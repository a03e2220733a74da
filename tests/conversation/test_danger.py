"""Danger within a talk: which alarm is a hint only, and what an alarm leaves behind."""

from __future__ import annotations

import pytest
from tests.support.chat import Chat

# Who began to write, and who told something


@pytest.mark.parametrize("begun", ["mi vecino", "es por mi tía", "mi comadre y yo"])
def test_who_only_named_somebody_is_asked_for_more(chat: Chat, begun: str) -> None:
    assert chat.says(begun).text.startswith("Te leo. Cuéntame")


def test_who_told_something_of_somebody_is_not(chat: Chat) -> None:
    assert "no quiero adivinar" in chat.says("mi vecino compró un carro nuevo").text
