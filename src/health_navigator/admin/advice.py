"""What the knowledge's own checks say of a draft: warnings, which need not be mended at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from health_navigator.admin import bodies
from health_navigator.admin.bodies import Body
from health_navigator.admin.refusals import Fault
from health_navigator.directory.models import Kind
from health_navigator.errors import KnowledgeError
from health_navigator.i18n import mark
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


def dangers_of(kind: ItemKind, body: Mapping[str, Any]) -> Iterator[Fault]:
    """What may bring somebody into danger: whoever she fled from reads the bot too."""
    if kind is not ItemKind.SERVICE or body.get("kind") not in _LODGING:
        return
    told = " ".join(str(body.get(name) or "") for name in _TELLING)
    is_refuge = body["kind"] == Kind.ALBERGUE or _LODGES.search(told)
    if is_refuge and _FLED_FROM.search(told) and (body.get("address") or body.get("latitude")):
        message = mark(
            "whoever looks for a woman who fled reads this too: of a refuge from violence the "
            "address is never told. Take address and coordinates out, and tick that it is not given"
        )
        yield Fault("address", message)


_LODGING = (Kind.ALBERGUE, Kind.ONG)
_TELLING = ("name", "population", "offers", "organisation", "access", "hours_note")
_LODGES = re.compile(r"\b(?:albergue|refugio|alojamiento|casa de acogida)", re.IGNORECASE)
_FLED_FROM = re.compile(r"violencia|maltrat|agredid|trata de|\brefugio\b", re.IGNORECASE)


def readability(answer: str) -> float:
    """How easy Spanish is to read, by Fernández-Huerta: 60 and more is plain."""
    return round(fernandez_huerta(answer), 1)
