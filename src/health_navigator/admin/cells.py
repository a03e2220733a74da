"""Knowledge as cells of a spreadsheet and back, without loss. Pure.

A list stands one item a line; a source or a number to call is a line of parts between bars. What a
spreadsheet would take for a formula is led by an apostrophe, and nothing is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from health_navigator.admin.bodies import Body
from health_navigator.i18n import mark

NONE_OF_THEM = "ninguno"
YES, NO = "sí", "no"
_TRUE = frozenset({"sí", "si", "yes", "true", "verdadero", "1", "x"})
_FALSE = frozenset({"no", "false", "falso", "0"})
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_BAR = " | "


class CellError(ValueError):
    """A cell that cannot be read; the text is a gettext id."""


def columns_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The columns of a kind: its fields, the id first."""
    return ("id", *(name for name in model.model_fields if name != "id"))


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def to_cells(model: type[BaseModel], body: Mapping[str, Any]) -> list[str]:
    return [guarded(_to_cell(body[name])) if name in body else "" for name in columns_of(model)]


def _to_cell(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return "\n".join(map(_to_line, value)) or NONE_OF_THEM
    return str(value)


def _to_line(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    parts = [_escaped(value.get(name)) for name in _FIELDS[frozenset(value) & _TELLING]]
    while parts and not parts[-1]:
        parts.pop()
    return _BAR.join(parts)


# What a line of parts means, by the fields that only one kind of them has.
_SOURCE = ("title", "publisher", "url", "date")
_CALL = ("name", "phone", "note")
_FIGURE = ("text", "kind", "source", "after")
_TELLING = frozenset({"publisher", "phone", "text"})
_FIELDS: Mapping[frozenset[str], tuple[str, ...]] = {
    frozenset({"publisher"}): _SOURCE,
    frozenset({"phone"}): _CALL,
    frozenset({"text"}): _FIGURE,
}
_LINES_OF: Mapping[str, tuple[str, ...]] = {"sources": _SOURCE, "call": _CALL, "figures": _FIGURE}


def _escaped(value: object) -> str:
    return "" if value is None else str(value).replace("\\", "\\\\").replace("|", "\\|")


def from_cell(model: type[BaseModel], field: str, cell: str) -> object:
    """The value of a cell; None where it is empty. Raises CellError."""
    text = unguarded(cell.replace("\r\n", "\n").replace("\r", "\n").strip())
    if not text:
        return None
    kind = _kind_of(model, field)
    if kind is bool:
        return _truth(text)
    if kind is float:
        return _number(text)
    if kind is tuple:
        return _list(field, text)
    return text


def _kind_of(model: type[BaseModel], field: str) -> type:
    annotation: Any = model.model_fields[field].annotation
    while get_origin(annotation) in (Union, UnionType, Annotated):
        annotation = get_args(annotation)[0]
    plain = get_origin(annotation) or annotation
    return plain if isinstance(plain, type) else str


def _truth(text: str) -> bool:
    if text.casefold() in _TRUE:
        return True
    if text.casefold() in _FALSE:
        return False
    raise CellError(mark("write sí or no"))


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise CellError(
            mark("this is no number: write it with a point, for example -12.05")
        ) from None


def _list(field: str, text: str) -> list[str] | list[Body]:
    if text == NONE_OF_THEM:
        return []
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if field not in _LINES_OF:
        return lines
    return [_from_line(_LINES_OF[field], line) for line in lines]


def _from_line(fields: Sequence[str], line: str) -> Body:
    parts = _split(line)
    if len(parts) > len(fields):
        raise CellError(mark("too many parts on one line: write \\| for a bar within a text"))
    return {name: part for name, part in zip(fields, parts, strict=False) if part}


def _split(line: str) -> list[str]:
    """The parts between bars; a bar after a backslash belongs to the text."""
    parts = [""]
    signs = iter(line)
    for sign in signs:
        if sign == "\\":
            parts[-1] += next(signs, "")
        elif sign == "|":
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]
