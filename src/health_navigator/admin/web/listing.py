"""The lists of entries and services: searched, filtered and cut into pages on the server."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from health_navigator.admin import catalogue, reports
from health_navigator.admin.catalogue import Order, Wanted
from health_navigator.admin.drafts import State
from health_navigator.admin.office import Office
from health_navigator.admin.reports import Report
from health_navigator.admin.web import words
from health_navigator.admin.web.dependencies import Asked, Door, Editor, Query, Reader
from health_navigator.admin.web.pages import PER_PAGE, go, render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf

router = APIRouter(route_class=PageRoute)

ORDERS = {
    Order.ID: "Nombre corto",
    Order.ASKED: "Más preguntadas",
    Order.DISLIKED: "Con más 👎",
    Order.REVIEW_BY: "Vencen primero",
    Order.NEWEST: "Cambiadas hace poco",
}


@router.get("/entradas")
async def entries(request: Request, _: Reader, asked: Query, office: Door) -> Response:
    groups = {topic.id: topic.title for topic in office.live.snapshot.topics}
    return await _list(request, office, Shelf.ENTRIES, asked, groups)


@router.get("/servicios")
async def services(request: Request, _: Reader, asked: Query, office: Door) -> Response:
    groups = {kind.value: name for kind, name in words.KINDS.items()}
    reported = await office.transact(reports.read)
    return await _list(request, office, Shelf.SERVICES, asked, groups, reported=reported)


async def _list(
    request: Request,
    office: Office,
    shelf: Shelf,
    asked: Asked,
    groups: dict[str, str],
    reported: Sequence[Report] = (),
) -> Response:
    wanted = to_wanted(asked)
    rows = await office.transact(
        lambda session: catalogue.find_rows(session, office.cards, shelf.kind, wanted)
    )
    start = (asked.page - 1) * PER_PAGE
    return render(
        request,
        "list.html",
        shelf=shelf,
        groups=groups,
        wanted=wanted,
        orders=ORDERS,
        rows=rows[start : start + PER_PAGE],
        total=len(rows),
        pages=Pages(request, asked.page, len(rows)),
        reported=reported,
    )


def to_wanted(asked: Asked) -> Wanted:
    """The filters of the address; what is no filter is left out."""
    state, order = asked.get("estado"), asked.get("orden")
    return Wanted(
        search=asked.get("buscar"),
        group=asked.get("grupo"),
        state=next((each for each in State if each == state), None),
        stale=True if asked.get("vencidas") else None,
        uncertain=True if asked.get("sin_confirmar") else None,
        order=next((each for each in Order if each == order), Order.ID),
    )


class Pages:
    """Links to the page before and after, with the same filters."""

    def __init__(self, request: Request, number: int, total: int, per_page: int = PER_PAGE) -> None:
        self.number = number
        self.last = max(1, -(-total // per_page))
        self._path = request.url.path
        self._asked = {
            name: text for name, text in request.query_params.items() if name != "pagina"
        }

    @property
    def before(self) -> str | None:
        return self._link(self.number - 1) if self.number > 1 else None

    @property
    def after(self) -> str | None:
        return self._link(self.number + 1) if self.number < self.last else None

    def _link(self, number: int) -> str:
        return f"{self._path}?{urlencode({**self._asked, 'pagina': number})}"


@router.post("/avisos/{service}/cerrar")
async def settle(service: str, visitor: Editor, office: Door) -> Response:
    """Somebody looked into what people reported."""
    await office.transact(lambda session: reports.settle(session, visitor.person, service))
    return go("/admin/servicios", "avisos")
