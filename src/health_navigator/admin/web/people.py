"""Accounts: everybody's for administrators, one's own password, sessions and keys for all."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import accounts, sessions
from health_navigator.admin.api.dependencies import office_of
from health_navigator.admin.refusals import Fault, Invalid, Unknown
from health_navigator.admin.rights import Role
from health_navigator.admin.tables import Staff
from health_navigator.admin.web.dependencies import (
    Anybody,
    Door,
    Form,
    PeopleKeeper,
    Posted,
    Visitor,
)
from health_navigator.admin.web.pages import go, render
from health_navigator.admin.web.route import PageRoute
from health_navigator.i18n import mark

router = APIRouter(route_class=PageRoute)

BY_KEY = "llave"
_MOST_LABEL = 80


@router.get("/personas")
async def everybody(request: Request, _: PeopleKeeper) -> Response:
    return await _show(request)


async def _show(request: Request, *, status: int = 200, **more: object) -> Response:
    staff = await office_of(request).transact(accounts.everybody)
    given: dict[str, Any] = {
        "wrong": (),
        "token": None,
        "about": "",
        "name": "",
        "role": Role.EDITOR,
        **more,
    }
    return render(request, "people.html", status=status, staff=staff, **given)


@router.post("/personas")
async def add(request: Request, visitor: PeopleKeeper, form: Form, office: Door) -> Response:
    name, role = form.get("nombre").lower(), _role(form.get("rol"))
    password = _password(form)

    async def work(session: AsyncSession) -> tuple[Staff, str | None]:
        staff = await accounts.add(session, visitor.person, name, role, password)
        return staff, await accounts.give_opening_token(session, visitor.person, staff)

    try:
        staff, token = await office.transact(work)
    except Invalid as refusal:
        return await _show(request, status=422, wrong=refusal.faults, name=name, role=role)
    return await _show(request, token=token, about=staff.name)


def _role(text: str) -> Role:
    if text not in [*Role]:
        raise Invalid([Fault("role", mark("choose a role"))])
    return Role(text)


def _password(form: Posted) -> str | None:
    """What opens the account: the password, or none where a key for a program was asked for."""
    return None if form.get("con") == BY_KEY else form.texts.get("clave", "")


@router.post("/personas/{name}/cerrar")
async def disable(name: str, visitor: PeopleKeeper, office: Door) -> Response:
    await office.transact(lambda session: accounts.disable(session, visitor.person, name))
    return go("/admin/personas", "cuenta")


@router.post("/personas/{name}/renovar")
async def reset(
    name: str, request: Request, visitor: PeopleKeeper, form: Form, office: Door
) -> Response:
    password = _password(form)

    async def work(session: AsyncSession) -> tuple[Staff, str | None]:
        staff = await accounts.reset(session, visitor.person, name, password, office.keys)
        return staff, await accounts.give_opening_token(session, visitor.person, staff)

    try:
        staff, token = await office.transact(work)
    except Invalid as refusal:
        return await _show(request, status=422, wrong=refusal.faults)
    return await _show(request, token=token, about=staff.name)


@router.get("/cuenta")
async def own(request: Request, visitor: Anybody) -> Response:
    return await _show_own(request, visitor)


async def _show_own(
    request: Request, visitor: Visitor, *, status: int = 200, **more: object
) -> Response:
    tokens = await office_of(request).transact(
        lambda session: sessions.tokens_of(session, visitor.person.name)
    )
    given: dict[str, Any] = {"wrong": (), "token": None, **more}
    return render(request, "account.html", status=status, tokens=tokens, **given)


@router.post("/cuenta/clave")
async def change_password(request: Request, visitor: Anybody, form: Form, office: Door) -> Response:
    old, new = form.texts.get("antes", ""), form.texts.get("clave", "")
    try:
        if new != form.texts.get("otra_vez"):
            raise Invalid([Fault("password", mark("the two passwords differ"))])
        await office.transact(
            lambda session: accounts.change_password(session, visitor.person, old, new)
        )
    except Invalid as refusal:
        return await _show_own(request, visitor, status=422, wrong=refusal.faults)
    return go("/admin/entrar", "clave")


@router.post("/cuenta/llaves")
async def make_token(request: Request, visitor: Anybody, form: Form, office: Door) -> Response:
    label = form.get("para")[:_MOST_LABEL] or "API"
    person = visitor.person
    token = await office.transact(
        lambda session: accounts.give_token(session, person, person.name, label)
    )
    return await _show_own(request, visitor, token=token)


@router.post("/cuenta/llaves/{token_id}/quitar")
async def drop_token(token_id: str, visitor: Anybody, office: Door) -> Response:
    name = visitor.person.name
    if not await office.transact(lambda session: sessions.drop_token(session, name, token_id)):
        raise Unknown(mark("there is no such token"))
    return go("/admin/cuenta", "llave")
