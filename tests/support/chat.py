"""A chat with the bot through its webhook: what a person does, and what they then read."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from tests.support.server import Program
from tests.support.telegram import Body, Person, TelegramStandIn

# https://core.telegram.org/bots/api#html-style, without the tags that we do not use.
ALLOWED_TAGS = {"b", "i"}
DANGER = "me quiero morir"
TELLING = re.compile(r"\b(?:vih|sida|its|violencia|abuso|aborto|trans)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Button:
    label: str
    data: str | None
    url: str | None


@dataclass(frozen=True)
class Message:
    """A message as it was sent; each one is checked against Telegram's limits."""

    body: Body

    @property
    def text(self) -> str:
        text: str = self.body["text"]
        return text

    @property
    def first_line(self) -> str:
        return re.sub(r"</?[bi]>", "", self.text.split("\n", 1)[0])

    @property
    def markup(self) -> Body:
        markup: Body = self.body.get("reply_markup") or {}
        return markup

    @property
    def buttons(self) -> list[Button]:
        rows = self.markup.get("inline_keyboard", [])
        return [
            Button(each["text"], each.get("callback_data"), each.get("url"))
            for row in rows
            for each in row
        ]

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    @property
    def keyboard(self) -> list[str]:
        """The labels of the big buttons below the text box."""
        return [each["text"] for row in self.markup.get("keyboard", []) for each in row]

    def data_of(self, label: str) -> str:
        """What the button with this label (or one that contains it) sends."""
        exact = [button.data for button in self.buttons if button.label == label]
        near = [button.data for button in self.buttons if label in button.label]
        found = next((data for data in (*exact, *near) if data is not None), None)
        assert found is not None, f"no button {label!r} among {self.labels}"
        return found

    def check(self) -> None:
        """Check for what Telegram refuses and for what must not stay on a screen."""
        _Tags().feed(self.text)
        shown = re.sub(r"</?[bi]>", "", self.text)
        assert 1 <= len(shown.encode("utf-16-le")) // 2 <= 4_096
        assert self.markup.get("inline_keyboard") != []
        for button in self.buttons:
            assert 1 <= len(button.label) <= 64, button
            assert not TELLING.search(button.label), button
            assert (button.data is None) != (button.url is None)
            assert button.data is None or 1 <= len(button.data.encode()) <= 64, button
        assert all(row for row in self.markup.get("inline_keyboard", []))


class _Tags(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED_TAGS, f"Telegram does not take <{tag}> of us"
        assert not attrs


@dataclass
class Chat:
    """Each act returns what the bot sent for it."""

    program: Program
    telegram: TelegramStandIn
    person: Person
    taps_so_far: int = 0

    def does(self, update: Body) -> list[Message]:
        before = len(self.telegram.sent(update_chat(update)))
        response = self.program.deliver(update)
        assert response.status_code == 200, response.status_code
        messages = [Message(body) for body in self.telegram.sent(update_chat(update))[before:]]
        for message in messages:
            message.check()
        return messages

    def says(self, text: str) -> Message:
        """The last message after these words; there must be one."""
        return self.does(self.person.writes(text))[-1]

    def taps(self, data: str) -> Message:
        """The last message after tapping a button that stands in a message by itself."""
        self.taps_so_far += 1
        return self.does(self.person.taps(data, message_id=100 + self.taps_so_far))[-1]

    def presses(self, message: Message, *labels: str) -> Message:
        """Press one button after the other, each under the message that the last one brought."""
        for label in labels:
            message = self.taps(message.data_of(label))
        return message

    def shares(self, latitude: float, longitude: float) -> list[Message]:
        return self.does(self.person.shares(latitude, longitude))


def update_chat(update: Body) -> int:
    content: Any = next(value for key, value in update.items() if key != "update_id")
    chat: int = content.get("chat", content.get("message", {}).get("chat"))["id"]
    return chat


def rows_of(program: Program, query: str) -> list[tuple[Any, ...]]:
    """The rows in the database of a program on SQLite."""
    path = program.settings.database_url.partition(":///")[2]
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as connection:
        return connection.execute(query).fetchall()


def states(program: Program) -> Iterator[dict[str, Any]]:
    """What the conversations remember right now."""
    for (body,) in rows_of(program, "select body from conversation_state"):
        yield json.loads(body)


def inbox(program: Program) -> list[str]:
    """The questions left for the staff."""
    return [text for (text,) in rows_of(program, "select text from unanswered_question")]
