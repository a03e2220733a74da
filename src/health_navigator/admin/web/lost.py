"""Addresses under /admin that no page has."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from health_navigator.admin.web.dependencies import Anybody
from health_navigator.admin.web.pages import go
from health_navigator.admin.web.route import HOME, PageRoute, lead_back

router = APIRouter(route_class=PageRoute)


@router.api_route("/{path:path}", methods=["GET", "POST"])
async def lost(path: str, request: Request, _: Anybody) -> Response:
    """Without the bar that somebody typed at its end; or what is only sent, as a page."""
    if path.endswith("/") or not path:
        return go(f"{HOME}/{path}".rstrip("/"))
    return lead_back(request)
