"""The notes beside the knowledge are for the staff: in Spanish, and about what they can look up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.support.knowledge import REAL

ENGLISH = r"\b(?:the|of|and|not|from|is|was|with|which|only|found|address|source)\b"
# Ids of research that nobody but its author has, like «vih-01».
FOREIGN_ID = r"\b[a-z]+-\d{2}\b"


def _notes(part: Any) -> Iterator[str]:
    match part:
        case dict():
            for name, value in part.items():
                yield from [value] if name == "note" else _notes(value)
        case list():
            for each in part:
                yield from _notes(each)


@pytest.fixture(scope="module")
def notes() -> list[str]:
    files = sorted(REAL.rglob("*.yaml"))
    return [note for file in files for note in _notes(yaml.safe_load(file.read_text("utf-8")))]


def test_every_note_is_in_spanish(notes: list[str]) -> None:
    assert len(notes) > 300
    assert [note for note in notes if re.search(ENGLISH, note)] == []


def test_no_note_names_what_only_its_author_has(notes: list[str]) -> None:
    assert [note for note in notes if re.search(FOREIGN_ID, note)] == []
