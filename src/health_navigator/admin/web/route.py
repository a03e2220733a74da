"""What every page's route does with a refusal: a login, or a page that says why."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as StarletteHTTPException

from health_navigator.admin.refusals import (
    Conflict,
    Invalid,
    NotAllowed,
    NotNow,
    NotSignedIn,
    Refusal,
    Throttled,
    Unknown,
)
from health_navigator.admin.web.entrance import pairs
from health_navigator.admin.web.pages import render, told_in_spanish

HOME = "/admin"
_MOST_KEPT = 400_000

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handler(request)
            except NotSignedIn:
                return await _login_instead(request)
            except Refusal as refusal:
                return problem(request, _STATUS[type(refusal)], told_in_spanish(refusal))
            except RequestValidationError:
                return problem(request, 404, _HTTP[404])
            except (HTTPException, StarletteHTTPException) as error:
                return problem(request, error.status_code, _HTTP.get(error.status_code, _OTHER))
            finally:
                await request.close()

        return told


_STATUS: Mapping[type[Refusal], int] = {
    NotAllowed: 403,
    Unknown: 404,
    Conflict: 409,
    NotNow: 409,
    Invalid: 422,
    Throttled: 429,
}
_OTHER = "Esto no salió bien. Vuelve atrás e inténtalo otra vez."
_TOO_MUCH = (
    "Es demasiado para una sola vez. Vuelve atrás: tu texto sigue ahí. "
    "Acórtalo, o parte el archivo en dos."
)
_HTTP: Mapping[int, str] = {
    # The form's parser says 400 of a field that is too large.
    400: _TOO_MUCH,
    404: "Esta página no existe.",
    408: "La conexión es muy lenta: no llegó todo. Vuelve atrás e inténtalo otra vez.",
    413: _TOO_MUCH,
}


def problem(request: Request, status: int, message: str) -> Response:
    return render(request, "problem.html", status=status, message=message)


async def _login_instead(request: Request) -> Response:
    """The login in the place of the page that was wanted; a form that was sent is carried along."""
    if request.method in ("GET", "HEAD"):
        return show_login(request, local(request.url.path), "", status=401)
    kept = _kept(request.url.path, [*pairs(await request.form())])
    return show_login(request, local(request.headers.get("Referer", HOME)), kept, status=401)


def _kept(path: str, fields: list[tuple[str, str]]) -> str:
    kept = json.dumps({"path": path, "fields": fields}, ensure_ascii=False) if fields else ""
    return kept if len(kept) <= _MOST_KEPT else ""


def show_login(
    request: Request, after: str, kept: str, *, status: int = 200, error: str = "", name: str = ""
) -> Response:
    return render(
        request, "login.html", status=status, after=after, kept=kept, error=error, name=name
    )


def local(address: str) -> str:
    """A page of ours to go on to, whatever the address says."""
    path = urlsplit(address).path
    is_ours = path == HOME or path.startswith(f"{HOME}/")
    return path if is_ours and path.rpartition("/")[2] not in ("entrar", "salir") else HOME
