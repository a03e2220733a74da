"""What the knowledge's own checks say of a draft: warnings, which need not be mended at once."""

from __future__ import annotations

from collections.abc import Iterator

from health_navigator.admin import bodies
from health_navigator.admin.bodies import Body
from health_navigator.admin.refusals import Fault
from health_navigator.errors import KnowledgeError
from health_navigator.knowledge.checks import problems_of
from health_navigator.knowledge.checks.readability import fernandez_huerta
from health_navigator.knowledge.files import FileItem, Location
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.yaml_text import Document

# Checked against the whole knowledge when the draft is saved.
_LINKS = ("related", "replaced_by", "topic", "id")
_PATH = "draft"


def warnings_for(kind: ItemKind, item_id: str, body: Body) -> Iterator[Fault]:
    """What `knowledge check` would say of this item alone."""
    if kind is ItemKind.DOCUMENT or bodies.gaps(kind, item_id, body):
        return
    where = Location(Document(_PATH, body, {}), ())
    item = FileItem(kind, item_id, 0, body, where)
    try:
        problems = [*problems_of([item])]
    except KnowledgeError as error:
        problems = [*error.problems]
    for problem in problems:
        if problem.path == _PATH and problem.field.split(".")[0] not in _LINKS:
            yield Fault(problem.field, problem.message, problem.values)


def readability(answer: str) -> float:
    """How easy Spanish is to read, by Fernández-Huerta: 60 and more is plain."""
    return round(fernandez_huerta(answer), 1)
