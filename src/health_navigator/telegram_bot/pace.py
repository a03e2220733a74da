"""How fast we may call Telegram: 30 calls a second overall, one a second per chat, short bursts.

Nothing is queued: a call waits a moment for its turn or is refused with the time to come back, and
its update waits at Telegram.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

# What Telegram tells bot developers: https://core.telegram.org/bots/faq
A_SECOND = 30.0
A_CHAT_SECOND = 1.0
BURST_OF_ALL = 30.0
BURST_OF_CHAT = 5.0
LONGEST_WAIT = 2.0
_CHATS_REMEMBERED = 10_000

Called = bool | dict[str, Any] | list[dict[str, Any]]


@dataclass(slots=True)
class Bucket:
    """Turns that come back at a steady rate, up to a burst; one taken early is owed."""

    rate: float
    burst: float
    at: float
    turns: float

    @classmethod
    def full(cls, rate: float, burst: float, now: float) -> Bucket:
        return cls(rate, burst, now, burst)

    def wait(self, now: float) -> float:
        """Seconds until a turn is free."""
        self.turns = min(self.burst, self.turns + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1.0 - self.turns) / self.rate)

    def take(self) -> None:
        self.turns -= 1.0

    def hold(self, now: float, seconds: float) -> None:
        """Give no turn until this many seconds have passed."""
        self.at, self.turns = now, min(self.turns, 1.0 - seconds * self.rate)


class Pace(BaseRateLimiter[None]):
    """The pace of one process. A chat's Retry-After holds up that chat alone."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._all = Bucket.full(A_SECOND, BURST_OF_ALL, clock())
        self._chats: dict[int, Bucket] = {}

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Called]],
        args: Any,  # noqa: ANN401
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002
    ) -> Called:
        """Call when it is this call's turn; raises RetryAfter if that is too far away."""
        chat = data.get("chat_id")
        wait = self.reserve(chat, is_urgent=endpoint == "answerCallbackQuery")
        if wait:
            await asyncio.sleep(wait)
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as error:
            if isinstance(chat, int):
                self._bucket(chat).hold(self._clock(), _seconds(error))
            raise

    def reserve(self, chat: object, *, is_urgent: bool = False) -> float:
        """Take a turn; return the seconds to wait for it. A tap is acknowledged at once."""
        now = self._clock()
        buckets = [self._all, *([self._bucket(chat)] if isinstance(chat, int) else [])]
        wait = 0.0 if is_urgent else max(bucket.wait(now) for bucket in buckets)
        if wait > LONGEST_WAIT:
            raise RetryAfter(timedelta(seconds=wait))
        for bucket in buckets:
            bucket.take()
        return wait

    def _bucket(self, chat: int) -> Bucket:
        now = self._clock()
        if len(self._chats) >= _CHATS_REMEMBERED:
            self._chats = {each: bucket for each, bucket in self._chats.items() if bucket.wait(now)}
        return self._chats.setdefault(chat, Bucket.full(A_CHAT_SECOND, BURST_OF_CHAT, now))


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
