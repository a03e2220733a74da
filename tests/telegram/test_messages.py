"""From replies to what Telegram takes: split, escaped, with the right keyboard."""

from __future__ import annotations

import pytest

from health_navigator.conversation.models import Button, Reply
from health_navigator.telegram_bot.messages import MAX_TEXT, to_messages


def test_text_is_escaped() -> None:
    (message,) = to_messages(Reply("1 < 2 & 3 > 2", heading="<b>", footer="</i>"))
    assert message["text"] == "<b>&lt;b&gt;</b>\n\n1 &lt; 2 &amp; 3 &gt; 2\n\n<i>&lt;/i&gt;</i>"
    assert message["plain"] == "<b>\n\n1 < 2 & 3 > 2\n\n</i>"


@pytest.mark.parametrize("unit", ["palabra ", "línea\n", "párrafo entero\n\n", "x", "🤰", "ñ"])
def test_long_texts_are_split_and_lose_nothing(unit: str) -> None:
    text = (unit * 9_000)[:9_000].strip()
    buttons = ((Button("Sí", "m"),),)
    messages = to_messages(Reply(text, heading="Título", footer="Fuente", buttons=buttons))
    assert len(messages) > 1
    for message in messages:
        assert len(message["plain"].encode("utf-16-le")) // 2 <= MAX_TEXT
    together = "".join(message["plain"] for message in messages)
    assert together.replace("Título\n\n", "").replace("\n\nFuente", "").count(unit.strip()) == (
        text.count(unit.strip())
    )
    assert ["reply_markup" in message for message in messages] == [
        *([False] * (len(messages) - 1)),
        True,
    ]


def test_the_locations_keyboard_has_the_other_buttons_as_words() -> None:
    reply = Reply("¿Dónde?", asks_location="📍", buttons=((Button("🏠", "m"), Button("🆘", "x")),))
    (message,) = to_messages(reply)
    assert message["reply_markup"]["keyboard"] == [
        [{"text": "📍", "request_location": True}],
        [{"text": "🏠"}, {"text": "🆘"}],
    ]


def test_a_button_that_telegram_would_refuse_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        to_messages(Reply("x", buttons=((Button("x", "e:" + "ñ" * 32),),)))
