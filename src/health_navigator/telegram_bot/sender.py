"""One message to one chat, and what its failure means for delivery."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import timedelta
from typing import Any

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from health_navigator.telegram_bot.transport import PlainBot

_NO_PREVIEW = {"is_disabled": True}
_SHORT_WAIT = 2
_OPERATOR_WAIT = 60
_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
_MUTED = ("not enough rights", "no rights to send", "chat_write_forbidden", "topic_closed")
_MARKUP_REFUSED = ("can't parse entities", "can't find end", "unsupported start tag", "entities")


class ComeBackError(Exception):
    """Telegram's or the network's fault, not ours: try again after `seconds`."""

    def __init__(self, reason: str, seconds: int) -> None:
        super().__init__(reason)
        self.seconds = seconds


class ChatGoneError(Exception):
    """The chat cannot be reached: blocked, left, or a group where the bot may not write.

    Never write again; forget the chat.
    """


class RefusedError(Exception):
    """Telegram refuses the message as it is: our own mistake."""


async def send(bot: PlainBot, chat_id: int, message: dict[str, Any]) -> None:
    """Send one stored message; if Telegram refuses the markup, once more as plain text."""
    body = {key: value for key, value in message.items() if key != "plain"}
    try:
        await _send(bot, chat_id, body | {"parse_mode": "HTML"})
    except BadRequest as error:
        if not any(words in str(error).lower() for words in _MARKUP_REFUSED):
            raise _translated(error) from error
        await _send_plain(bot, chat_id, body | {"text": message["plain"]})
    except TelegramError as error:
        raise _translated(error) from error


async def _send_plain(bot: PlainBot, chat_id: int, body: dict[str, Any]) -> None:
    try:
        await _send(bot, chat_id, body)
    except TelegramError as error:
        raise _translated(error) from error


async def _send(bot: PlainBot, chat_id: int, body: dict[str, Any]) -> None:
    # An answer without fields that Telegram promises (as from servers that imitate it) still says
    # that the message has arrived: it must not be sent again.
    with suppress(ValueError, KeyError, TypeError):
        await bot.post_message({"chat_id": chat_id, "link_preview_options": _NO_PREVIEW, **body})


def _translated(error: TelegramError) -> Exception:
    match error:
        case RetryAfter():
            return ComeBackError("flood control", _seconds(error.retry_after))
        case Forbidden() | ChatMigrated():
            return ChatGoneError(type(error).__name__)
        case BadRequest() if any(words in str(error).lower() for words in _GONE + _MUTED):
            return ChatGoneError(type(error).__name__)
        case BadRequest():
            return RefusedError(str(error))
        case InvalidToken():
            return ComeBackError("Telegram does not know the token", _OPERATOR_WAIT)
        case _:
            return ComeBackError(type(error).__name__, _SHORT_WAIT)


def _seconds(wait: int | timedelta) -> int:
    return math.ceil(wait.total_seconds()) if isinstance(wait, timedelta) else wait
