"""The knowledge that ships: whole, in form, and listed in the docs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from health_navigator.i18n import DEFAULT_LOCALE, translator
from health_navigator.knowledge.checks import checked_directory
from health_navigator.knowledge.files import FileItem, write_files
from health_navigator.knowledge.listing import listing
from health_navigator.knowledge.models import ItemKind
from tests.support.knowledge import REAL, REPOSITORY

ANSWERS_PAGE = REPOSITORY / "docs" / "es" / "respuestas.md"


@pytest.fixture(scope="module")
def items() -> tuple[FileItem, ...]:
    return checked_directory(REAL)


def test_there_is_an_answer_for_everything_that_people_ask(items: tuple[FileItem, ...]) -> None:
    kinds = Counter(item.kind for item in items)
    assert kinds[ItemKind.ENTRY] >= 104
    assert kinds[ItemKind.SERVICE] >= 200


def test_every_answer_knows_many_ways_to_ask_and_where_to_go_on(
    items: tuple[FileItem, ...],
) -> None:
    for item in items:
        if item.kind == ItemKind.ENTRY:
            assert 12 <= len(item.body["questions"]) <= 60, item.id
            assert 2 <= len(item.body["related"]) <= 3, item.id
            assert item.body["title"].endswith("?"), item.id


def test_every_file_stands_as_an_export_would_write_it(items: tuple[FileItem, ...]) -> None:
    """Else the first export would change it. `health-navigator knowledge format` mends it."""
    differing = {path for path, text in write_files(items).items() if _text(REAL / path) != text}
    assert differing == set()


def test_the_page_of_answers_is_up_to_date(items: tuple[FileItem, ...]) -> None:
    """`health-navigator knowledge list > docs/es/respuestas.md` makes it."""
    assert _text(ANSWERS_PAGE) == listing(items, translator(DEFAULT_LOCALE))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
