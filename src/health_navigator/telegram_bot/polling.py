"""Long polling: asks Telegram for updates and confirms one only after its reply was sent."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from pydantic import ValidationError
from telegram.error import TelegramError

from health_navigator.telegram_bot.delivery import ComeBack, Delivery
from health_navigator.telegram_bot.transport import PlainBot
from health_navigator.telegram_bot.updates import ALLOWED_UPDATES, Update

log = structlog.get_logger()

POLL_SECONDS = 20
_ERROR_SECONDS = 3.0
_NOTHING_NEW_SECONDS = 1.0


class Polling:
    """Fetches updates and follows each to its end: chats side by side, each chat in order.

    To confirm an update confirms all before it, so the offset stays at the first unfinished one;
    Telegram then sends again what is in work here, which is recognised and left alone.
    """

    def __init__(self, bot: PlainBot, delivery: Delivery) -> None:
        self._bot = bot
        self._delivery = delivery
        self._next = 0
        self._in_work: dict[int, asyncio.Task[None]] = {}
        self._last_of_chat: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Poll until cancelled; what is in work then is redelivered at the next start."""
        try:
            while True:
                await self._round()
        finally:
            for task in self._in_work.values():
                task.cancel()

    async def _round(self) -> None:
        try:
            batch = await self._fetch()
        except TelegramError as error:
            log.warning("polling.failed", error=type(error).__name__)
            await asyncio.sleep(_ERROR_SECONDS)
            return
        fresh = [update for update in batch if update.update_id not in self._in_work]
        for update in fresh:
            self._start(update)
        if batch and not fresh:
            await asyncio.wait(
                self._in_work.values(),
                timeout=_NOTHING_NEW_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )

    async def _fetch(self) -> list[Update]:
        offset = min(self._in_work, default=self._next)
        batch = await self._bot.fetch_updates(offset, POLL_SECONDS, ALLOWED_UPDATES)
        read = (self._read(data) for data in batch)
        return [update for update in read if update is not None]

    def _read(self, data: dict[str, Any]) -> Update | None:
        """The update, or None for one that nobody can read: it is confirmed with the next call."""
        try:
            return Update.model_validate(data)
        except ValidationError:
            log.warning("update.unreadable", update_id=data["update_id"])
            self._next = max(self._next, data["update_id"] + 1)
            return None

    def _start(self, update: Update) -> None:
        number = update.update_id
        self._next = max(self._next, number + 1)
        chat_id = update.chat_id
        if chat_id is None:
            return
        before = self._last_of_chat.get(chat_id)
        task = asyncio.create_task(self._follow(update, before))
        self._in_work[number] = self._last_of_chat[chat_id] = task
        task.add_done_callback(lambda done: self._finished(number, chat_id, done))

    def _finished(self, number: int, chat_id: int, task: asyncio.Task[None]) -> None:
        del self._in_work[number]
        if self._last_of_chat.get(chat_id) is task:
            del self._last_of_chat[chat_id]

    async def _follow(self, update: Update, before: asyncio.Task[None] | None) -> None:
        """Bring an update to its end after its chat's earlier one, waiting as delivery asks."""
        if before is not None:
            await asyncio.wait([before])
        verdict = await self._delivery.handle(update)
        while isinstance(verdict, ComeBack):
            await asyncio.sleep(verdict.seconds)
            verdict = await self._delivery.handle(update)
