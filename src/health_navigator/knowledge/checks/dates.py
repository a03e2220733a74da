"""Dates: in order, and no longer without review than such facts last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from health_navigator.directory.models import Kind, Scope, Service, Status
from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces, Placed
from health_navigator.knowledge.models import Entry
from health_navigator.provenance import Confidence

_MONTHS_AT_MOST = 12
_MONTHS_OF_TOPIC = {"ayuda": 3, "documentos": 3, "sis": 3, "vacunas": 3}
"""Programmes, organisations and procedures of Migraciones change within months."""
_MONTHS_OF_KIND = {
    Kind.ALBERGUE: 2,
    Kind.ONG: 2,
    Kind.COMEDOR: 3,
    Kind.VACUNACION: 3,
    Kind.MIGRACIONES: 3,
}
_LONGEST_MONTH = timedelta(days=31)


def out_of_order(pieces: Pieces) -> Iterator[Problem]:
    for each in (*pieces.entries, *pieces.services):
        verified = each.part.verified_on
        for position, source in enumerate(each.part.sources):
            if source.date and source.date > verified.isoformat()[: len(source.date)]:
                message = mark("the source is younger than verified_on: verify again or mend one")
                yield each.problem(f"sources.{position}.date", message)
    yield from _expired_when_verified(pieces)
    yield from _closed_after_verified(pieces)


def _expired_when_verified(pieces: Pieces) -> Iterator[Problem]:
    for entry in pieces.entries:
        if entry.part.expires_on and entry.part.expires_on <= entry.part.verified_on:
            message = mark("expires_on must be later than verified_on")
            yield entry.problem("expires_on", message)


def _closed_after_verified(pieces: Pieces) -> Iterator[Problem]:
    for service in pieces.services:
        closed = service.part.closed_on
        if closed and closed > service.part.verified_on.isoformat()[: len(closed)]:
            message = mark("closed_on is later than verified_on: mend one of them")
            yield service.problem("closed_on", message)


def too_long_unreviewed(pieces: Pieces) -> Iterator[Problem]:
    for entry in pieces.entries:
        yield from _unreviewed(entry, _MONTHS_OF_TOPIC.get(entry.part.topic, _MONTHS_AT_MOST))
    for service in pieces.services:
        yield from _unreviewed(service, _months_of(service.part))


def _months_of(service: Service) -> int:
    """How long a service lasts without review: a project or shelter less than a public office."""
    is_line = service.scope is Scope.NATIONAL and bool(service.phones)
    is_public = service.kind is Kind.ONG and service.confidence is Confidence.OFFICIAL
    lasts = is_line or is_public or service.status is Status.CLOSED
    return _MONTHS_AT_MOST if lasts else _MONTHS_OF_KIND.get(service.kind, _MONTHS_AT_MOST)


def _unreviewed(each: Placed[Entry] | Placed[Service], months: int) -> Iterator[Problem]:
    if each.part.review_by - each.part.verified_on > _LONGEST_MONTH * months:
        latest = _later(each.part.verified_on, months)
        message = mark("facts like this last {months} months: write {latest} or earlier")
        yield each.problem("review_by", message, months=months, latest=latest)


def _later(day: date, months: int) -> date:
    """The same day this many months later; a day past the 28th becomes the 28th."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, 28))
