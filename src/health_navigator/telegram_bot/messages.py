"""From a Reply to the messages that Telegram takes: HTML, split, with the buttons on the last."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from health_navigator.conversation.models import Button, Reply

# Telegram counts UTF-16 units, after parsing the markup; see "Limits" in its Bot API.
MAX_TEXT = 4_096
MAX_CALLBACK_BYTES = 64


def to_messages(reply: Reply) -> list[dict[str, Any]]:
    """Parameters for sendMessage without the chat; `plain` is the text without any markup."""
    parts = list(_split(reply.text, MAX_TEXT - _length(reply.heading) - _length(reply.footer)))
    messages: list[dict[str, Any]] = []
    for position, part in enumerate(parts):
        heading = reply.heading if position == 0 else None
        footer = reply.footer if position == len(parts) - 1 else None
        messages.append(
            {"text": _html(heading, part, footer), "plain": _plain(heading, part, footer)}
        )
    markup = _markup(reply)
    if markup is not None:
        messages[-1]["reply_markup"] = markup
    return messages


def _length(text: str | None) -> int:
    return len(text.encode("utf-16-le")) // 2 + 2 if text else 0


def _split(text: str, limit: int) -> Iterator[str]:
    """Pieces of at most `limit` UTF-16 units, cut at the largest break: paragraph, line, word."""
    while _length(text) > limit + 2:
        head = text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
        cut = max(head.rfind("\n\n"), 0) or max(head.rfind("\n"), 0) or max(head.rfind(" "), 0)
        cut = cut or len(head)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    yield text


def _html(heading: str | None, text: str, footer: str | None) -> str:
    parts = [
        f"<b>{escape(heading, quote=False)}</b>" if heading else "",
        escape(text, quote=False),
        f"<i>{escape(footer, quote=False)}</i>" if footer else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _plain(heading: str | None, text: str, footer: str | None) -> str:
    return "\n\n".join(part for part in (heading, text, footer) if part)


def _markup(reply: Reply) -> dict[str, Any] | None:
    if reply.removes_keyboard:
        return {"remove_keyboard": True}
    if reply.asks_location:
        return _location_keyboard(reply)
    if reply.buttons:
        return {"inline_keyboard": [[_button(button) for button in row] for row in reply.buttons]}
    return None


def _location_keyboard(reply: Reply) -> dict[str, Any]:
    """Only this kind of keyboard can ask for a location; its other buttons send their labels."""
    others = [[{"text": button.label} for button in row] for row in reply.buttons]
    return {
        "keyboard": [[{"text": reply.asks_location, "request_location": True}], *others],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }


def _button(button: Button) -> dict[str, str]:
    if button.url is not None:
        return {"text": button.label, "url": button.url}
    data = button.data or ""
    if not 1 <= len(data.encode()) <= MAX_CALLBACK_BYTES:
        raise ValueError(f"a button's data must have 1 to {MAX_CALLBACK_BYTES} bytes")
    return {"text": button.label, "callback_data": data}
