"""The inbox: what found no answer, in groups, each settled with one click."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.admin import catalogue, drafts, inbox
from health_navigator.admin.bodies import OUT_OF_SCOPE
from health_navigator.admin.catalogue import Row, Wanted
from health_navigator.admin.drafts import State
from health_navigator.admin.grouping import Group
from health_navigator.admin.inbox import Suggestion
from health_navigator.admin.web import charts
from health_navigator.admin.web.charts import Spark
from health_navigator.admin.web.dependencies import Door, Editor, Form, Query, Reader
from health_navigator.admin.web.listing import Pages
from health_navigator.admin.web.pages import go, render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.snapshot import Snapshot

router = APIRouter(prefix="/sin-respuesta", route_class=PageRoute)

PATH = "/admin/sin-respuesta"
_PER_PAGE = 20
_WINDOW = timedelta(days=27)
_MOST_FOUND = 15
# What is less likely than that is no suggestion.
_LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Shown:
    """A group as its card shows it."""

    group: Group
    suggestions: Sequence[Suggestion]
    spark: Spark


def to_shown(snapshot: Snapshot, group: Group) -> Shown:
    until = clock.today()
    spark = charts.spark(group.by_day, until - _WINDOW, until)
    likely = [each for each in inbox.suggest(snapshot, group.texts) if each.confidence >= _LEAST]
    return Shown(group, likely, spark)


@router.get("")
async def groups(request: Request, _: Reader, asked: Query, office: Door) -> Response:
    found = await inbox.read(office.database)
    start = (asked.page - 1) * _PER_PAGE
    snapshot, some = office.live.snapshot, found[start : start + _PER_PAGE]
    shown = await asyncio.to_thread(lambda: [to_shown(snapshot, each) for each in some])
    return render(
        request,
        "unanswered.html",
        shown=shown,
        total=len(found),
        questions=sum(len(each.asked) for each in found),
        pages=Pages(request, asked.page, len(found), _PER_PAGE),
    )


@router.get("/{group_id}")
async def group(group_id: str, request: Request, _: Reader, asked: Query, office: Door) -> Response:
    """One group with all its wordings, and a search for the entry that should answer it."""
    found = await inbox.get_group(office.database, group_id)
    search = asked.get("buscar")
    rows: list[Row] = []
    if search:
        wanted = Wanted(search=search)
        rows = await office.transact(
            lambda session: catalogue.find_rows(session, office.cards, ItemKind.ENTRY, wanted)
        )
    shown = await asyncio.to_thread(to_shown, office.live.snapshot, found)
    return render(
        request,
        "group.html",
        shown=shown,
        search=search,
        rows=rows[:_MOST_FOUND],
        scopes=office.live.snapshot.out_of_scope.values(),
    )


@router.post("/{group_id}/agregar")
async def assign(group_id: str, visitor: Editor, form: Form, office: Door) -> Response:
    entry, asked = form.get("entrada"), await inbox.get_group(office.database, group_id)
    saved = await office.transact(
        lambda session: inbox.assign(session, visitor.person, asked, entry)
    )
    return go(Shelf.ENTRIES.path(saved.id), "agregado")


@router.post("/{group_id}/fuera")
async def out_of_scope(group_id: str, visitor: Editor, form: Form, office: Door) -> Response:
    scope, asked = form.get("grupo"), await inbox.get_group(office.database, group_id)

    async def work(session: AsyncSession) -> bool:
        before = await drafts.look(session, ItemKind.DOCUMENT, OUT_OF_SCOPE)
        was_in_review = before.state is State.IN_REVIEW
        await inbox.put_out_of_scope(session, visitor.person, asked, scope)
        return was_in_review

    was_in_review = await office.transact(work)
    return go(Shelf.DOCUMENTS.path(OUT_OF_SCOPE), "fuera-otra-vez" if was_in_review else "fuera")


@router.post("/{group_id}/descartar")
async def discard(group_id: str, visitor: Editor, office: Door) -> Response:
    asked = await inbox.get_group(office.database, group_id)
    await office.transact(lambda session: inbox.discard(session, visitor.person, asked))
    return go(PATH, "preguntas")
