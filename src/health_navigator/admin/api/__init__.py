"""The staff's JSON API under /api/v1/admin, for the pages and for programs outside."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from health_navigator.admin.api import exchange, items, overview, people
from health_navigator.admin.api.doors import tell_refusal
from health_navigator.admin.api.overview import Parked, parked_router
from health_navigator.admin.api.questions import Answer, questions_router

__all__ = ["admin_router", "tell_refusal"]


def admin_router(answer: Answer, answer_model: type[BaseModel], parked: Parked) -> APIRouter:
    """The whole API. What its neighbours know, the composition root hands in."""
    router = APIRouter(prefix="/api/v1/admin")
    for each in (
        people.router,
        questions_router(answer, answer_model),
        overview.router,
        parked_router(parked),
        exchange.router,
        # Last: its paths begin with a variable part.
        items.router,
    ):
        router.include_router(each)
    return router
