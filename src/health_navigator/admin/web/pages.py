"""From values to a page: templates, the policy that browsers get."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from health_navigator.admin.refusals import Fault, Invalid, Refusal
from health_navigator.admin.rights import Right
from health_navigator.admin.web import fields, words
from health_navigator.admin.web.form_words import said
from health_navigator.i18n import DEFAULT_LOCALE, translator
from health_navigator.middleware import PAGE_POLICY

HEADERS = {"Content-Security-Policy": PAGE_POLICY, "X-Robots-Tag": "noindex"}
NOTICE = "aviso"
PER_PAGE = 50
_TEMPLATES = Path(__file__).parents[2] / "templates" / "admin"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": words.day,
        "moment": words.moment,
        "days_left": words.days_left,
        "deed": words.deed,
        "note": words.note,
        "who": words.who,
        "said": said,
        "sentence": sentence,
    }
    environment.globals |= {"words": words, "Right": Right}
    return environment


def sentence(fault: Fault) -> str:
    """What is wrong, standing alone."""
    text = said(fault)
    return text[:1].upper() + text[1:]


_templates = _environment()


def render(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page for whoever is logged in."""
    visitor = getattr(request.state, "visitor", None)
    said_of = request.query_params.get(NOTICE, "")
    notice = words.NOTICES.get(said_of)
    html = _templates.get_template(template).render(
        visitor=visitor,
        notice=notice,
        is_warning=said_of in words.WARNINGS,
        path=request.url.path,
        here=address_of_page(request),
        **values,
    )
    return HTMLResponse(html, status, HEADERS)


def address_of_page(request: Request) -> str:
    """The page with its filters, without what it was only to say once."""
    kept = [pair for pair in request.query_params.multi_items() if pair[0] != NOTICE]
    return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path


def go(path: str, notice: str | None = None) -> RedirectResponse:
    """On to another page after something was done."""
    sign = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{sign}{NOTICE}={notice}" if notice else path, 303)


def told_in_spanish(refusal: Refusal) -> str:
    if isinstance(refusal, Invalid) and refusal.faults:
        return " ".join(f"{_with_label(fault)}." for fault in refusal.faults)
    values = {name: words.named(value) for name, value in refusal.values.items()}
    return translator(DEFAULT_LOCALE)(refusal.message).format_map(values)


def _with_label(fault: Fault) -> str:
    label = fields.label_in_any_form(fault.field)
    return f"{label}: {said(fault)}" if label else sentence(fault)
