"""A Telegram that speaks HTTP on loopback: records what the bot sends, answers as scripted."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.support.waiting import PATIENCE, wait_until

Body = dict[str, Any]
Answer = str | web.Response | float | threading.Event


def ok(result: object = True) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def failure(code: int, description: str = "no", **parameters: int) -> web.Response:
    body: Body = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=code)


_NO_WEBHOOK: Body = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}


@dataclass
class Call:
    method: str
    body: Body
    at: float


@dataclass
class TelegramStandIn:
    """Start with `running()`; `script` answers the next sendMessage calls, after which all is well.

    `fails`: the methods whose next call gets 502.
    """

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    script: list[Answer] = field(default_factory=list)
    updates: list[Body] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    webhook: Body = field(default_factory=dict)
    fails: set[str] = field(default_factory=set)

    def sent(self, chat_id: int | None = None) -> list[Body]:
        """The bodies of sendMessage calls that were answered with ok."""
        return [
            call.body
            for call in self.calls
            if call.method == "sendMessage" and chat_id in (None, call.body["chat_id"])
        ]

    def texts(self, chat_id: int | None = None) -> list[str]:
        return [body["text"] for body in self.sent(chat_id)]

    def called(self, method: str) -> list[Body]:
        return [call.body for call in self.calls if call.method == method]

    def wait_for(self, method: str, times: int = 1) -> None:
        """Wait until the bot has called a method this often."""
        wait_until(lambda: len(self.called(method)) >= times)

    def answers_with(self, *answers: Answer) -> None:
        """Script the next sendMessage calls: a response, "cut", seconds of delay, an event."""
        self.script.extend(answers)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        body: Body = await request.json() if request.can_read_body else {}
        if method in self.fails:
            self.fails.discard(method)
            return failure(502)
        if method == "getUpdates":
            return await self._poll(body)
        if method == "sendMessage" and self.script:
            told = await self._told(self.script.pop(0), request)
            if told is not None:
                return told
        self.calls.append(Call(method, body, time.monotonic()))
        return ok(self._result(method, body))

    async def _told(self, answer: Answer, request: web.Request) -> web.StreamResponse | None:
        """What the script says, or None if it only makes time pass."""
        if isinstance(answer, web.Response):
            return answer
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        elif isinstance(answer, threading.Event):
            await asyncio.to_thread(answer.wait, PATIENCE)
        else:
            assert answer == "cut"
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return None

    async def _poll(self, body: Body) -> web.Response:
        if self.webhook:
            return failure(409, "Conflict: can't use getUpdates method while webhook is active")
        return ok(await self._pending(int(body.get("offset") or 0)))

    def _result(self, method: str, body: Body) -> object:
        if method == "setWebhook":
            self.webhook = {"url": body["url"]}
        if method == "deleteWebhook":
            self.webhook = {}
        if method == "getWebhookInfo":
            return _NO_WEBHOOK | self.webhook
        return _result(method, body, len(self.calls))

    async def _pending(self, offset: int) -> list[Body]:
        self.confirmed += [u["update_id"] for u in self.updates if u["update_id"] < offset]
        self.updates = [u for u in self.updates if u["update_id"] >= offset]
        if not self.updates:
            await asyncio.sleep(0.05)
        return self.updates[:100]

    @contextmanager
    def running(self) -> Iterator[TelegramStandIn]:
        loop = asyncio.new_event_loop()
        started = threading.Event()

        async def start() -> web.AppRunner:
            application = web.Application()
            application.router.add_route("*", "/bot{token}/{method}", self._handle)
            runner = web.AppRunner(application)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            self.url = f"http://{host}:{port}"
            return runner

        def serve() -> None:
            asyncio.set_event_loop(loop)
            runner = loop.run_until_complete(start())
            started.set()
            loop.run_forever()
            loop.run_until_complete(runner.cleanup())
            loop.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        started.wait(10)
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)


def _result(method: str, body: Body, number: int) -> object:
    if method == "getMe":
        return {"id": 1, "is_bot": True, "first_name": "Navigator", "username": "navigator_bot"}
    if method == "sendMessage":
        chat = {"id": body["chat_id"], "type": "private"}
        return {"message_id": number, "date": 0, "chat": chat, "text": body["text"]}
    return True


@dataclass
class Person:
    """Somebody who writes: makes updates with growing numbers, as Telegram would send them."""

    chat_id: int
    numbers: Iterator[int]
    language: str = "es"

    def _update(self, **content: Any) -> Body:
        return {"update_id": next(self.numbers), **content}

    def _who(self) -> Body:
        return {
            "id": self.chat_id,
            "is_bot": False,
            "first_name": "Ana",
            "language_code": self.language,
        }

    def _message(self, **content: Any) -> Body:
        chat = {"id": self.chat_id, "type": "private", "first_name": "Ana"}
        return {
            "message_id": 7,
            "date": int(time.time()),
            "chat": chat,
            "from": self._who(),
            **content,
        }

    def writes(self, text: str) -> Body:
        return self._update(message=self._message(text=text))

    def edits(self, text: str) -> Body:
        return self._update(edited_message=self._message(text=text, edit_date=int(time.time())))

    def sends(self, **content: Any) -> Body:
        return self._update(message=self._message(**content))

    def shares(self, latitude: float, longitude: float) -> Body:
        return self.sends(location={"latitude": latitude, "longitude": longitude})

    def taps(self, data: str, message_id: int = 7) -> Body:
        message = self._message(text="...") | {"message_id": message_id}
        query = {
            "id": "1",
            "from": self._who(),
            "chat_instance": "1",
            "data": data,
            "message": message,
        }
        return self._update(callback_query=query)

    def blocks(self) -> Body:
        bot = {"id": 1, "is_bot": True, "first_name": "Navigator"}
        chat = {"id": self.chat_id, "type": "private"}
        change = {
            "chat": chat,
            "from": self._who(),
            "date": int(time.time()),
            "old_chat_member": {"status": "member", "user": bot},
            "new_chat_member": {"status": "kicked", "user": bot, "until_date": 0},
        }
        return self._update(my_chat_member=change)

    def writes_in_group(self, text: str) -> Body:
        message = self._message(text=text) | {
            "chat": {"id": -100, "type": "supergroup", "title": "g"}
        }
        return self._update(message=message)


def as_json(update: Body) -> bytes:
    return json.dumps(update).encode()
