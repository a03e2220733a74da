"""Coming in and going out; what somebody was writing when her session ended is not lost."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from health_navigator.admin import accounts, sessions
from health_navigator.admin.api.dependencies import address_of, office_of, origin_of
from health_navigator.admin.api.people import set_cookie
from health_navigator.admin.refusals import NotSignedIn, Throttled, not_ours
from health_navigator.admin.web import editor
from health_navigator.admin.web.dependencies import (
    Anybody,
    Door,
    Form,
    Posted,
    Visitor,
    clean,
)
from health_navigator.admin.web.pages import go, render, told_in_spanish
from health_navigator.admin.web.route import HOME, PageRoute, local, show_login

router = APIRouter(route_class=PageRoute)


@router.get("/entrar")
async def ask(request: Request) -> Response:
    return show_login(request, HOME, "")


@router.post("/entrar")
async def enter(request: Request, form: Form, office: Door) -> Response:
    _refuse_foreign(request)
    after, kept = local(form.get("despues")), form.texts.get("guardado", "")
    name, password = form.get("nombre"), form.texts.get("clave", "")
    undone = bool(form.get("sin_hacer"))
    address = address_of(request)
    try:
        secret = await accounts.log_in(office.database, name, password, address, office.keys)
    except (NotSignedIn, Throttled) as refusal:
        status = HTTPStatus.TOO_MANY_REQUESTS if isinstance(refusal, Throttled) else 401
        error = told_in_spanish(refusal)
        return show_login(
            request, after, kept, status=status, undone=undone, error=error, name=name
        )
    response = go(after, "sin-hacer") if undone else await _welcome(request, secret, after, kept)
    set_cookie(request, response, secret)
    return response


def _refuse_foreign(request: Request) -> None:
    """Nobody is logged in yet, so there is no token; browsers say themselves where a form stood."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise not_ours()


async def _welcome(request: Request, secret: str, after: str, kept: str) -> Response:
    origin = origin_of(request)
    person = await office_of(request).transact(
        lambda session: sessions.find_person(session, secret, origin)
    )
    found = _read_kept(kept)
    if person is None or found is None:
        return go(after)
    request.state.visitor = visitor = Visitor(person, secret)
    path, fields = found
    form = editor.form_at(path)
    if form is not None:
        return await editor.reopen(request, visitor, form, Posted(dict(fields)))
    return render(request, "again.html", target=path, fields=fields, after=after)


def _read_kept(kept: str) -> tuple[str, list[tuple[str, str]]] | None:
    try:
        read: Any = json.loads(kept)
        path, fields = local(str(read["path"])), read["fields"]
        return path, [(clean(str(name)), clean(str(text))) for name, text in fields]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


@router.post("/salir")
async def leave(visitor: Anybody, office: Door) -> Response:
    await office.transact(lambda session: sessions.end(session, visitor.secret))
    return _goodbye("salio")


@router.post("/salir-de-todo")
async def leave_everywhere(visitor: Anybody, office: Door) -> Response:
    await office.transact(lambda session: sessions.end_all(session, visitor.person.name))
    return _goodbye("salio-todo")


def _goodbye(notice: str) -> Response:
    response = go("/admin/entrar", notice)
    response.delete_cookie(sessions.COOKIE)
    return response
