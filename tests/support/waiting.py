"""Waiting for what happens by itself, and no longer than it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def wait_until(is_true: Callable[[], Any], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
