"""From Telegram's Update to what was said, with the chat known only by a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any

from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    ChatMember,
    Message,
    TelegramObject,
    Update,
    User,
)
from telegram.error import TelegramError

from health_navigator.conversation.models import (
    Command,
    Group,
    Incoming,
    Point,
    Said,
    Tap,
    Text,
    Unreadable,
)

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
_UNREADABLE = (
    "voice",
    "audio",
    "video_note",
    "video",
    "photo",
    "sticker",
    "animation",
    "document",
    "contact",
    "poll",
    "dice",
    "game",
    "story",
    "paid_media",
    "checklist",
)


# What stands for an attachment that the library cannot read.
_SOMETHING = {"dice": {"emoji": "🎲", "value": 1}}
# Numbers of Telegram's fit into 64 bits, and so into a column.
_LARGEST = 2**63
_PLAIN = ("message_id", "date", "chat", "from", "text", "caption")


# What reading nonsense raises, in the library and here.
UNREADABLE = (
    ArithmeticError,
    AttributeError,
    KeyError,
    OSError,
    RecursionError,
    TelegramError,
    TypeError,
    ValueError,
)


def parse_update(data: dict[str, Any], bot: Bot) -> Update:
    """The update as the library reads it; raises one of UNREADABLE for nonsense.

    The library refuses attachments that lack a field which some version of Telegram's server does
    not send yet, or no longer: they are still something that a person sent us.
    """
    if isinstance(tap := data.get("callback_query"), dict):
        data = {**data, "callback_query": {"chat_instance": "", **tap}}
    try:
        return _sound(Update.de_json(data, bot))
    except (TypeError, KeyError, ValueError):
        message = data.get("message")
        if not isinstance(message, dict):
            raise
    plain = {name: message[name] for name in _PLAIN if name in message}
    return _sound(Update.de_json({**data, "message": {**plain, **_SOMETHING}}, bot))


def _sound(update: Update) -> Update:
    """The update, if what we use of it is what it should be: the library takes whatever comes."""
    for value, kind in _used(update):
        if not isinstance(value, kind):
            raise TypeError(f"{type(value).__name__} where {kind} should be")
        if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
            raise OverflowError("a number that no database holds")
    return update


def _used(update: Update) -> Iterator[tuple[object, type | UnionType]]:
    """What we use of an update, each with what it should be."""
    yield update.update_id, int
    message = update.message or update.edited_message
    if (query := update.callback_query) is not None:
        yield query.id, str
        yield query.data, str | None
        yield query.from_user, User
        yield query.from_user.id, int
        yield query.from_user.language_code, str | None
        if query.message is not None:
            yield from _used_of_chat(query.message.chat)
    elif (change := update.my_chat_member) is not None:
        yield from _used_of_chat(change.chat)
        yield change.new_chat_member, ChatMember
    elif message is not None:
        yield from _used_of_message(message)


def _used_of_message(message: Message) -> Iterator[tuple[object, type | UnionType]]:
    yield from _used_of_chat(message.chat)
    yield message.text, str | None
    yield message.caption, str | None
    if message.from_user is not None:
        yield message.from_user.language_code, str | None
    if message.location is not None:
        yield message.location.latitude, float | int
        yield message.location.longitude, float | int


def _used_of_chat(chat: Chat) -> Iterator[tuple[object, type | UnionType]]:
    yield chat, Chat
    yield chat.id, int


def chat_keys(secrets: Sequence[bytes], chat_id: int) -> tuple[str, ...]:
    """The names under which we may know a chat, that of the key in use first."""
    message = str(chat_id).encode()
    return tuple(hmac.new(secret, message, hashlib.sha256).hexdigest()[:40] for secret in secrets)


@dataclass(frozen=True, slots=True)
class Arrived:
    """An update that concerns a chat. `said` is None where nothing is to be answered."""

    update_id: int
    chat_id: int
    said: Said | None
    locale: str | None = None
    callback_id: str | None = None
    left: bool = False

    def incoming(self, chats: tuple[str, ...]) -> Incoming | None:
        return Incoming(chats, self.said, self.locale) if self.said is not None else None


def read_update(update: Update) -> Arrived | None:
    """What an update means to us; None for what we neither asked for nor understand."""
    if update.callback_query is not None:
        return _from_tap(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        change = update.my_chat_member
        left = change.new_chat_member.status in ("kicked", "left")
        return Arrived(update.update_id, change.chat.id, None, left=left)
    message = update.message or update.edited_message
    if message is None:
        return None
    said = _said(message, edited=update.edited_message is not None)
    locale = message.from_user.language_code if message.from_user else None
    return Arrived(update.update_id, message.chat.id, said, locale)


def _from_tap(update_id: int, query: CallbackQuery) -> Arrived:
    is_private = query.message is None or query.message.chat.type == Chat.PRIVATE
    # A person's private chat has her own number, also where the message is too old to be shown.
    chat_id = query.message.chat.id if query.message else query.from_user.id
    message = query.message.message_id if query.message else None
    return Arrived(
        update_id,
        chat_id,
        Tap(query.data or "", message) if is_private else Group(_private_link(query)),
        query.from_user.language_code,
        callback_id=query.id,
    )


def _said(message: Message, *, edited: bool) -> Said | None:
    if message.chat.type != Chat.PRIVATE:
        return Group(_private_link(message)) if not edited and message.text else None
    if message.text is not None:
        return _from_text(message.text, edited=edited, forwarded=message.forward_origin is not None)
    if edited:  # a live location that moves, a caption: what it was is answered
        return None
    if message.location is not None:
        return Point(message.location.latitude, message.location.longitude)
    what = next((kind for kind in _UNREADABLE if getattr(message, kind, None)), None)
    return Unreadable(what, message.caption or "") if what else None


def _from_text(text: str, *, edited: bool, forwarded: bool) -> Said | None:
    if text.startswith("/") and not forwarded:
        name, _, argument = text[1:].partition(" ")
        return None if edited else Command(name.partition("@")[0].lower(), argument.strip())
    return Text(text, edited=edited, forwarded=forwarded)


def _private_link(said: TelegramObject) -> str | None:
    """The bot's own address; None until Telegram has told us our name."""
    try:
        return said.get_bot().link
    except RuntimeError:
        return None
