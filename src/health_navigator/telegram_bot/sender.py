"""One message to one chat, and what its failure means for delivery."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import timedelta
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

_SHORT_WAIT = 2
_OPERATOR_WAIT = 60
_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
_MARKUP_REFUSED = ("can't parse entities", "can't find end", "unsupported start tag", "entities")


class ComeBackError(Exception):
    """Telegram's or the network's trouble, no fault of ours: try again after `seconds`."""

    def __init__(self, reason: str, seconds: int) -> None:
        super().__init__(reason)
        self.seconds = seconds


class ChatGoneError(Exception):
    """The person blocked the bot or left Telegram: never write again, forget the chat."""


class RefusedError(Exception):
    """Telegram refuses the message as it stands: our own mistake."""


async def send(bot: Bot, chat_id: int, message: dict[str, Any]) -> None:
    """Send one stored message; where Telegram refuses the markup, once more as plain text."""
    body = {key: value for key, value in message.items() if key != "plain"}
    try:
        await _send(bot, chat_id, body | {"parse_mode": "HTML"})
    except BadRequest as error:
        if not any(words in str(error).lower() for words in _MARKUP_REFUSED):
            raise _translated(error) from error
        await _send_plain(bot, chat_id, body | {"text": message["plain"]})
    except TelegramError as error:
        raise _translated(error) from error


async def _send_plain(bot: Bot, chat_id: int, body: dict[str, Any]) -> None:
    try:
        await _send(bot, chat_id, body)
    except TelegramError as error:
        raise _translated(error) from error


async def _send(bot: Bot, chat_id: int, body: dict[str, Any]) -> None:
    markup = _markup(body.get("reply_markup"))
    # What Telegram answers is of no use to us: where the library cannot read it, as with servers
    # that imitate Telegram's, the message has arrived all the same and must not be sent again.
    with suppress(ValueError, KeyError, TypeError):
        await bot.send_message(
            chat_id,
            body["text"],
            parse_mode=body.get("parse_mode"),
            reply_markup=markup,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )


def _markup(
    data: dict[str, Any] | None,
) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None:
    if data is None:
        return None
    if "remove_keyboard" in data:
        return ReplyKeyboardRemove()
    kind = InlineKeyboardMarkup if "inline_keyboard" in data else ReplyKeyboardMarkup
    return kind.de_json(data)


def _translated(error: TelegramError) -> Exception:
    match error:
        case RetryAfter():
            return ComeBackError("flood control", _seconds(error.retry_after))
        case Forbidden():
            return ChatGoneError(type(error).__name__)
        case BadRequest() if any(words in str(error).lower() for words in _GONE):
            return ChatGoneError(type(error).__name__)
        case BadRequest():
            return RefusedError(str(error))
        case InvalidToken():
            return ComeBackError("Telegram does not know the token", _OPERATOR_WAIT)
        case _:
            return ComeBackError(type(error).__name__, _SHORT_WAIT)


def _seconds(wait: int | timedelta) -> int:
    return math.ceil(wait.total_seconds()) if isinstance(wait, timedelta) else wait
