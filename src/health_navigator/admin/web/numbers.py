"""The figures, drawn on the server, with their table and their file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from health_navigator import clock
from health_navigator.admin import figures
from health_navigator.admin.api.overview import download
from health_navigator.admin.figures import Figures
from health_navigator.admin.office import Office
from health_navigator.admin.rights import Right
from health_navigator.admin.web import charts
from health_navigator.admin.web.dependencies import Asked, Door, Query, Visitor, Watcher
from health_navigator.admin.web.pages import render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf
from health_navigator.knowledge.snapshot import Snapshot

router = APIRouter(route_class=PageRoute)

_PERIODS = {"7": "7 días", "30": "30 días", "90": "90 días", "365": "Un año"}
_DEFAULT = "30"
_HEADINGS = ("día", "preguntas", *(name.lower() for _, name in charts.SERIES))
_EARLIEST = date(2000, 1, 1)


@router.get("/cifras")
async def show(request: Request, visitor: Watcher, asked: Query, office: Door) -> Response:
    found = await _read(office, asked)
    snapshot = office.live.snapshot
    return render(
        request,
        "figures.html",
        figures=found,
        chart=charts.stacked(found.days, found.since, found.until),
        series=charts.SERIES,
        top=charts.ranked(_named(found.top_entries, snapshot, visitor)),
        votes=[
            (_title(snapshot, each.entry), _link(each.entry, visitor), each) for each in found.votes
        ],
        departments=charts.ranked(
            [(f"{each.department}, {each.month}", each.asked, None) for each in found.departments]
        ),
        fewest=figures.FEWEST,
        growth=charts.spark(found.inbox.came_in, found.since, found.until),
        periods=_PERIODS,
        period=asked.get("dias"),
    )


@router.get("/cifras.csv")
async def as_file(_: Watcher, asked: Query, office: Door) -> Response:
    text = figures.to_csv(await _read(office, asked), _HEADINGS)
    return download(text.encode("utf-8-sig"), "text/csv; charset=utf-8", "cifras.csv")


async def _read(office: Office, asked: Asked) -> Figures:
    since, until = _span(asked)
    return await office.transact(lambda session: figures.read(session, since, until))


def _span(asked: Asked) -> tuple[date, date]:
    """The days that the address names: the last so many, or from one day to another."""
    until = _day(asked.get("hasta")) or clock.today()
    days = asked.get("dias") if asked.get("dias") in _PERIODS else _DEFAULT
    since = _day(asked.get("desde")) or until - timedelta(days=int(days or _DEFAULT) - 1)
    return min(since, until), until


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return min(max(day, _EARLIEST), clock.today())


def _named(
    pairs: Sequence[tuple[str, int]], snapshot: Snapshot, visitor: Visitor
) -> list[tuple[str, int, str | None]]:
    return [(_title(snapshot, entry), asked, _link(entry, visitor)) for entry, asked in pairs]


def _link(entry: str, visitor: Visitor) -> str | None:
    return Shelf.ENTRIES.path(entry) if visitor.may(Right.READ) else None


def _title(snapshot: Snapshot, entry: str) -> str:
    known: Mapping[str, object] = snapshot.entries
    return snapshot.entries[entry].title if entry in known else entry
