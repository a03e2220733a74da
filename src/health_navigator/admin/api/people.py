"""Logging in and out, one's own password and tokens, and the accounts of others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import accounts, sessions
from health_navigator.admin.api.dependencies import (
    Anybody,
    Door,
    PeopleKeeper,
    Sent,
    address_of,
)
from health_navigator.admin.refusals import Unknown
from health_navigator.admin.rights import RIGHTS, Person, Right, Role
from health_navigator.admin.tables import Staff
from health_navigator.i18n import mark

router = APIRouter(tags=["people"])

Password = Annotated[str, Field(min_length=1, max_length=1_000)]
Label = Annotated[str, Field(min_length=1, max_length=80)]


class LoginIn(Sent):
    name: Annotated[str, Field(max_length=200)]
    password: Password


class MeOut(BaseModel):
    """Who is logged in. `csrf` goes into the header X-CSRF-Token of whatever changes something."""

    name: str
    role: Role
    rights: list[Right]
    csrf: str | None = None


class PasswordIn(Sent):
    old: Password
    new: Password


class TokenIn(Sent):
    label: Label = "API"


class TokenOut(BaseModel):
    """The token itself: it is never shown again."""

    token: str


class TokenInfoOut(BaseModel):
    id: str
    label: str
    created_at: datetime
    used_on: str | None


class PersonIn(Sent):
    """Without a password the account opens with the token that comes back."""

    name: Annotated[str, Field(max_length=40)]
    role: Role
    password: Password | None = None


class ResetIn(Sent):
    password: Password | None = None


class PersonOut(BaseModel):
    name: str
    role: Role
    disabled: bool
    has_password: bool
    created_at: datetime
    token: str | None = None


class PeoplePage(BaseModel):
    items: list[PersonOut]
    total: int


class TokensPage(BaseModel):
    items: list[TokenInfoOut]
    total: int


def to_me(person: Person, cookie: str | None) -> MeOut:
    csrf = sessions.csrf_token(cookie) if cookie else None
    rights = sorted(RIGHTS[person.role])
    return MeOut(name=person.name, role=person.role, rights=rights, csrf=csrf)


def set_cookie(request: Request, response: Response, secret: str) -> None:
    """The session's cookie: unreadable for scripts, never sent from other sites."""
    response.set_cookie(
        sessions.COOKIE,
        secret,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


@router.post("/session", summary="Log in; the answer sets the cookie")
async def log_in(body: LoginIn, request: Request, response: Response, office: Door) -> MeOut:
    """Too many failures in a row make the next try wait: 429 with `Retry-After`."""
    address = address_of(request)
    secret = await accounts.log_in(office.database, body.name, body.password, address, office.keys)
    person = await office.transact(lambda session: sessions.find_person(session, secret, None))
    if person is None:
        raise Unknown(mark("there is no account with this name"))
    set_cookie(request, response, secret)
    return to_me(person, secret)


@router.delete("/session", status_code=204, summary="Log out")
async def log_out(request: Request, response: Response, _: Anybody, office: Door) -> None:
    secret = request.cookies.get(sessions.COOKIE, "")
    await office.transact(lambda session: sessions.end(session, secret))
    response.delete_cookie(sessions.COOKIE)


@router.delete("/sessions", status_code=204, summary="Log out everywhere")
async def log_out_everywhere(response: Response, person: Anybody, office: Door) -> None:
    await office.transact(lambda session: sessions.end_all(session, person.name))
    response.delete_cookie(sessions.COOKIE)


@router.get("/me", summary="Who am I")
async def me(request: Request, person: Anybody) -> MeOut:
    has_token = "authorization" in request.headers
    return to_me(person, None if has_token else request.cookies.get(sessions.COOKIE))


@router.put("/me/password", status_code=204, summary="Change my password; ends my sessions")
async def change_password(body: PasswordIn, person: Anybody, office: Door) -> None:
    await office.transact(
        lambda session: accounts.change_password(session, person, body.old, body.new)
    )


@router.get("/me/tokens", summary="My tokens, without themselves")
async def my_tokens(person: Anybody, office: Door) -> TokensPage:
    infos = await office.transact(lambda session: sessions.tokens_of(session, person.name))
    items = [
        TokenInfoOut(id=each.id, label=each.label, created_at=each.created_at, used_on=each.used_on)
        for each in infos
    ]
    return TokensPage(items=items, total=len(items))


@router.post("/me/tokens", status_code=201, summary="A new token of mine")
async def make_token(body: TokenIn, person: Anybody, office: Door) -> TokenOut:
    token = await office.transact(
        lambda session: accounts.give_token(session, person, person.name, body.label)
    )
    return TokenOut(token=token)


@router.delete("/me/tokens/{token_id}", status_code=204, summary="Drop a token of mine")
async def drop_token(token_id: str, person: Anybody, office: Door) -> None:
    if not await office.transact(
        lambda session: sessions.drop_token(session, person.name, token_id)
    ):
        raise Unknown(mark("there is no such token"))


@router.get("/people", summary="Every account")
async def people(_: PeopleKeeper, office: Door) -> PeoplePage:
    items = [to_person_out(staff) for staff in await office.transact(accounts.everybody)]
    return PeoplePage(items=items, total=len(items))


@router.post("/people", status_code=201, summary="A new account")
async def add_person(body: PersonIn, person: PeopleKeeper, office: Door) -> PersonOut:
    async def work(session: AsyncSession) -> PersonOut:
        staff = await accounts.add(session, person, body.name, body.role, body.password)
        return await _with_token(session, person, staff)

    return await office.transact(work)


@router.post("/people/{name}/disable", status_code=204, summary="Close an account")
async def disable_person(name: str, person: PeopleKeeper, office: Door) -> None:
    await office.transact(lambda session: accounts.disable(session, person, name))


@router.post("/people/{name}/reset", summary="A new password or token; opens a closed account")
async def reset_person(
    name: str, person: PeopleKeeper, office: Door, body: ResetIn | None = None
) -> PersonOut:
    password = body.password if body else None

    async def work(session: AsyncSession) -> PersonOut:
        staff = await accounts.reset(session, person, name, password, office.keys)
        return await _with_token(session, person, staff)

    return await office.transact(work)


async def _with_token(session: AsyncSession, by: Person, staff: Staff) -> PersonOut:
    """The account, with the token where no password opens it."""
    out = to_person_out(staff)
    out.token = await accounts.give_opening_token(session, by, staff)
    return out


def to_person_out(staff: Staff) -> PersonOut:
    return PersonOut(
        name=staff.name,
        role=Role(staff.role),
        disabled=staff.disabled,
        has_password=staff.password is not None,
        created_at=staff.created_at,
    )
