"""What staff may write of an entry or a service, merged with what stood there, and checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from opening_hours import validate
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin.refusals import Fault, Invalid
from health_navigator.admin.tables import Draft
from health_navigator.clock import today
from health_navigator.directory.models import Service
from health_navigator.directory.phones import international, to_printed
from health_navigator.i18n import mark
from health_navigator.knowledge.files import DOCUMENTS, to_body
from health_navigator.knowledge.form import to_problems
from health_navigator.knowledge.models import Entry, ItemKind
from health_navigator.knowledge.tables import Item
from health_navigator.knowledge.yaml_text import Document
from health_navigator.middleware import MAX_STAFF_BODY
from health_navigator.provenance import Vouched

# Telegram takes 4,096 characters; the source, the date and a warning come with the answer.
MOST_ANSWER = 3_500
MOST_QUESTIONS = 300
MOST_CHARACTERS = 100_000
# A document holds all of its kind, and grows: what a request may carry bounds it.
MOST_IN_DOCUMENT = MAX_STAFF_BODY
# What the staff edit; the other files of the knowledge are the repository's.
OUT_OF_SCOPE = "out_of_scope"

_LONGEST_ID = 64
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """The ids that an item may point to: what is published or open as a draft."""

    topics: frozenset[str]
    entries: frozenset[str]
    services: frozenset[str]


async def known_ids(session: AsyncSession) -> Known:
    published = await session.execute(select(Item.kind, Item.id).where(Item.retired.is_(False)))
    open_ones = await session.execute(select(Draft.kind, Draft.id))
    pairs = [(kind, item_id) for kind, item_id in (*published, *open_ones)]
    return Known(*(frozenset(id_ for kind, id_ in pairs if kind == each) for each in _KINDS))


_KINDS = (ItemKind.TOPIC, ItemKind.ENTRY, ItemKind.SERVICE)


def is_id(kind: ItemKind, item_id: str) -> bool:
    """Whether an item of the kind may have this id."""
    if kind is ItemKind.DOCUMENT:
        return item_id in DOCUMENTS
    return len(item_id) <= _LONGEST_ID and _SLUG.fullmatch(item_id) is not None


def model_of(kind: ItemKind, item_id: str) -> type[BaseModel]:
    """The model of a kind's bodies."""
    if kind is ItemKind.DOCUMENT:
        return DOCUMENTS[item_id]
    return Entry if kind is ItemKind.ENTRY else Service


def merged(before: Mapping[str, Any], sent: Mapping[str, Any]) -> Body:
    """What is not sent stays as it was; null takes a field away."""
    return {name: value for name, value in {**before, **sent}.items() if value is not None}


def checked(kind: ItemKind, item_id: str, body: Mapping[str, Any], known: Known) -> Body:
    """The body as it is stored; raises Invalid with every fault."""
    if kind is not ItemKind.DOCUMENT:
        body = {**body, "id": item_id}
    faults = [*_too_long(kind, body)]
    if faults:
        raise Invalid(faults)
    try:
        model = _validated(model_of(kind, item_id), body)
    except ValidationError as error:
        raise Invalid([*to_faults(error)]) from error
    faults = [*faults_of(model, known)]
    if faults:
        raise Invalid(faults)
    return to_body(model)


def parked(kind: ItemKind, item_id: str, body: Mapping[str, Any], known: Known) -> Body:
    """The body as it is stored while it is unfinished; raises Invalid if what is there is wrong."""
    try:
        return checked(kind, item_id, body, known)
    except Invalid as refusal:
        if not all(fault.is_gap for fault in refusal.faults):
            raise
        return dict(body)


def gaps(kind: ItemKind, item_id: str, body: Mapping[str, Any]) -> Sequence[Fault]:
    """What its model still needs of an unfinished body."""
    whole = body if kind is ItemKind.DOCUMENT else {**body, "id": item_id}
    try:
        _validated(model_of(kind, item_id), whole)
    except ValidationError as error:
        return [*to_faults(error)]
    return ()


def _validated(model: type[BaseModel], body: Mapping[str, Any]) -> BaseModel:
    """The body as its model; the mistakes are placed as in a file with this one item."""
    return _file_of(model).validate_python({"items": [body]})["items"][0]


@cache
def _file_of(model: type[BaseModel]) -> TypeAdapter[dict[str, list[BaseModel]]]:
    return TypeAdapter(dict[str, list[model]])  # type: ignore[valid-type]


def to_faults(error: ValidationError) -> Iterator[Fault]:
    """What pydantic found, in the words of the knowledge's own checks."""
    found = error.errors(include_url=False)
    missing = {_place(each["loc"]) for each in found if each["type"] in _GAPS}
    for problem in to_problems(error, Document("", None, {})):
        yield Fault(problem.field, problem.message, problem.values, problem.field in missing)


_GAPS = frozenset({"missing", "too_short", "string_too_short"})


def _place(loc: Sequence[str | int]) -> str:
    """The field as seen from its own item, as problems name it."""
    return ".".join(map(str, loc[2:]))


def _too_long(kind: ItemKind, body: Mapping[str, Any]) -> Iterator[Fault]:
    answer = body.get("answer")
    if isinstance(answer, str) and len(answer) > MOST_ANSWER:
        yield Fault(
            "answer", mark("too long: write {most} characters at most"), {"most": MOST_ANSWER}
        )
    if len(body.get("questions") or ()) > MOST_QUESTIONS:
        message = mark("too many: {most} at most")
        yield Fault("questions", message, {"most": MOST_QUESTIONS})
    most = MOST_IN_DOCUMENT if kind is ItemKind.DOCUMENT else MOST_CHARACTERS
    if _size(body) > most:
        longest = max(body, key=lambda name: _size(body[name]), default="-")
        yield Fault(longest, mark("too long: write {most} characters at most"), {"most": most})


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, default=str))


def faults_of(model: BaseModel, known: Known) -> Iterator[Fault]:
    """What the model alone cannot know: whether what it names exists and can be called."""
    match model:
        case Entry():
            if model.topic not in known.topics:
                yield _unknown("topic", model.topic)
            yield from _unknown_ids("related", model.related, known.entries)
            yield from _bad_phones("call.{}.phone", [each.phone for each in model.call])
            yield from _not_come_yet(model)
        case Service():
            yield from _unknown_ids("replaced_by", model.replaced_by or (), known.services)
            yield from _bad_hours(model.hours)
            yield from _bad_phones("phones.{}", model.phones)
            yield from _bad_ways_to_write(model)
            yield from _not_come_yet(model)


def _bad_phones(field: str, phones: Iterable[str]) -> Iterator[Fault]:
    for position, phone in enumerate(phones):
        if to_printed(phone) is None:
            yield _no_phone(field.format(position), phone)


def _no_phone(field: str, phone: str) -> Fault:
    message = mark("{phone} is no number that can be called in Peru: look it up again")
    return Fault(field, message, {"phone": phone})


def _bad_ways_to_write(service: Service) -> Iterator[Fault]:
    if service.whatsapp and not international(service.whatsapp):
        yield _no_phone("whatsapp", service.whatsapp)
    if service.email and not _EMAIL.fullmatch(service.email):
        message = mark("{input} is no e-mail address: write one like nombre@ejemplo.org")
        yield Fault("email", message, {"input": service.email})


def _not_come_yet(vouched: Vouched) -> Iterator[Fault]:
    if vouched.verified_on > today():
        message = mark("this day has not come yet: write the day on which it was checked")
        yield Fault("verified_on", message)


def _unknown_ids(field: str, ids: Iterable[str], known: frozenset[str]) -> Iterator[Fault]:
    for position, each in enumerate(ids):
        if each not in known:
            yield _unknown(f"{field}.{position}", each)


def _unknown(field: str, value: str) -> Fault:
    return Fault(field, mark("there is no {value} in the knowledge"), {"value": value})


def _bad_hours(hours: str | None) -> Iterator[Fault]:
    if hours is not None and not validate(hours):
        message = mark(
            "these hours cannot be read: write them like Mo-Fr 08:00-17:00; Sa 08:00-13:00"
        )
        yield Fault("hours", message)
