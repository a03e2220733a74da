"""A change as people would read it on the phone, before it is live, and what to think of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.admin import advice, bodies
from health_navigator.admin.bodies import Body, Known
from health_navigator.admin.drafts import Standing
from health_navigator.admin.guard import Asked, Duplicate
from health_navigator.admin.office import Office
from health_navigator.admin.refusals import Fault, Invalid
from health_navigator.admin.web import fields, hours_words
from health_navigator.admin.web.fields import Filled
from health_navigator.conversation import replies
from health_navigator.conversation.models import Reply
from health_navigator.conversation.nearby import KIND_NAMES, Nearby
from health_navigator.conversation.understanding import Found
from health_navigator.directory.models import Service
from health_navigator.i18n import DEFAULT_LOCALE, translator
from health_navigator.knowledge.models import MAX_ANSWER, MAX_QUESTION, Entry, ItemKind
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.normalise import fold

PLAIN = 60
_MOST_COMPARED = 30


@dataclass(frozen=True, slots=True)
class Advice:
    """What the form shows beside itself: faults must be mended, warnings should be."""

    reply: Reply
    body: Body
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    dangers: tuple[Fault, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    readability: float | None = None
    letters: int = 0
    hours: Sequence[str] | None = None

    @property
    def is_plain(self) -> bool:
        return self.readability is not None and self.readability >= PLAIN

    @property
    def most_letters(self) -> int:
        return MAX_ANSWER


async def advise(office: Office, standing: Standing, filled: Filled) -> Advice:
    """Look at what stands in a form, off the event loop."""

    async def known(session: AsyncSession) -> Known:
        return await bodies.known_ids(session)

    ids, questions = await office.transact(known), await office.asked()
    knowledge = office.live.snapshot
    return await asyncio.to_thread(_advise, knowledge, questions, standing, filled, ids)


def _advise(
    knowledge: Snapshot, questions: Asked, standing: Standing, filled: Filled, known: Known
) -> Advice:
    kind = standing.kind
    sent, faults = fields.to_body(kind, filled)
    body = bodies.merged(standing.body, sent)
    found = _with_checks(kind, standing.id, body, known, faults)
    asked = _new_questions(standing, body)
    nearly = questions.near_duplicates(asked, standing.id) if asked else ()
    answer = str(body.get("answer") or "")
    return replace(
        found,
        reply=shown(knowledge, kind, standing.id, found.body),
        dangers=tuple(advice.dangers_of(kind, body)),
        duplicates=tuple(nearly),
        readability=_readability(answer),
        letters=len(answer),
        hours=hours_words.in_words(str(body["hours"])) if body.get("hours") else None,
    )


def _readability(answer: str) -> float | None:
    # Of a whole book on the clipboard nobody needs to know it.
    is_sane = len(answer) <= bodies.MOST_ANSWER and bool(fold(answer))
    return advice.readability(answer) if is_sane else None


def _with_checks(
    kind: ItemKind, item_id: str, body: Body, known: Known, faults: Sequence[Fault]
) -> Advice:
    try:
        body = bodies.checked(kind, item_id or "nueva", body, known)
    except Invalid as refusal:
        return Advice(Reply(""), body, (*faults, *refusal.faults))
    warnings = tuple(advice.warnings_for(kind, item_id, body))
    return Advice(Reply(""), body, tuple(faults), warnings)


def _new_questions(standing: Standing, body: Mapping[str, Any]) -> list[str]:
    published = standing.item.body.get("questions", ()) if standing.item else ()
    asked = body.get("questions") or ()
    new = [each for each in asked if each not in published and len(each) <= MAX_QUESTION]
    return new[:_MOST_COMPARED]


def shown(knowledge: Snapshot, kind: ItemKind, item_id: str, body: Mapping[str, Any]) -> Reply:
    """The message on the phone; what cannot be read yet shows as far as it goes."""
    whole = {**body, "id": item_id or "nueva"}
    try:
        if kind is ItemKind.SERVICE:
            return _service(knowledge, Service.model_validate(whole))
        return _entry(knowledge, Entry.model_validate(whole))
    except ValidationError:
        heading = str(body.get("title") or body.get("name") or "Sin título")
        return Reply(str(body.get("answer") or "…"), heading=heading)


def _entry(knowledge: Snapshot, entry: Entry) -> Reply:
    _ = translator(DEFAULT_LOCALE)
    if entry.is_smalltalk:
        return replies.smalltalk(_, entry, locale=DEFAULT_LOCALE)
    related = [knowledge.entries[each] for each in entry.related if each in knowledge.entries]
    return replies.answer(_, entry, today=clock.today(), locale=DEFAULT_LOCALE, related=related)


def _service(knowledge: Snapshot, service: Service) -> Reply:
    _ = translator(DEFAULT_LOCALE)
    moment = clock.now()
    near = Nearby(knowledge, _, DEFAULT_LOCALE, moment)
    if not service.is_offered:
        return near.closed(service)
    if service.hours and hours_words.in_words(service.hours) is None:
        service = service.model_copy(update={"hours": None})
    text = near.describe(Found.at(service, None, moment))
    return Reply(text, heading=_(KIND_NAMES[service.kind]))
