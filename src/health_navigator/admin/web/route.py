"""What every page's route does with a refusal: a login, or a page that says why."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import structlog
from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

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
from health_navigator.admin.web.dependencies import PAGE_FIELD, pairs
from health_navigator.admin.web.pages import address_of_page, go, render, told_in_spanish
from health_navigator.errors import DatabaseAwayError

log = structlog.get_logger()

HOME = "/admin"
_MOST_KEPT = 400_000
# A password stands on no page, not even to be sent again.
_SECRET = frozenset({"clave", "antes", "otra_vez"})

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
            except DatabaseAwayError as error:
                log.warning("database.away", error=str(error))
                return await _come_back(request)
            except RequestValidationError:
                return lead_back(request)
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
_FAILED = (
    "Algo falló de nuestro lado, y no se hizo lo que pedías. Si escribiste algo, vuelve atrás: tu "
    "texto sigue ahí. Inténtalo otra vez; si falla de nuevo, avisa a quien cuida el programa."
)
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


def lead_back(request: Request) -> Response:
    """What is only sent, asked for as a page: loaded again, or come back to after a login."""
    is_only_sent = request.method == "GET" and any(
        route.matches(request.scope)[0] is Match.PARTIAL for route in request.app.routes
    )
    return go(_page_of(request.url.path)) if is_only_sent else problem(request, 404, _HTTP[404])


def _page_of(path: str) -> str:
    first, *rest = path.removeprefix(f"{HOME}/").split("/")
    kept = rest[:1] if first in _SHELVES else []
    return "/".join((HOME, _ELSEWHERE.get(first, first), *kept)).rstrip("/")


# Under these, each thing has a page of its own.
_SHELVES = frozenset({"entradas", "servicios", "documentos", "sin-respuesta", "fuera-de-alcance"})
_ELSEWHERE = {"avisos": "servicios", "salir": "", "salir-de-todo": "cuenta"}


def failed(request: Request) -> Response:
    """A fault of ours, in the words of those who work here."""
    return problem(request, 500, _FAILED)


async def _come_back(request: Request) -> Response:
    """What cannot be done now, with all that was sent, to be sent once more."""
    form = {} if request.method in ("GET", "HEAD") else await request.form()
    texts = [(name, text) for name, text in form.items() if isinstance(text, str)]
    texts = [] if _SECRET.intersection(form) else texts
    has_file = any(not isinstance(value, str) for value in form.values())
    return render(request, "away.html", status=503, texts=texts, has_file=has_file)


async def _login_instead(request: Request) -> Response:
    """The login in the place of the page that was wanted; a form that was sent is carried along."""
    if request.method in ("GET", "HEAD"):
        return show_login(request, local(address_of_page(request)), "", status=401)
    form = await request.form()
    fields = [] if _SECRET.intersection(form) else [*pairs(form)]
    kept, after = _kept(request.url.path, fields), await page_of_form(request, HOME)
    return show_login(request, after, kept, status=401, undone=not kept)


async def page_of_form(request: Request, otherwise: str) -> str:
    """The page, with its filters, on which the form stood that was sent."""
    page = (await request.form()).get(PAGE_FIELD)
    return local(page) if isinstance(page, str) else otherwise


def _kept(path: str, fields: list[tuple[str, str]]) -> str:
    kept = json.dumps({"path": path, "fields": fields}, ensure_ascii=False) if fields else ""
    return kept if len(kept) <= _MOST_KEPT else ""


def show_login(
    request: Request,
    after: str,
    kept: str,
    *,
    status: int = 200,
    undone: bool = False,
    error: str = "",
    name: str = "",
) -> Response:
    """`undone`: what was sent is neither done nor carried along."""
    values = {"after": after, "kept": kept, "undone": undone, "error": error, "name": name}
    return render(request, "login.html", status=status, **values)


def local(address: str) -> str:
    """A page of ours to go on to, whatever the address says."""
    parts = urlsplit(address)
    is_ours = parts.path == HOME or parts.path.startswith(f"{HOME}/")
    if parts.scheme or parts.netloc or not is_ours:
        return HOME
    if parts.path.rpartition("/")[2] in ("entrar", "salir"):
        return HOME
    return urlunsplit(("", "", parts.path, parts.query, ""))
