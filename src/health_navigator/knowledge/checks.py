"""What must be true of the knowledge before anybody may read it; every problem with its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from health_navigator.errors import KnowledgeError, Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.files import FileItem, read_directory


def checked_directory(directory: Path) -> tuple[FileItem, ...]:
    """The pieces of a knowledge directory; raises KnowledgeError with all problems at once."""
    items = read_directory(directory)
    problems = [*problems_of(items)]
    if problems:
        raise KnowledgeError(problems)
    return items


def problems_of(items: Sequence[FileItem]) -> Iterator[Problem]:
    yield from _repeated_ids(items)


def _repeated_ids(items: Sequence[FileItem]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for item in items:
        if (item.kind, item.id) in seen:
            message = mark("the id {id} stands twice: give each its own")
            yield item.where.problem("id", message, id=item.id)
        seen.add((item.kind, item.id))
