"""The conversation as a web page that works without JavaScript and contacts no third party."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape
from starlette.staticfiles import StaticFiles

from health_navigator.conversation import replies
from health_navigator.conversation.models import (
    Command,
    Incoming,
    Opened,
    Point,
    Reply,
    Said,
    Tap,
    Text,
    Turn,
)
from health_navigator.conversation.taps import Taps
from health_navigator.i18n import DEFAULT_LOCALE, Translate, translator
from health_navigator.matching.normalise import LONGEST_TEXT
from health_navigator.middleware import PAGE_POLICY

router = APIRouter(include_in_schema=False)

_HERE = Path(__file__).parent
COOKIE = "chat"
_MAX_DATA = 64
STATIC = StaticFiles(directory=_HERE / "static")
# Clears what the browser kept of a deleted conversation, and tells the page's script.
_FORGET = {"Clear-Site-Data": '"cache", "storage"', "X-Forgotten": "1"}
# Numbers as the knowledge prints them (113, 0800-15170, (01) 411-8000, 999 888 777); no prices.
_PHONE = re.compile(
    r"(?<![\w.,-])(?<!S/ )"
    r"(?:0800-\d{5}|\(0\d{1,2}\) \d{3}-\d{3,4}|9\d{2} \d{3} \d{3}|1(?:00|05|06|1\d|8\d\d))"
    r"(?![\w-]|[.,]\d| (?:soles|d[ií]as|a[nñ]os|km|mil)\b)"
)
# «Av. Goyeneche 100» and «Pasaje Leones 115»: the number of a house, as an address has it.
_STREET = re.compile(
    r"\b(?:Av|Avda|Avenida|Jr|Jir[oó]n|Ca|Calle|Cl|Pje|Psje|Pj|Pasaje|Prol|Prolongaci[oó]n|Carretera"
    r"|Alameda|Malec[oó]n|Paseo|Plaza|Parque|Urb|Asoc|Mz|Lote?|Lt|Km)\b\.?"
    r"(?: +(?:[A-ZÁÉÍÓÚÑ]\w{0,4}\.|[A-ZÁÉÍÓÚÑ][\w'-]*|\d+|de|del|la|las|los|el|y|N[.°º]+))* +$"
)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_calls"] = with_calls
    return environment


def with_calls(text: str) -> Markup:
    """Escaped text in which phone numbers can be tapped."""
    escaped = str(escape(text))
    return Markup(_PHONE.sub(_to_call, escaped))  # noqa: S704  escaped above


def _to_call(found: re.Match[str]) -> str:
    if _STREET.search(found.string[: found.start()]):
        return found[0]
    return f'<a href="tel:{_dial(found[0])}">{found[0]}</a>'


def _dial(phone: str) -> str:
    return re.sub(r"\D", "", phone)


_templates = _environment()


@router.get("/")
async def page(request: Request) -> Response:
    """The page with the greeting; loading it again forgets nothing of the last half hour."""
    token = request.cookies.get(COOKIE) or secrets.token_urlsafe(18)
    turn = await _converse(request, token, Opened())
    return _render(request, token, turn, None)


@router.post("/")
async def say(
    request: Request,
    text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    tap: Annotated[str, Form(max_length=_MAX_DATA)] = "",
    latitude: Annotated[float | None, Form(ge=-90, le=90)] = None,
    longitude: Annotated[float | None, Form(ge=-180, le=180)] = None,
) -> Response:
    """One exchange: the whole page, or only the new messages for the page's script."""
    token = request.cookies.get(COOKIE) or secrets.token_urlsafe(18)
    said: Said
    if latitude is not None and longitude is not None:
        said = Point(latitude, longitude)
    elif tap:
        said = Tap(tap)
    else:
        said = _read(text)
    turn = await _converse(request, token, said)
    return _render(request, token, turn, text or None)


def _read(text: str) -> Said:
    if text.startswith("/"):
        name, _, argument = text[1:].partition(" ")
        return Command(name.lower(), argument.strip())
    return Text(text)


async def _converse(request: Request, token: str, said: Said | Opened) -> Turn:
    chats = chat_names(request.state.web_keys, token)
    turn: Turn = await request.state.desk.converse("web", chats, Incoming(chats, said))
    return turn


def chat_names(keys: Sequence[bytes], token: str) -> tuple[str, ...]:
    """The names of a page's conversation, which never equal those of a Telegram chat."""
    message = f"web:{token}".encode()
    return tuple(hmac.new(key, message, hashlib.sha256).hexdigest()[:40] for key in keys)


def _render(request: Request, token: str, turn: Turn, asked: str | None) -> Response:
    locale = (turn.state and turn.state.locale) or DEFAULT_LOCALE
    translate = translator(locale)
    template = "messages.html" if request.headers.get("X-Fragment") else "chat.html"
    html = _templates.get_template(template).render(
        replies=_to_show(turn, translate),
        asked=None if turn.forget else asked,
        locale=locale,
        languages=replies.LANGUAGES,
        language_tap=Taps.LANGUAGE.with_argument,
        longest=LONGEST_TEXT,
        _=translate,
    )
    response = HTMLResponse(html, headers={"Content-Security-Policy": PAGE_POLICY})
    if turn.forget:
        response.headers.update(_FORGET)
    _remember(request, response, token, turn)
    return response


def _to_show(turn: Turn, translate: Translate) -> Sequence[Reply]:
    """A page has no keyboard to remove, and one that shows nothing new looks broken."""
    if turn.outcome == "forgotten":
        return (replies.screen_cleared(translate),)
    telling = [reply for reply in turn.replies if not reply.removes_keyboard]
    return telling or turn.replies or (replies.slow_down(translate),)


def _remember(request: Request, response: Response, token: str, turn: Turn) -> None:
    """Set a session cookie: gone with the browser or on demand, hidden from scripts and others."""
    if turn.forget:
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=_is_https(request))


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
