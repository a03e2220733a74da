"""The public JSON API: ask, look up, find a place, and the SIS interview. Nothing is stored."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from health_navigator import clock
from health_navigator.conversation.rendering import to_text
from health_navigator.conversation.understanding import Found, Understanding, understand
from health_navigator.directory.hours import opening
from health_navigator.directory.models import Kind, Status
from health_navigator.directory.nearest import Coordinates
from health_navigator.eligibility.contract import to_json
from health_navigator.eligibility.interview import AnswerError
from health_navigator.i18n import supported_locale
from health_navigator.knowledge.models import Entry
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.normalise import LONGEST_TEXT
from health_navigator.matching.places import Place
from health_navigator.provenance import Confidence, Source


class ProblemOut(BaseModel):
    """Where a request is wrong, and why."""

    field: str
    reason: str


class RefusedOut(BaseModel):
    detail: list[ProblemOut]


class TooFastOut(BaseModel):
    """Why a request is turned away for now."""

    detail: str


_RETRY_AFTER = {"description": "Seconds until the next turn", "schema": {"type": "integer"}}
router = APIRouter(
    prefix="/api/v1",
    tags=["public"],
    responses={
        422: {"model": RefusedOut, "description": "What is wrong with the request"},
        429: {
            "model": TooFastOut,
            "description": "Too many requests from one address",
            "headers": {"Retry-After": _RETRY_AFTER},
        },
    },
)

MAX_PAGE = 1_000
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class AskRequest(BaseModel):
    """A question as a person types it, and where they are if that matters."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "estoy embarazada y no tengo papeles, me atienden?"}]
        }
    )

    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT),
        # What is left when spaces are taken off; in the document, so that programs know it too.
        Field(json_schema_extra={"pattern": r"\S"}),
    ]
    locale: str | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class OptionOut(BaseModel):
    entry: str
    title: str


class PlaceOut(BaseModel):
    department: str | None
    province: str | None
    district: str | None


class FoundOut(BaseModel):
    """A service as `ask` names it."""

    id: str
    name: str
    kind: Kind
    status: Status
    address: str | None
    phone: str | None
    distance_km: float | None
    open_now: bool | None
    opens_at: datetime | None
    verified_on: date


class AskResponse(BaseModel):
    outcome: Literal["answer", "services", "urgent", "clarify", "no_answer", "smalltalk"]
    entry: str | None
    confidence: Annotated[float, Field(ge=0, le=1)]
    options: list[OptionOut]
    urgent: str | None
    service: Kind | None
    place: PlaceOut | None
    services: list[FoundOut]
    text: str


class EntryOut(BaseModel):
    id: str
    title: str
    answer: str
    topic: str
    sources: list[Source]
    verified_on: date
    review_by: date
    confidence: Confidence
    related: list[str]


class ServiceOut(FoundOut):
    organisation: str | None
    offers: list[str]
    population: str | None
    department: str | None
    province: str | None
    district: str | None
    ubigeo: str | None
    latitude: float | None
    longitude: float | None
    approximate: bool
    phones: list[str]
    web: str | None
    hours: str | None
    hours_note: str | None
    cost: str | None
    access: str | None
    languages: list[str]
    sources: list[Source]
    review_by: date
    confidence: Confidence


class EntriesPage(BaseModel):
    items: list[EntryOut]
    total: int


class ServicesPage(BaseModel):
    items: list[ServiceOut]
    total: int


class EligibilityRequest(BaseModel):
    """The answers so far, by input; what is missing is asked for, one question at a time."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answers": {"emergencia_ahora": "no", "documento": "ce"}}]}
    )

    answers: dict[str, str]


def snapshot_of(request: Request) -> Snapshot:
    snapshot: Snapshot = request.state.desk.live.snapshot
    return snapshot


@router.post("/ask", summary="Answer one question")
async def post_ask(body: AskRequest, request: Request) -> AskResponse:
    """Danger first; then a place, an answer, a choice of three, or an honest "I don't know"."""
    snapshot = snapshot_of(request)
    point = _point("latitude, longitude", body.latitude, body.longitude)
    understood = await asyncio.to_thread(understand, snapshot, body.text, clock.now(), point=point)
    return to_ask_response(snapshot, understood, supported_locale(body.locale), body.text)


def _point(fields: str, latitude: float | None, longitude: float | None) -> Coordinates | None:
    """Where somebody is; half a point is refused, for it would be ignored in silence."""
    if latitude is not None and longitude is not None:
        return latitude, longitude
    if latitude is None and longitude is None:
        return None
    raise HTTPException(422, [{"field": fields, "reason": "give both or neither"}])


def to_ask_response(
    snapshot: Snapshot, understood: Understanding, locale: str, asked: str
) -> AskResponse:
    return AskResponse(
        outcome=understood.outcome.value,
        entry=understood.entry.id if understood.entry else None,
        confidence=round(understood.confidence, 3),
        options=[OptionOut(entry=entry.id, title=entry.title) for entry in understood.options],
        urgent=understood.urgent,
        service=understood.kind,
        place=_place_out(understood.place),
        services=[_found_out(found) for found in understood.services],
        text=to_text(snapshot, understood, clock.now(), locale, asked),
    )


def _place_out(place: Place | None) -> PlaceOut | None:
    if place is None:
        return None
    return PlaceOut(department=place.department, province=place.province, district=place.district)


def _found_out(found: Found) -> FoundOut:
    return FoundOut(**_found(found))


def _found(found: Found) -> dict[str, Any]:
    service = found.service
    return {
        "id": service.id,
        "name": service.name,
        "kind": service.kind,
        "status": service.status,
        "address": service.address,
        "phone": service.phones[0] if service.phones else None,
        "distance_km": None if found.kilometres is None else round(found.kilometres, 1),
        "open_now": found.opening.open_now if found.opening else None,
        "opens_at": found.opening.opens_at if found.opening else None,
        "verified_on": service.verified_on,
    }


@router.get("/entries", summary="Every entry that is served")
async def get_entries(
    request: Request,
    topic: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> EntriesPage:
    entries = [
        entry
        for entry in snapshot_of(request).entries.values()
        if topic is None or entry.topic == topic
    ]
    page = entries[offset : offset + limit]
    return EntriesPage(items=[_entry_out(entry) for entry in page], total=len(entries))


@router.get("/entries/{entry_id}", summary="One entry", responses={404: {}})
async def get_entry(entry_id: str, request: Request) -> EntryOut:
    entry = snapshot_of(request).entries.get(entry_id)
    if entry is None:
        raise HTTPException(404, "there is no such entry")
    return _entry_out(entry)


def _entry_out(entry: Entry) -> EntryOut:
    return EntryOut(**{name: getattr(entry, name) for name in EntryOut.model_fields})


@router.get("/services", summary="Where to go, by kind and place, or the nearest first")
async def get_services(
    request: Request,
    kind: Kind | None = None,
    department: str | None = None,
    province: str | None = None,
    district: str | None = None,
    lat: Latitude | None = None,
    lon: Longitude | None = None,
    open_now: bool | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> ServicesPage:
    """Closed services are never listed. With `lat` and `lon`, ordered by distance."""
    point = _point("lat, lon", lat, lon)
    found = snapshot_of(request).directory.find(
        kind=kind, department=department, province=province, district=district, point=point
    )
    moment = clock.now()
    if open_now is not None:
        found = [each for each in found if opening(each[0].hours, moment).open_now == open_now]
    page = [Found.at(*each, moment) for each in found[offset : offset + limit]]
    return ServicesPage(items=[_service_out(each) for each in page], total=len(found))


def _service_out(found: Found) -> ServiceOut:
    own = ServiceOut.model_fields.keys() - FoundOut.model_fields.keys()
    return ServiceOut(**_found(found), **{name: getattr(found.service, name) for name in own})


@router.post("/eligibility/sis", summary="One step of the SIS interview; nothing is stored")
async def post_eligibility(body: EligibilityRequest, request: Request) -> dict[str, Any]:
    """The next question that still matters, or the outcome with its sources."""
    interview = snapshot_of(request).interview
    if interview is None:
        raise HTTPException(404, "this knowledge has no SIS interview")
    try:
        return to_json(interview.answer(body.answers))
    except AnswerError as error:
        reason = f"write one of: {', '.join(error.allowed)}"
        raise HTTPException(422, [{"field": error.field, "reason": reason}]) from error
