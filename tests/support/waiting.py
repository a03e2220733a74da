"""Waits for what happens by itself, and no longer than it takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

# Long enough for a machine busy with ten other things; only a failing test takes this long.
PATIENCE = 240.0


def wait_until(is_true: Callable[[], Any], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


async def until(is_true: Callable[[], Any]) -> None:
    """The same, for tests whose event loop must keep running."""
    async with asyncio.timeout(PATIENCE):
        while not is_true():
            await asyncio.sleep(0.01)
