"""Who comes in over HTTP, and how refusals are told: by token, or by cookie with its CSRF token.

Programs read the API: its fields and reasons are English, the same on every door. What people
read is Spanish; the pages say the same refusals in it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from health_navigator.admin import audit, sessions
from health_navigator.admin.office import Office
from health_navigator.admin.refusals import (
    Conflict,
    Fault,
    Invalid,
    NotAllowed,
    NotNow,
    NotSignedIn,
    Refusal,
    Throttled,
    Unknown,
)
from health_navigator.admin.rights import Person, Right
from health_navigator.i18n import mark
from health_navigator.middleware import caller_of, connection_of

CSRF_HEADER = "X-CSRF-Token"
MOST_ON_A_PAGE = 1_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LARGEST_NUMBER = 2**31 - 1

_bearer = HTTPBearer(
    auto_error=False, description="A token from `health-navigator user add --token`."
)
_cookie = APIKeyCookie(
    name=sessions.COOKIE, auto_error=False, description="The cookie that POST /session sets."
)


def office_of(request: Request) -> Office:
    office: Office = request.state.office()
    return office


def address_of(request: Request) -> str | None:
    """From where a request comes; all the addresses that one connection may use are one."""
    caller = caller_of(request.scope)
    return None if caller is None else connection_of(caller).hex()


def origin_of(request: Request) -> str | None:
    """From where a request comes, as the audit keeps it."""
    return audit.to_origin(office_of(request).keys[0], address_of(request))


async def sign_in(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> Person:
    """Whose token or session it is; raises NotSignedIn, or NotAllowed for a forged request."""
    office, origin = office_of(request), origin_of(request)
    if bearer is not None:
        token = bearer.credentials
        person = await office.transact(lambda session: sessions.find_bearer(session, token, origin))
    elif cookie is not None:
        person = await office.transact(
            lambda session: sessions.find_person(session, cookie, origin)
        )
        # The browser sends the cookie by itself; only our own pages know what belongs to it.
        if request.method not in SAFE_METHODS:
            sessions.refuse_forged(cookie, request.headers.get(CSRF_HEADER))
    else:
        person = None
    if person is None:
        raise NotSignedIn(mark("log in first, or send a token"))
    return person


@dataclass(frozen=True, slots=True)
class _Needs:
    right: Right

    def __call__(self, person: Annotated[Person, Depends(sign_in)]) -> Person:
        person.need(self.right)
        return person


Door = Annotated[Office, Depends(office_of)]
Anybody = Annotated[Person, Depends(sign_in)]
Reader = Annotated[Person, Depends(_Needs(Right.READ))]
Editor = Annotated[Person, Depends(_Needs(Right.EDIT))]
Approver = Annotated[Person, Depends(_Needs(Right.APPROVE))]
Importer = Annotated[Person, Depends(_Needs(Right.IMPORT))]
Watcher = Annotated[Person, Depends(_Needs(Right.FIGURES))]
Operator = Annotated[Person, Depends(_Needs(Right.OPERATE))]
Auditor = Annotated[Person, Depends(_Needs(Right.AUDIT))]
PeopleKeeper = Annotated[Person, Depends(_Needs(Right.PEOPLE))]


def is_readable(sign: str) -> bool:
    """Not one of those that no keyboard makes and that PostgreSQL refuses."""
    return sign in "\n\r\t" or unicodedata.category(sign) not in ("Cc", "Cs")


def readable(text: str) -> str:
    if not all(map(is_readable, text)):
        raise ValueError("there are signs in this text that cannot be read")
    return text


Readable = Annotated[str, AfterValidator(readable)]
Number = Annotated[int, Path(ge=1, le=_LARGEST_NUMBER)]
Limit = Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)]
Offset = Annotated[int, Query(ge=0, le=_LARGEST_NUMBER)]


class Sent(BaseModel):
    """What somebody sends: unknown fields are mistakes, unreadable signs too."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _is_readable(cls, value: object) -> object:
        _walk(value)
        return value


def _walk(value: object) -> None:
    if isinstance(value, str):
        readable(value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            readable(str(name))
            _walk(each)
    elif isinstance(value, list):
        for each in value:
            _walk(each)


class FaultOut(BaseModel):
    field: str
    reason: str


class InvalidOut(BaseModel):
    """422: each field that is wrong, and why. `findings`: what publishing would break."""

    detail: list[FaultOut]
    findings: dict[str, Any] | None = None


class RefusedOut(BaseModel):
    detail: str


class ConflictOut(BaseModel):
    """409: both versions where somebody else was faster; else only the reason."""

    detail: str
    yours: dict[str, Any] | None = None
    theirs: dict[str, Any] | None = None


def to_fault_out(fault: Fault) -> FaultOut:
    return FaultOut(field=fault.field, reason=fault.text())


Responses = dict[int | str, dict[str, Any]]
REFUSALS: Responses = {
    401: {"model": RefusedOut, "description": "No token or session, or one that is over"},
    403: {"model": RefusedOut, "description": "The role does not allow it"},
    404: {"model": RefusedOut, "description": "No such thing"},
    409: {"model": ConflictOut, "description": "Changed meanwhile, or not in the needed state"},
    422: {"model": InvalidOut, "description": "Wrong, field by field"},
    429: {"model": RefusedOut, "description": "Too many failed logins"},
}

_STATUS: Mapping[type[Refusal], int] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    Unknown: 404,
    Conflict: 409,
    NotNow: 409,
    Invalid: 422,
    Throttled: 429,
}

Handler = Callable[[Request, Exception], Awaitable[JSONResponse]]


async def tell_refusal(_: Request, error: Exception) -> JSONResponse:
    """A refusal as the API tells it."""
    assert isinstance(error, Refusal)  # noqa: S101  registered for it alone
    status = _STATUS[type(error)]
    return JSONResponse(_body(error), status, headers=_headers(error))


def _body(error: Refusal) -> dict[str, Any]:
    match error:
        case Invalid():
            detail = [to_fault_out(fault).model_dump() for fault in error.faults]
            return {"detail": detail, **({"findings": error.findings} if error.findings else {})}
        case Conflict():
            return {"detail": error.text(), "yours": error.yours, "theirs": error.theirs}
        case _:
            return {"detail": error.text()}


def _headers(error: Refusal) -> dict[str, str]:
    match error:
        case NotSignedIn():
            return {"WWW-Authenticate": "Bearer"}
        case Throttled():
            return {"Retry-After": str(error.seconds)}
        case _:
            return {}
