"""The form of an entry or a service: its fields in Spanish, from a body and back to one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from health_navigator.admin import bodies, cells
from health_navigator.admin.bodies import Body
from health_navigator.admin.refusals import Fault
from health_navigator.admin.web import words
from health_navigator.admin.web.dependencies import Posted
from health_navigator.knowledge.models import ItemKind

# Empty lines that wait below the rows, so that the form grows without JavaScript.
_SPARE_ROWS = 2
_ROW = re.compile(r"([a-z_]+)\.(\d{1,3})\.([a-z]+)")
Choices = Sequence[tuple[str, str]]


class Shape(StrEnum):
    LINE = "line"
    TEXT = "text"
    LINES = "lines"
    TICK = "tick"
    CHOICE = "choice"
    DATE = "date"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `parts` are a row's own fields; `most` is how much text it takes."""

    name: str
    label: str
    shape: Shape = Shape.LINE
    hint: str = ""
    choices: Choices = ()
    parts: tuple[Field, ...] = ()
    most: int = 500
    height: int = 3
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    fields: tuple[Field, ...]


def _choices(names: Mapping[Any, str]) -> Choices:
    return [(value.value, name) for value, name in names.items()]


_SOURCES = Field(
    "sources",
    "Fuentes",
    Shape.ROWS,
    "De dónde sale lo que decimos. La persona ve el nombre de quien lo publica.",
    parts=(
        Field("title", "Título"),
        Field("publisher", "Quién lo publica", hint="Por ejemplo: Minsa"),
        Field("url", "Dirección web", most=2_000),
        Field("date", "Fecha", hint="2025, 2025-06 o 2025-06-10", most=10),
    ),
    needed=True,
)
_VOUCHED = (
    _SOURCES,
    Field("confidence", "Confianza", Shape.CHOICE, choices=_choices(words.CONFIDENCE), needed=True),
    Field("verified_on", "Verificado el", Shape.DATE, "Cuándo se comprobó.", needed=True),
    Field(
        "review_by",
        "Revisar antes del",
        Shape.DATE,
        "Después, el bot avisa que pudo cambiar.",
        needed=True,
    ),
)
_NOTE = Field("note", "Nota del equipo", Shape.TEXT, "Nadie fuera del equipo la ve.", most=4_000)

ENTRY = (
    Section(
        "La pregunta",
        (
            Field("title", "Título", hint="Una pregunta, hasta 70 letras.", most=70, needed=True),
            Field("topic", "Tema", Shape.CHOICE, needed=True),
            Field(
                "questions",
                "Así lo pregunta la gente",
                Shape.LINES,
                "Una por línea, como se escribe en el teléfono. Cuanto más distintas, mejor: "
                "las entradas de ahora tienen unas 37.",
                most=40_000,
                height=10,
                needed=True,
            ),
            Field(
                "pinned",
                "Preguntas fijas",
                Shape.LINES,
                "Dos o tres de las de arriba: siempre deben llegar a esta entrada.",
                most=4_000,
            ),
        ),
    ),
    Section(
        "La respuesta",
        (
            Field(
                "answer",
                "Respuesta",
                Shape.TEXT,
                "La primera línea responde. Después: qué llevar, dónde, cuánto cuesta. "
                "Hasta 900 letras. La mayoría de las respuestas tiene entre 700 y 850, "
                "más de una pantalla de teléfono: lo que no puede faltar va en las primeras 300.",
                most=bodies.MOST_ANSWER,
                height=12,
                needed=True,
            ),
            Field(
                "call",
                "A quién llamar",
                Shape.ROWS,
                parts=(
                    Field("name", "Nombre"),
                    Field("phone", "Teléfono", hint="113 · 0800-15170 · (01) 411-8000"),
                    Field("note", "Detalle", hint="Por ejemplo: gratis"),
                ),
            ),
            Field(
                "related",
                "Entradas relacionadas",
                Shape.LINES,
                "Dos o tres, una por línea, con su nombre corto.",
                most=4_000,
            ),
            Field(
                "label",
                "Texto del botón",
                hint="Hasta 28 letras. Otros pueden ver la pantalla: nada delicado.",
                most=28,
            ),
            Field("sensitive", "Es un tema delicado", Shape.TICK),
        ),
    ),
    Section(
        "De dónde sale",
        (
            *_VOUCHED,
            Field("expires_on", "Deja de mostrarse el", Shape.DATE, "Solo si tiene fecha de fin."),
            Field(
                "figures",
                "Cifras de la respuesta",
                Shape.ROWS,
                "Cada precio, plazo, edad o ley, escrito igual que en la respuesta.",
                parts=(
                    Field("text", "Cifra"),
                    Field("kind", "Tipo", Shape.CHOICE, choices=_choices(words.FIGURE_KINDS)),
                    Field("source", "Dirección de su fuente", most=2_000),
                    Field("after", "Si el plazo pasó", hint="Palabras de la respuesta"),
                ),
            ),
            Field("regions", "Solo vale en", Shape.LINES, "Departamentos, uno por línea."),
            _NOTE,
        ),
    ),
)
SERVICE = (
    Section(
        "Qué es",
        (
            Field("name", "Nombre", most=200, needed=True),
            Field("kind", "Tipo", Shape.CHOICE, choices=_choices(words.KINDS), needed=True),
            Field("organisation", "De quién es"),
            Field("offers", "Qué ofrece", Shape.LINES, "Una cosa por línea.", most=4_000),
            Field("population", "Para quién"),
            Field("languages", "Idiomas", Shape.LINES, "Con dos letras: es, en, ht.", height=2),
        ),
    ),
    Section(
        "¿Está abierto?",
        (
            Field("status", "Estado", Shape.CHOICE, choices=_choices(words.STATUSES)),
            Field("closed_on", "Cerró en", hint="Si cerró: 2024, 2024-02 o 2024-02-15.", most=10),
            Field(
                "replaced_by",
                "En su lugar",
                Shape.LINES,
                "Si cerró: el nombre corto de los que siguen abiertos, o «ninguno».",
                most=4_000,
                height=2,
            ),
            Field(
                "hours",
                "Horario",
                hint="Mo-Fr 08:00-17:00; Sa 08:00-13:00; PH off. Abajo lo ves en palabras.",
            ),
            Field("hours_note", "Sobre el horario"),
        ),
    ),
    Section(
        "Dónde",
        (
            Field("scope", "Alcance", Shape.CHOICE, choices=_choices(words.SCOPES)),
            Field("department", "Departamento"),
            Field("province", "Provincia"),
            Field("district", "Distrito"),
            Field("ubigeo", "Código del distrito", hint="Seis cifras (INEI).", most=6),
            Field("address", "Dirección"),
            Field("address_withheld", "La dirección no se da (refugio)", Shape.TICK),
            Field("latitude", "Latitud", hint="Con punto: -12.05", most=20),
            Field("longitude", "Longitud", hint="Con punto: -77.04", most=20),
            Field("approximate", "El punto es el centro del distrito", Shape.TICK),
        ),
    ),
    Section(
        "Cómo llegar y cuánto cuesta",
        (
            Field("phones", "Teléfonos", Shape.LINES, "Uno por línea.", most=2_000),
            Field("whatsapp", "WhatsApp", hint="Solo el que la organización publica."),
            Field("email", "Correo"),
            Field("web", "Página web", most=2_000),
            Field("cost", "Costo"),
            Field("access", "Cómo se entra", hint="Por ejemplo: Llama antes de ir."),
        ),
    ),
    Section(
        "De dónde sale",
        (
            *_VOUCHED,
            Field("registry_code", "Código Renipress", hint="Ocho cifras.", most=8),
            _NOTE,
        ),
    ),
)


def sections_of(kind: ItemKind) -> tuple[Section, ...]:
    return ENTRY if kind is ItemKind.ENTRY else SERVICE


def all_fields(kind: ItemKind) -> Iterator[Field]:
    return (each for section in sections_of(kind) for each in section.fields)


def label_of(kind: str, name: str) -> str:
    """A field's name as the form has it; «sources.0.url» as «Fuentes 1, Dirección web»."""
    known = {each.name: each for each in all_fields(_form_kind(kind))}
    first, *rest = name.split(".")
    found = known.get(first)
    if found is None:
        return {"id": "Nombre corto", "groups": "Grupos", "role": "Rol", "-": "La entrada"}.get(
            first, first
        )
    number = f" {int(rest[0]) + 1}" if rest and rest[0].isdecimal() else ""
    parts = {part.name: part.label for part in found.parts}
    inner = f", {parts.get(rest[1], rest[1])}" if len(rest) > 1 else ""
    return f"{found.label}{number}{inner}"


def label_in_any_form(name: str) -> str | None:
    """The label, where nothing says of which form a fault is."""
    first = name.split(".")[0]
    for kind in (ItemKind.ENTRY, ItemKind.SERVICE):
        if any(each.name == first for each in all_fields(kind)):
            return label_of(kind, name)
    return None


def in_words(
    kind: str, body: Mapping[str, Any], topics: Mapping[str, str] = MappingProxyType({})
) -> Mapping[str, Any]:
    """The body with its choices and days as the form and the pages say them."""
    if kind not in (ItemKind.ENTRY, ItemKind.SERVICE):
        return body
    known = {each.name: each for each in all_fields(ItemKind(kind))}
    told = {name: _in_words(known.get(name), value) for name, value in body.items()}
    return {**told, "topic": topics.get(told["topic"], told["topic"])} if "topic" in told else told


def _in_words(of: Field | None, value: Any) -> Any:  # noqa: ANN401  whatever a body holds
    if of is None:
        return value
    if of.shape is Shape.ROWS:
        parts = {part.name: part for part in of.parts}
        return [
            {name: _in_words(parts.get(name), part) for name, part in row.items()} for row in value
        ]
    if of.shape is Shape.DATE:
        return words.day(str(value))
    return dict(of.choices).get(value, value) if of.shape is Shape.CHOICE else value


def _form_kind(kind: str) -> ItemKind:
    return ItemKind.SERVICE if kind == ItemKind.SERVICE else ItemKind.ENTRY


Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form: texts by field, and rows of texts."""

    texts: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    def rows_of(self, name: str) -> Sequence[Row]:
        """The rows with some empty ones below."""
        return [*self.rows.get(name, ()), *({} for _ in range(_SPARE_ROWS))]

    def names_of_parts(self, of: Field) -> Sequence[str]:
        """What the inputs of its rows are called: «sources.0.url»."""
        numbers = range(len(self.rows.get(of.name, ())))
        return [f"{of.name}.{number}.{part.name}" for number in numbers for part in of.parts]


def from_body(kind: ItemKind, body: Mapping[str, Any]) -> Filled:
    texts: dict[str, str] = {}
    rows: dict[str, list[Row]] = {}
    for each in all_fields(kind):
        value = body.get(each.name)
        if each.shape is Shape.ROWS:
            rows[each.name] = [_to_row(row) for row in value or ()]
        elif value is not None:
            texts[each.name] = _to_text(value)
    return Filled(texts, rows)


def _to_row(row: Mapping[str, Any]) -> Row:
    return {name: str(value) for name, value in row.items() if value is not None}


def _to_text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, list):
        return "\n".join(map(str, value)) or cells.NONE_OF_THEM
    return str(value)


def from_posted(kind: ItemKind, posted: Posted) -> Filled:
    names = {each.name for each in all_fields(kind)}
    texts = {name: text for name, text in posted.texts.items() if name in names}
    found: dict[str, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for name, text in posted.texts.items():
        place = _ROW.fullmatch(name)
        if place is not None and text.strip():
            found[place[1]][int(place[2])][place[3]] = text.strip()
    rows = {name: [row for _, row in sorted(each.items())] for name, each in found.items()}
    return Filled(texts, {name: _meant(each) for name, each in rows.items()})


def _meant(rows: Sequence[Row]) -> list[Row]:
    """A choice alone is no row: it stands there before anybody wrote anything."""
    return [row for row in rows if set(row) != {"kind"}]


def to_body(kind: ItemKind, filled: Filled) -> tuple[Body, list[Fault]]:
    """What was written, as a body whose empty fields are null, and what cannot be read of it."""
    body: Body = {}
    faults: list[Fault] = []
    for each in all_fields(kind):
        if each.shape is Shape.ROWS:
            body[each.name] = [dict(row) for row in filled.rows.get(each.name, ())] or None
            continue
        try:
            body[each.name] = _value(kind, each, filled.text(each.name).strip())
        except cells.CellError as error:
            faults.append(Fault(each.name, str(error)))
    return body, faults


def _value(kind: ItemKind, of: Field, text: str) -> object:
    if of.shape is Shape.TICK:
        return True if text else None
    if of.shape in (Shape.TEXT, Shape.CHOICE, Shape.DATE):
        return text or None
    return cells.from_cell(bodies.model_of(kind, ""), of.name, text)
