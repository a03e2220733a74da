"""The staff's pages under /admin: in Spanish, also without JavaScript, nothing from elsewhere."""

from __future__ import annotations

from fastapi import FastAPI

from health_navigator.admin.api.overview import Parked
from health_navigator.admin.web import (
    console,
    due,
    editor,
    home,
    items,
    listing,
    login,
    lost,
    numbers,
    people,
    scopes,
    trace,
    transfer,
    unanswered,
)
from health_navigator.admin.web.parked import parked_router

__all__ = ["include_pages"]


def include_pages(app: FastAPI, parked: Parked) -> None:
    """Every page, built when it is first asked for.

    What its neighbours know, the composition root hands in.
    """
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
        # Its addresses begin with a variable part.
        items.router,
        # Last: it takes whatever no other does.
        lost.router,
    ):
        app.include_router(each, prefix="/admin", include_in_schema=False)
