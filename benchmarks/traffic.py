"""Both sides of Telegram on one event loop: calls webhooks, takes replies, times what is between.

Raw protocols over httptools, so that the bots are what is measured. A call is over when the bot has
answered it 200 *and* its reply has arrived, because a bot may answer 200 first and work later.
"""

import asyncio
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from time import perf_counter
from typing import cast

import httptools
from ground import MESSAGES, documents

from health_navigator.telegram_bot.webhook import SECRET_HEADER

SECRET = "a-secret-of-the-webhook"  # noqa: S105  for a bot that lives for minutes
# More than 15 messages in half a minute from one chat are a flood, which the bot hushes.
CHATS = 10_000
FIRST_CHAT = 1_000_000
PATIENCE = 30.0

# So that hardly a message comes twice, and no cache looks better than it would in real use.
_OPENINGS = (
    "",
    "",
    "",
    "",
    "hola ",
    "buenas, ",
    "Buenas tardes. ",
    "disculpe ",
    "amigo, ",
    "oiga ",
)
_CLOSINGS = ("", "", "", "", " gracias", " por favor", " ayuda", ", gracias.", " 🙏", " ??")
_CHAT = re.compile(rb"chat_id\D{1,20}?(\d+)")
_NOT_MESSAGES = {
    b"getMe": b'{"id":1,"is_bot":true,"first_name":"Bot","username":"benchmark_bot"}',
    b"getWebhookInfo": b'{"url":"","has_custom_certificate":false,"pending_update_count":0}',
}


def texts() -> Iterator[str]:
    """What people ask, in the same shuffled order every time, hardly ever twice."""
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["text"] for line in lines]
    known = [question for document in documents() for question in document.questions]
    chance = random.Random(0)  # noqa: S311  a fixed seed, for the same texts every time
    while True:
        for text in chance.sample([*asked, *known], len(asked) + len(known)):
            yield f"{chance.choice(_OPENINGS)}{text}{chance.choice(_CLOSINGS)}"


@dataclass
class Tally:
    """The results of one stretch of traffic."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0


@dataclass
class Call:
    """An update on its way; over when both its answer and its reply have arrived."""

    caller: "Caller"
    began: float
    is_answered: bool = False
    replied: float = 0.0


class Traffic:
    """The crowd that writes and the Telegram that delivers; one per benchmark."""

    def __init__(self) -> None:
        self.calls: dict[int, Call] = {}
        self.tally = Tally()
        self.is_over = True
        self.port = 0
        self._numbers = count(1)
        self._chats = cycle(range(FIRST_CHAT, FIRST_CHAT + CHATS))
        self._texts = texts()
        self._all_done = asyncio.Event()

    async def open(self) -> None:
        """Start the stand-in Telegram on a port that the system chooses."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: BotApi(self), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def drive(self, addresses: Sequence[tuple[int, str]], callers: int, end: float) -> Tally:
        """Keep this many calls on their way until the clock shows `end`, then await the last."""
        self.tally, self.is_over = Tally(), False
        self._all_done.clear()
        began = perf_counter()
        where = cycle(addresses)
        crowd = [Caller(self, *next(where)) for _ in range(callers)]
        for caller in crowd:
            await caller.connect()
        await asyncio.sleep(max(0.0, end - perf_counter()))
        self.is_over = True
        async with asyncio.timeout(PATIENCE):
            await self._all_done.wait()
        self.tally.seconds = perf_counter() - began
        for caller in crowd:
            caller.transport.close()
        return self.tally

    def next_update(self) -> tuple[int, bytes]:
        chat, number = next(self._chats), next(self._numbers)
        person = {"id": chat, "is_bot": False, "first_name": "Ana", "language_code": "es"}
        message = {
            "message_id": number,
            "date": 1_767_225_600,
            "chat": {"id": chat, "type": "private", "first_name": "Ana"},
            "from": person,
            "text": next(self._texts),
        }
        return chat, json.dumps({"update_id": number, "message": message}).encode()

    def answered(self, chat: int, status: int) -> None:
        call = self.calls[chat]
        if status != 200:  # Telegram would bring it again; here it must never happen
            self.tally.refused += 1
            call.replied = call.replied or perf_counter()
        call.is_answered = True
        self._end(chat, call)

    def replied(self, chat: int) -> None:
        call = self.calls.get(chat)
        if call is not None:
            call.replied = call.replied or perf_counter()
            self._end(chat, call)

    def _end(self, chat: int, call: Call) -> None:
        if not call.is_answered or not call.replied:
            return
        del self.calls[chat]
        self.tally.latencies.append(call.replied - call.began)
        if not self.is_over:
            call.caller.call()
        elif not self.calls:
            self._all_done.set()


class Caller(asyncio.Protocol):
    """One of Telegram's connections to a bot's webhook, which makes one call after the other."""

    transport: asyncio.Transport

    def __init__(self, traffic: Traffic, port: int, path: str) -> None:
        self.port = port
        self._traffic = traffic
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{SECRET_HEADER}: {SECRET}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self._chat = 0

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, "127.0.0.1", self.port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpResponseParser(self)
        self.call()

    def call(self) -> None:
        self._chat, body = self._traffic.next_update()
        self._traffic.calls[self._chat] = Call(self, perf_counter())
        self.transport.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._traffic.answered(self._chat, self._parser.get_status_code())


class BotApi(asyncio.Protocol):
    """A bot's connection to Telegram, on which every call is answered at once with success."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._body = b""

    def on_url(self, url: bytes) -> None:
        self._method = url.rpartition(b"/")[2]

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._method != b"sendMessage":
            self._answer(_NOT_MESSAGES.get(self._method, b"true"))
            return
        found = _CHAT.search(self._body)
        assert found is not None, self._body[:200]
        self._answer(
            b'{"message_id":7,"date":1767225600,"chat":{"id":%b,"type":"private"},"text":"..."}'
            % found[1]
        )
        self._traffic.replied(int(found[1]))

    def _answer(self, result: bytes) -> None:
        body = b'{"ok":true,"result":%b}' % result
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(body), body)
        )
