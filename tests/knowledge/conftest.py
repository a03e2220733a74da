"""A knowledge of a few good files, and a way to spoil a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from health_navigator.errors import KnowledgeError, Problem
from health_navigator.knowledge.checks import checked_directory

GOOD = Path(__file__).parent / "good"

Spoil = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the good knowledge that a test may change."""
    return Path(shutil.copytree(GOOD, tmp_path / "knowledge"))


@pytest.fixture
def spoil(folder: Path) -> Spoil:
    """Put `new` where `old` stands in a file, once, as somebody with an editor would."""

    def change(name: str, old: str, new: str) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def problems_in(folder: Path) -> tuple[Problem, ...]:
    try:
        checked_directory(folder)
    except KnowledgeError as error:
        return error.problems
    return ()
