"""The staff's pages under /admin: in Spanish, also without JavaScript, nothing from elsewhere."""

from __future__ import annotations

from fastapi import APIRouter

from health_navigator.admin.api.overview import Parked
from health_navigator.admin.web import (
    console,
    due,
    editor,
    home,
    items,
    listing,
    login,
    numbers,
    people,
    scopes,
    trace,
    transfer,
    unanswered,
)
from health_navigator.admin.web.parked import parked_router

__all__ = ["pages_router"]


def pages_router(parked: Parked) -> APIRouter:
    """Every page. What its neighbours know, the composition root hands in."""
    router = APIRouter(include_in_schema=False)
    for each in (
        login.router,
        home.router,
        listing.router,
        editor.router,
        unanswered.router,
        scopes.router,
        console.router,
        due.router,
        numbers.router,
        trace.router,
        people.router,
        transfer.router,
        parked_router(parked),
        # Last: its addresses begin with a variable part.
        items.router,
    ):
        router.include_router(each, prefix="/admin")
    return router
