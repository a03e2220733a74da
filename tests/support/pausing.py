"""Work that pauses where a library is called, so that a test can do something meanwhile."""

from __future__ import annotations

import pkgutil
from threading import Event
from typing import Any

import pytest

from tests.support.waiting import PATIENCE


def paused(monkeypatch: pytest.MonkeyPatch, library: str) -> tuple[Event, Event]:
    """Tells when the library's function was called; it goes on when it may end."""
    begun, may_end = Event(), Event()
    function = pkgutil.resolve_name(library)

    def wait(*values: Any, **more: Any) -> Any:
        begun.set()
        assert may_end.wait(PATIENCE)
        return function(*values, **more)

    monkeypatch.setattr(library, wait)
    return begun, may_end
