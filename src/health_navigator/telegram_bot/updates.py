"""From what Telegram sends to what was said, with the chat known only by a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

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
_PRIVATE = "private"

# Telegram's numbers fit into 64 bits, and so into a column.
_Number = Annotated[int, Field(ge=-(2**63), lt=2**63)]
_Degrees = Annotated[float, Field(allow_inf_nan=False)]


class _Part(BaseModel):
    """The fields that we use, with the types that the Bot API promises; others may be anything.

    The library's own objects take thirty times as long to build, refuse attachments that lack a
    field which some versions of Telegram's server do not send, and check no types.
    """

    model_config = ConfigDict(strict=True, frozen=True)


class _Chat(_Part):
    id: _Number
    type: str


class _Person(_Part):
    id: _Number
    language_code: str | None = None


class _Location(_Part):
    latitude: _Degrees
    longitude: _Degrees


class _Message(_Part):
    model_config = ConfigDict(extra="allow")

    chat: _Chat
    message_id: _Number = 0
    sender: _Person | None = Field(None, alias="from")
    text: str | None = None
    caption: str | None = None
    location: _Location | None = None
    forward_origin: Any = None

    @property
    def attachment(self) -> str | None:
        """What was sent that we cannot read, if anything."""
        others = self.model_extra or {}
        return next((kind for kind in _UNREADABLE if others.get(kind)), None)


class _Press(_Part):
    id: str
    sender: _Person = Field(alias="from")
    data: str | None = None
    message: _Message | None = None

    @property
    def chat_id(self) -> int:
        # A private chat has the person's own number, even if the message is too old to be shown.
        return self.message.chat.id if self.message else self.sender.id


class _Member(_Part):
    status: str


class _Membership(_Part):
    chat: _Chat
    new_chat_member: _Member


class Update(_Part):
    """What Telegram sends; `model_validate` and its kin raise ValidationError for nonsense."""

    update_id: _Number
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Press | None = None
    my_chat_member: _Membership | None = None

    @property
    def chat_id(self) -> int | None:
        """The chat that it concerns; None for what we neither asked for nor understand."""
        if self.callback_query is not None:
            return self.callback_query.chat_id
        about = self.my_chat_member or self.message or self.edited_message
        return about.chat.id if about else None


def chat_keys(secrets: Sequence[bytes], chat_id: int) -> tuple[str, ...]:
    """The names under which we may know a chat, the one from the current key first."""
    message = str(chat_id).encode()
    return tuple(hmac.new(secret, message, hashlib.sha256).hexdigest()[:40] for secret in secrets)


@dataclass(frozen=True, slots=True)
class Arrived:
    """An update that concerns a chat. `said` is None if there is nothing to answer."""

    update_id: int
    chat_id: int
    said: Said | None
    locale: str | None = None
    callback_id: str | None = None
    left: bool = False

    def incoming(self, chats: tuple[str, ...]) -> Incoming | None:
        return Incoming(chats, self.said, self.locale) if self.said is not None else None


def read_update(update: Update, link: str | None = None) -> Arrived | None:
    """What an update means to us; None for what we neither asked for nor understand.

    `link` leads from a group to the bot's private chat; None until Telegram has told us our name.
    """
    if update.callback_query is not None:
        return _from_press(update.update_id, update.callback_query, link)
    if update.my_chat_member is not None:
        change = update.my_chat_member
        left = change.new_chat_member.status in ("kicked", "left")
        return Arrived(update.update_id, change.chat.id, None, left=left)
    message = update.message or update.edited_message
    if message is None:
        return None
    said = _said(message, link, edited=update.message is None)
    locale = message.sender.language_code if message.sender else None
    return Arrived(update.update_id, message.chat.id, said, locale)


def _from_press(update_id: int, press: _Press, link: str | None) -> Arrived:
    message = press.message
    is_private = message is None or message.chat.type == _PRIVATE
    said = Tap(press.data or "", message.message_id if message else None)
    return Arrived(
        update_id,
        press.chat_id,
        said if is_private else Group(link),
        press.sender.language_code,
        callback_id=press.id,
    )


def _said(message: _Message, link: str | None, *, edited: bool) -> Said | None:
    if message.chat.type != _PRIVATE:
        return Group(link) if not edited and message.text else None
    if message.text is not None:
        return _from_text(message.text, edited=edited, forwarded=message.forward_origin is not None)
    if edited:  # a live location that moves, a caption: the original was answered
        return None
    if message.location is not None:
        return Point(message.location.latitude, message.location.longitude)
    what = message.attachment
    return Unreadable(what, message.caption or "") if what else None


def _from_text(text: str, *, edited: bool, forwarded: bool) -> Said | None:
    if text.startswith("/") and not forwarded:
        name, _, argument = text[1:].partition(" ")
        return None if edited else Command(name.partition("@")[0].lower(), argument.strip())
    return Text(text, edited=edited, forwarded=forwarded)
