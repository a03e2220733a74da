"""The notes beside the knowledge are for the staff: in Spanish, and about what they can look up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.knowledge import REAL, read_yaml

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
    return [note for path in sorted(REAL.rglob("*.yaml")) for note in _notes(read_yaml(path))]


def test_every_note_is_in_spanish(notes: list[str]) -> None:
    assert len(notes) > 300
    assert [note for note in notes if re.search(ENGLISH, note)] == []


def test_no_note_names_what_only_its_author_has(notes: list[str]) -> None:
    assert [note for note in notes if re.search(FOREIGN_ID, note)] == []
