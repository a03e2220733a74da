"""What is wrong with the form of a file, in plain words for those who write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from health_navigator.directory.models import Service
from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.models import (
    Concept,
    Danger,
    EntriesFile,
    Entry,
    Figure,
    KindNames,
    OutOfScope,
    PlaceNames,
    Zone,
)
from health_navigator.knowledge.spelling import closest
from health_navigator.knowledge.yaml_text import Document, Loc
from health_navigator.provenance import Call, Source

_LONGEST_QUOTE = 60

_MODELS: tuple[type[BaseModel], ...] = (
    EntriesFile,
    Entry,
    Figure,
    Service,
    Source,
    Call,
    Concept,
    Danger,
    PlaceNames,
    Zone,
    KindNames,
    OutOfScope,
)
_SPANISH = {
    "título": "title",
    "tema": "topic",
    "preguntas": "questions",
    "respuesta": "answer",
    "etiqueta": "label",
    "sensible": "sensitive",
    "llamar": "call",
    "relacionadas": "related",
    "fuentes": "sources",
    "fuente": "source",
    "fecha": "date",
    "verificado": "verified_on",
    "revisar": "review_by",
    "confianza": "confidence",
    "cifras": "figures",
    "texto": "text",
    "después": "after",
    "regiones": "regions",
    "vence": "expires_on",
    "nota": "note",
    "nombre": "name",
    "organización": "organisation",
    "ofrece": "offers",
    "población": "population",
    "departamento": "department",
    "provincia": "province",
    "distrito": "district",
    "dirección": "address",
    "latitud": "latitude",
    "longitud": "longitude",
    "teléfono": "phone",
    "teléfonos": "phones",
    "correo": "email",
    "página": "web",
    "horario": "hours",
    "costo": "cost",
    "acceso": "access",
    "idiomas": "languages",
    "estado": "status",
    "palabra": "word",
    "mensaje": "message",
    "frases": "phrases",
    "ejemplos": "examples",
}
"""Fields as somebody may write them who thinks in Spanish."""

_MESSAGES = {
    "missing": mark("this field is missing: add it"),
    "string_too_long": mark("too long: write {max_length} characters at most"),
    "string_too_short": mark("too short: write at least {min_length} characters"),
    "too_short": mark("too few: write at least {min_length}"),
    "string_type": mark("write a text here; put numbers and yes/no words in quotes"),
    "string_pattern_mismatch": mark("{input} does not have the form of this field: {pattern}"),
    "enum": mark("{input} is not known here: write one of {expected}"),
    "literal_error": mark("{input} is not known here: write one of {expected}"),
    "bool_type": mark("write true or false"),
    "bool_parsing": mark("write true or false"),
    "tuple_type": mark("write a list here, each item on a line that begins with '- '"),
    "dict_type": mark("write fields here, each as 'name: value'"),
    "model_type": mark("write fields here, each as 'name: value'"),
    "url_parsing": mark("{input} is no web address: write one that begins with https://"),
    "url_scheme": mark("{input} is no web address: write one that begins with https://"),
    "less_than_equal": mark("{input} is too large: {le} at most"),
    "greater_than_equal": mark("{input} is too small: {ge} at least"),
}
_PATTERNS = {
    r"^[^\n]*$": mark("write this on one line"),
    r"^\d{6}$": mark("{input} is no district code: write its six digits in quotes"),
    r"^\d{8}$": mark("{input} is no registry code: write its eight digits in quotes"),
    r"^[A-Z]{2}$": mark("{input} is no country code: write two capitals, for example VE"),
    r"^[a-z0-9]+(-[a-z0-9]+)*$": mark(
        "{input} is no id: write small letters without accents, numbers and hyphens"
    ),
}
_DATE = mark("{input} is no date: write year-month-day, for example 2026-11-21")
_NUMBER = mark("{input} is no number: write it with a point, for example -12.05")
_UNKNOWN_FIELD = mark("unknown field: check its spelling, or leave it out")
_MISSPELT_FIELD = mark("unknown field: write {meant}")


def to_problems(error: ValidationError, document: Document) -> Iterator[Problem]:
    """What pydantic found, in plain words and on its line."""
    found = error.errors(include_url=False)
    explained = {loc for detail in found for loc in _explained(detail)}
    for detail in found:
        loc = _loc(detail)
        if detail["type"] in ("missing", "too_short") and loc in explained:
            continue
        values = {**detail.get("ctx", {}), "input": str(detail["input"])[:_LONGEST_QUOTE]}
        message = _message(detail["type"], loc, values) or _as_text(detail["msg"])
        yield document.problem(loc, ".".join(map(str, _within_item(loc))), message, values)


def _loc(detail: ErrorDetails) -> Loc:
    return tuple(part for part in detail["loc"] if isinstance(part, str | int))


def _explained(detail: ErrorDetails) -> Iterator[Loc]:
    """What counts as missing only because of this mistake: a misspelt field, a list's only item."""
    loc = _loc(detail)
    if detail["type"] == "extra_forbidden":
        yield (*loc[:-1], _meant(str(loc[-1])) or "-")
    yield from (loc[:length] for length in range(len(loc)))


def _message(kind: str, loc: Loc, values: dict[str, Any]) -> str | None:
    if kind == "value_error":
        return str(values.pop("error"))
    if kind == "extra_forbidden":
        values["meant"] = _meant(str(loc[-1]))
        return _MISSPELT_FIELD if values["meant"] else _UNKNOWN_FIELD
    if kind.startswith("date"):
        return _DATE
    if kind.startswith(("float", "int")):
        return _NUMBER
    return _PATTERNS.get(str(values.get("pattern"))) or _MESSAGES.get(kind)


def _meant(field: str) -> str | None:
    fields = {name for model in _MODELS for name in model.model_fields}
    found = closest(field, fields | _SPANISH.keys()) if field not in fields else None
    return _SPANISH.get(found, found) if found else None


def _within_item(loc: Loc) -> Loc:
    """The field's path within its own entry or service, which the line number identifies."""
    inside = loc[2:] if len(loc) > 1 and isinstance(loc[1], int) else loc
    return inside or ("-",)


def _as_text(message: str) -> str:
    return message.replace("{", "{{").replace("}", "}}")
