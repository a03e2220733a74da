"""Updates that failed five times and were set aside, for whoever keeps the service running."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from health_navigator.admin.api.overview import Parked
from health_navigator.admin.web.dependencies import Door, Operator
from health_navigator.admin.web.pages import render
from health_navigator.admin.web.route import PageRoute


def parked_router(parked: Parked) -> APIRouter:
    """`parked` reads them; the channel that has them hands it in."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/apartados")
    async def show(request: Request, _: Operator, office: Door) -> Response:
        return render(request, "parked.html", rows=await office.transact(parked))

    return router
