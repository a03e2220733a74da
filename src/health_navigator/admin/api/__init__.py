"""The staff's JSON API under /api/v1/admin, for the pages and for programs outside."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel

from health_navigator.admin.api import exchange, items, overview, people
from health_navigator.admin.api.dependencies import REFUSALS, tell_refusal
from health_navigator.admin.api.overview import Parked, parked_router
from health_navigator.admin.api.questions import Answer, questions_router

__all__ = ["include_api", "tell_refusal"]


def include_api(
    app: FastAPI, answer: Answer, answer_model: type[BaseModel], parked: Parked
) -> None:
    """The whole API. What its neighbours know, the composition root hands in.

    Each part stands under the prefix by itself: so FastAPI builds it when it is first asked for,
    and no start waits for the staff's fifty routes.
    """
    for each in (
        people.router,
        questions_router(answer, answer_model),
        overview.router,
        parked_router(parked),
        exchange.router,
        # Last: its paths begin with a variable part.
        items.router,
    ):
        app.include_router(each, prefix="/api/v1/admin", responses=REFUSALS)
