"""Entries and services as they are sent and shown: what a GET gives, a PUT takes.

Every field may be left out of a PUT and then stays as it was; null takes it away.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, create_model

from health_navigator.admin import advice, bodies
from health_navigator.admin.api.dependencies import FaultOut, Sent, to_fault_out
from health_navigator.admin.bodies import Body
from health_navigator.admin.drafts import Standing, State
from health_navigator.admin.refusals import Fault, Invalid
from health_navigator.directory.models import Service
from health_navigator.i18n import mark
from health_navigator.knowledge.models import Entry


class DraftMeta(BaseModel):
    """How the item stands. `tag`, sent back, says what the change was made from."""

    state: State
    tag: str
    revision: int = Field(description="The published revision; 0 for what never was")
    authors: list[str] = []
    reason: str | None = Field(None, description="Why it was rejected")
    updated_at: datetime | None = None
    gaps: list[FaultOut] = Field([], description="What must be there before it is submitted")
    warnings: list[FaultOut] = []
    readability: float | None = Field(None, description="Fernández-Huerta: 60 and more is plain")


class Form(Sent):
    id: str | None = None
    draft: DraftMeta | None = None

    def body(self) -> Body:
        """The fields that were sent."""
        return self.model_dump(mode="json", exclude_unset=True, exclude={"id", "draft"})


def _form(name: str, model: type[BaseModel]) -> Any:  # noqa: ANN401  a class of its own
    fields: dict[str, Any] = {
        field: (info.annotation | None, None)  # type: ignore[operator]
        for field, info in model.model_fields.items()
        if field != "id"
    }
    return create_model(name, __base__=Form, **fields)


EntryForm = _form("EntryForm", Entry)
ServiceForm = _form("ServiceForm", Service)


def check_id(form: Form, item_id: str) -> None:
    if form.id not in (None, item_id):
        raise Invalid([Fault("id", mark("an id never changes: leave it as it was"))])


def tag_seen(form: Form, if_match: str | None) -> str | None:
    """What the change was made from, by header or by the form itself."""
    if if_match is not None:
        return if_match.strip().removeprefix("W/").strip('"')
    return form.draft.tag if form.draft else None


async def to_json(standing: Standing) -> Body:
    """An item as its form shows it."""
    meta = await asyncio.to_thread(_meta, standing)
    return {"id": standing.id, **standing.body, "draft": meta.model_dump(mode="json")}


def _meta(standing: Standing) -> DraftMeta:
    draft = standing.draft
    changed = draft or standing.item
    answer = standing.body.get("answer")
    return DraftMeta(
        state=standing.state,
        tag=standing.tag,
        revision=standing.number,
        authors=draft.authors if draft else [],
        reason=draft.reason if draft else None,
        updated_at=changed.updated_at if changed else None,
        gaps=[
            to_fault_out(each) for each in bodies.gaps(standing.kind, standing.id, standing.body)
        ],
        warnings=[
            to_fault_out(each)
            for each in advice.warnings_for(standing.kind, standing.id, standing.body)
        ],
        readability=advice.readability(answer) if answer else None,
    )


def required_id(form: Form) -> str:
    if not form.id:
        raise Invalid([Fault("id", mark("this field is missing: add it"))])
    return form.id
