"""One chat's messages one after the other; chats side by side."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class ChatOrder:
    """Turns within this process: the smallest number among those waiting goes next.

    Of equal numbers, the one that came first.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, list[tuple[int, int, asyncio.Event]]] = {}
        self._arrivals = 0

    @asynccontextmanager
    async def turn(self, chat: str, number: int = 0) -> AsyncIterator[None]:
        if chat in self._waiting:
            await self._wait(chat, number)
        else:
            self._waiting[chat] = []
        try:
            yield
        finally:
            self._pass_on(chat)

    async def _wait(self, chat: str, number: int) -> None:
        self._arrivals += 1
        place = (number, self._arrivals, asyncio.Event())
        heapq.heappush(self._waiting[chat], place)
        try:
            await place[2].wait()
        except asyncio.CancelledError:
            self._leave(chat, place)
            raise

    def _leave(self, chat: str, place: tuple[int, int, asyncio.Event]) -> None:
        if place[2].is_set():  # the turn was ours already: hand it on
            self._pass_on(chat)
            return
        self._waiting[chat].remove(place)
        heapq.heapify(self._waiting[chat])

    def _pass_on(self, chat: str) -> None:
        if self._waiting[chat]:
            heapq.heappop(self._waiting[chat])[2].set()
        else:
            del self._waiting[chat]
