"""Long polling: asks Telegram for updates and confirms each only after its reply was sent."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from pydantic import ValidationError
from telegram.error import Conflict, TelegramError

from health_navigator.observability import where_in_ours
from health_navigator.telegram_bot.delivery import ComeBack, Delivery
from health_navigator.telegram_bot.profile import direct_to_polling
from health_navigator.telegram_bot.transport import PlainBot
from health_navigator.telegram_bot.updates import ALLOWED_UPDATES, Update

log = structlog.get_logger()

POLL_SECONDS = 20
_ERROR_SECONDS = 3.0
_NOTHING_NEW_SECONDS = 1.0


class Polling:
    """Fetches updates and takes each to its end: chats side by side, each chat in order.

    Confirming an update confirms every earlier one, so the offset stays at the first unfinished
    one. Telegram then sends the later ones again, finished or not; those are ignored.
    """

    def __init__(self, bot: PlainBot, delivery: Delivery) -> None:
        self._bot = bot
        self._delivery = delivery
        self._next = 0
        # Every update not confirmed yet.
        self._followed: dict[int, asyncio.Task[None]] = {}
        self._last_of_chat: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Poll until cancelled; what is unfinished then is redelivered at the next start."""
        await direct_to_polling(self._bot)
        try:
            while True:
                await self._round()
        finally:
            for task in self._followed.values():
                task.cancel()

    async def _round(self) -> None:
        try:
            fetched = await self._bot.fetch_updates(self._offset(), POLL_SECONDS, ALLOWED_UPDATES)
        except TelegramError as error:
            await self._recover(error)
            return
        fresh = [update for update in map(self._read, fetched) if update is not None]
        for update in fresh:
            self._start(update)
        if fetched and not fresh:
            await self._wait_for_one()

    async def _recover(self, error: TelegramError) -> None:
        log.warning("polling.failed", error=type(error).__name__)
        await asyncio.sleep(_ERROR_SECONDS)
        if isinstance(error, Conflict):  # the webhook could not be taken away before
            await direct_to_polling(self._bot)

    def _offset(self) -> int:
        """The first unfinished update; earlier ones need not be remembered."""
        for number in sorted(self._followed):
            if not self._followed[number].done():
                return number
            del self._followed[number]
        return self._next

    def _read(self, data: dict[str, Any]) -> Update | None:
        """The update, or None if it is being handled already or cannot be read."""
        try:
            update = Update.model_validate(data)
        except ValidationError:
            self._skip(data.get("update_id"))
            return None
        return None if update.update_id in self._followed else update

    def _skip(self, number: object) -> None:
        """Skip an unreadable update: the next call confirms it."""
        known = number if isinstance(number, int) else None
        log.warning("update.unreadable", update_id=known)
        if known is not None:
            self._next = max(self._next, known + 1)

    async def _wait_for_one(self) -> None:
        """Wait until some work ends before asking Telegram for the same updates again."""
        in_work = [task for task in self._followed.values() if not task.done()]
        waiting = asyncio.create_task(asyncio.sleep(_NOTHING_NEW_SECONDS))
        await asyncio.wait([waiting, *in_work], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    def _start(self, update: Update) -> None:
        number = update.update_id
        self._next = max(self._next, number + 1)
        chat_id = update.chat_id
        if chat_id is None:
            return
        before = self._last_of_chat.get(chat_id)
        task = asyncio.create_task(self._follow(update, before))
        self._followed[number] = self._last_of_chat[chat_id] = task
        task.add_done_callback(lambda done: self._finished(number, chat_id, done))

    def _finished(self, number: int, chat_id: int, task: asyncio.Task[None]) -> None:
        if self._last_of_chat.get(chat_id) is task:
            del self._last_of_chat[chat_id]
        if not task.cancelled() and (error := task.exception()):
            # Not even delivery could handle it; it must not hold up everybody else.
            log.error(
                "update.lost",
                update_id=number,
                error=type(error).__name__,
                where=where_in_ours(error),
            )

    async def _follow(self, update: Update, before: asyncio.Task[None] | None) -> None:
        """Take an update to its end after its chat's earlier one, waiting as delivery asks."""
        if before is not None:
            await asyncio.wait([before])
        verdict = await self._delivery.handle(update)
        while isinstance(verdict, ComeBack):
            await asyncio.sleep(verdict.seconds)
            verdict = await self._delivery.handle(update)
