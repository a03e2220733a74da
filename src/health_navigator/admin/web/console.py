"""«Probar»: a question against what is live or with one's own drafts, and why it is answered so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from health_navigator import clock
from health_navigator.admin.office import Trial
from health_navigator.admin.web import words
from health_navigator.admin.web.dependencies import Door, Form, Posted, Query, Reader
from health_navigator.admin.web.pages import render
from health_navigator.admin.web.route import PageRoute
from health_navigator.conversation.danger import hear
from health_navigator.conversation.dialogue import Dialogue
from health_navigator.conversation.models import Incoming, Reply, State, Text
from health_navigator.conversation.understanding import Understanding, to_readable, understand
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.normalise import LONGEST_TEXT
from health_navigator.matching.triage import Assessment

router = APIRouter(prefix="/probar", route_class=PageRoute)

_CHAT = "consola"
_MOST_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Near:
    """An entry that came near: how sure, its nearest questions, and the parts of its score."""

    id: str
    title: str
    confidence: float
    nearest: tuple[str, ...]
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a question."""

    understood: Understanding
    heard: Assessment
    replies: tuple[Reply, ...]
    near: tuple[Near, ...]
    thresholds: Mapping[str, float]
    typed: str
    meant: str

    @property
    def outcome(self) -> str:
        return words.OUTCOMES[self.understood.outcome]


@router.get("")
async def ask(request: Request, _: Reader, asked: Query) -> Response:
    return _show(request, asked.get("texto") or "", with_drafts=True)


@router.post("")
async def try_(request: Request, visitor: Reader, form: Form, office: Door) -> Response:
    text, with_drafts = form.get("texto")[:LONGEST_TEXT], _wants_drafts(form)
    if not text:
        return _show(request, "", with_drafts=with_drafts)
    trial = Trial(office.live.snapshot, ())
    if with_drafts:
        trial = await office.trial(visitor.person)
    tried = await asyncio.to_thread(_tried, trial.snapshot, text, office.keys[:1])
    return _show(request, text, with_drafts=with_drafts, tried=tried, left_out=trial.left_out)


def _wants_drafts(form: Posted) -> bool:
    return form.get("con") == "borradores"


def _show(
    request: Request,
    text: str,
    *,
    with_drafts: bool,
    tried: Tried | None = None,
    left_out: Sequence[str] = (),
) -> Response:
    return render(
        request,
        "console.html",
        text=text,
        with_drafts=with_drafts,
        tried=tried,
        left_out=left_out,
        most=LONGEST_TEXT,
    )


def _tried(snapshot: Snapshot, text: str, keys: Sequence[bytes]) -> Tried:
    """The whole dialogue for what the phone shows, and its understanding for the reasons."""
    moment = clock.now()
    heard = hear(snapshot, to_readable(text), State())
    understood = understand(snapshot, text, moment, danger=heard)
    turn = Dialogue(snapshot, moment, keys).respond(Incoming((_CHAT,), Text(text)), State())
    why: dict[str, Any] = understood.explained()
    reading = why.get("reading", {})
    return Tried(
        understood,
        heard,
        turn.replies,
        tuple(_near(snapshot, why)),
        _thresholds(snapshot),
        " ".join(reading.get("typed", ())),
        " ".join(reading.get("meant", ())),
    )


def _near(snapshot: Snapshot, why: Mapping[str, Any]) -> Iterator[Near]:
    for each in why.get("candidates", ())[:_MOST_NEAREST]:
        entry = snapshot.entries.get(each["id"])
        title = entry.title if entry else each["id"]
        yield Near(each["id"], title, each["confidence"], each["nearest"], each["parts"])


def _thresholds(snapshot: Snapshot) -> Mapping[str, float]:
    limits = snapshot.thresholds
    return {
        "Responde desde": limits.answer,
        "Pregunta cuál desde": limits.clarify,
        "Ofrece una opción desde": limits.option,
        "Dice quién lo sabe desde": limits.refer,
    }
