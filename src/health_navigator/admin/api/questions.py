"""The inbox of questions that found no answer, and the console to try one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, create_model

from health_navigator import clock
from health_navigator.admin import inbox
from health_navigator.admin.api import forms
from health_navigator.admin.api.dependencies import Door, Editor, Limit, Offset, Reader, Sent
from health_navigator.admin.api.forms import EntryForm
from health_navigator.admin.api.items import PublishedOut, page, to_published
from health_navigator.admin.grouping import Group
from health_navigator.conversation.understanding import Understanding, understand
from health_navigator.i18n import DEFAULT_LOCALE
from health_navigator.knowledge.models import MAX_QUESTION
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.normalise import LONGEST_TEXT

_MOST_SHOWN = 50
_MOST_TYPED = 50

Answer = Callable[..., BaseModel]
Question = Annotated[str, Field(min_length=2, max_length=MAX_QUESTION)]


class TryIn(Sent):
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    drafts: bool = Field(False, description="With my own drafts instead of what is live")


class SuggestionOut(BaseModel):
    entry: str
    title: str
    confidence: float


class DayCount(BaseModel):
    day: date
    times: int


class GroupOut(BaseModel):
    """Questions that ask the same; `questions` are its wordings, the most frequent first."""

    id: str
    questions: list[str]
    times: int
    newest: date
    by_day: list[DayCount]
    suggestions: list[SuggestionOut]


class GroupsPage(BaseModel):
    items: list[GroupOut]
    total: int


class AssignIn(Sent):
    """`questions`: other wordings than the group's own."""

    entry: Annotated[str, Field(max_length=80)]
    questions: Annotated[list[Question], Field(min_length=1, max_length=_MOST_TYPED)] | None = None


class OutOfScopeIn(Sent):
    scope: Annotated[str, Field(max_length=80, description="A group of out_of_scope")]


class NearIn(Sent):
    questions: Annotated[list[Question], Field(max_length=_MOST_TYPED)]
    entry: str | None = None


class DuplicateOut(BaseModel):
    question: str
    like: str
    entry: str


class NearOut(BaseModel):
    items: list[DuplicateOut]
    total: int


def questions_router(answer: Answer, answer_model: type[BaseModel]) -> APIRouter:
    """`answer` puts an understanding into the form in which the public API gives it."""
    router = APIRouter(tags=["questions"])
    model = create_model("TryOut", __base__=answer_model, why=(dict[str, Any], ...))

    @router.post("/try", response_model=model, summary="Ask, live or with my drafts, and see why")
    async def try_(body: TryIn, person: Reader, office: Door) -> dict[str, Any]:
        snapshot = (await office.trial(person)).snapshot if body.drafts else office.live.snapshot
        understood = await asyncio.to_thread(understand, snapshot, body.text, clock.now())
        shown = answer(snapshot, understood, DEFAULT_LOCALE, body.text)
        return {**shown.model_dump(), "why": why(snapshot, understood)}

    router.include_router(_inbox)
    return router


def why(snapshot: Snapshot, understood: Understanding) -> dict[str, Any]:
    """The ranking behind an answer, and the thresholds that it was held against."""
    return {**understood.explained(), "thresholds": asdict(snapshot.thresholds)}


_inbox = APIRouter()


@_inbox.get("/unanswered", summary="Groups of questions without an answer")
async def unanswered(_: Reader, office: Door, limit: Limit = 50, offset: Offset = 0) -> GroupsPage:
    groups = await inbox.read(office.database)
    shown = page(groups, limit, offset)
    snapshot = office.live.snapshot
    items = await asyncio.to_thread(lambda: [to_group_out(snapshot, each) for each in shown])
    return GroupsPage(items=items, total=len(groups))


def to_group_out(snapshot: Snapshot, group: Group) -> GroupOut:
    return GroupOut(
        id=group.id,
        questions=[*group.texts[:_MOST_SHOWN]],
        times=len(group.asked),
        newest=group.newest,
        by_day=[DayCount(day=day, times=times) for day, times in group.by_day.items()],
        suggestions=[
            SuggestionOut(**asdict(each)) for each in inbox.suggest(snapshot, group.texts)
        ],
    )


@_inbox.post("/unanswered/{group}/assign", summary="Add to an entry's draft")
async def assign(group: str, body: AssignIn, person: Editor, office: Door) -> PublishedOut:
    asked = await inbox.get_group(office.database, group)
    return to_published(
        await office.transact(
            lambda session: inbox.assign(session, person, asked, body.entry, body.questions)
        )
    )


@_inbox.post("/unanswered/{group}/draft", status_code=201, summary="Begin a new entry with it")
async def begin_entry(group: str, form: EntryForm, person: Editor, office: Door) -> PublishedOut:
    """The entry's `id` is required here, `questions` are not."""
    entry, body = forms.required_id(form), form.body()
    asked = await inbox.get_group(office.database, group)
    return to_published(
        await office.transact(
            lambda session: inbox.begin_entry(session, person, asked, entry, body)
        )
    )


@_inbox.post("/unanswered/{group}/out-of-scope", summary="Add to what the bot does not answer")
async def out_of_scope(
    group: str, body: OutOfScopeIn, person: Editor, office: Door
) -> PublishedOut:
    asked = await inbox.get_group(office.database, group)
    return to_published(
        await office.transact(
            lambda session: inbox.put_out_of_scope(session, person, asked, body.scope)
        )
    )


@_inbox.post("/unanswered/{group}/discard", status_code=204, summary="Delete the questions")
async def discard(group: str, person: Editor, office: Door) -> None:
    asked = await inbox.get_group(office.database, group)
    await office.transact(lambda session: inbox.discard(session, person, asked))


@_inbox.post("/near", summary="Questions that nearly stand under another entry")
async def near(body: NearIn, _: Reader, office: Door) -> NearOut:
    asked = await office.asked()
    found = await asyncio.to_thread(lambda: [*asked.near_duplicates(body.questions, body.entry)])
    return NearOut(items=[DuplicateOut(**asdict(each)) for each in found], total=len(found))
