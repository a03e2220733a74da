"""The Ministry's registry of establishments: CSV in, services and an account of each row out."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from io import StringIO
from typing import NamedTuple, TypeVar

from health_navigator.csv_text import separator_of
from health_navigator.directory.models import Kind, Service, Status
from health_navigator.directory.phones import find_phones
from health_navigator.directory.proper import proper_address, proper_name
from health_navigator.directory.registry_hours import RegistryHours, read_hours
from health_navigator.directory.registry_places import (
    District,
    Point,
    Surroundings,
    folded,
    read_district,
    read_point,
)
from health_navigator.errors import NavigatorError
from health_navigator.i18n import mark
from health_navigator.matching.places import Place
from health_navigator.provenance import Confidence, Source

Value = TypeVar("Value")

TITLE = "Registro de establecimientos de salud (IPRESS), datos abiertos"
PUBLISHER = "Ministerio de Salud del Perú"
PAGE = "https://www.datosabiertos.gob.pe/"

COLUMNS = {
    "institution": "Institución",
    "code": "Código Único",
    "name": "Nombre del establecimiento",
    "class": "Clasificación",
    "department": "Departamento",
    "province": "Provincia",
    "district": "Distrito",
    "ubigeo": "UBIGEO",
    "address": "Dirección",
    "category": "Categoria",
    "phone": "Teléfono",
    "hours": "Horario",
    "state": "Estado",
    "condition": "Condición",
    "north": "NORTE",
    "east": "ESTE",
}
"""The columns that are read, under the names that this module gives them."""


class RegistryError(NavigatorError):
    """The file is no registry that can be read; the text says what is missing."""


class Effect(StrEnum):
    """What became of a value (mended, dropped) or of a whole row (refused)."""

    MENDED = "mended"
    DROPPED = "dropped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Remark:
    """What was done to a row. `row` counts as a spreadsheet does; `message` is a gettext id."""

    row: int
    code: str
    effect: Effect
    column: str
    message: str
    value: str

    def text(self, translate: Callable[[str], str] = str) -> str:
        told = translate(self.message)
        return f"{self.row}: {self.code}: {self.effect}: {self.column}: {told}: {self.value}"


@dataclass(frozen=True, slots=True)
class Report:
    """An account of every row that was read."""

    read: int
    taken: int
    remarks: tuple[Remark, ...]

    @property
    def refused(self) -> int:
        return sum(remark.effect is Effect.REFUSED for remark in self.remarks)

    def counts(self) -> Counter[tuple[Effect, str, str]]:
        """How often each thing happened, by effect, column and message."""
        return Counter((each.effect, each.column, each.message) for each in self.remarks)


@dataclass(frozen=True, slots=True)
class Registry:
    services: tuple[Service, ...]
    report: Report


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all rows of one import share: when it was checked, and the file's own date."""

    verified_on: date
    published: str | None = None

    @property
    def review_by(self) -> date:
        """A year later: a registry of buildings changes slowly."""
        return self.verified_on + timedelta(days=365)

    @property
    def sources(self) -> tuple[Source, ...]:
        return (Source(title=TITLE, publisher=PUBLISHER, url=PAGE, date=self.published),)


@dataclass(slots=True)
class Row:
    """One row while it is read: its cells, and the remarks made so far."""

    number: int
    cells: Mapping[str, str]
    remarks: list[Remark] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.cells["code"].zfill(8)

    def remark(self, effect: Effect, column: str, message: str) -> None:
        value = self.cells.get(column, "")
        name = COLUMNS.get(column, column)
        self.remarks.append(Remark(self.number, self.code, effect, name, message, value))


def read_registry(text: str, stamp: Stamp, known: Container[str] = ()) -> Registry:
    """The services that a registry's text describes; `known` codes stand in the files already.

    Reading the same text twice gives the same services: ids come from the registry's codes.
    """
    rows = [*_rows(text)]
    around = Surroundings.of(row.cells for row in rows)
    services: dict[str, Service] = {}
    for row in rows:
        service = _service(row, stamp, around, _Taken(known, services))
        if service is not None:
            services[service.id] = service
    remarks = tuple(remark for row in rows for remark in row.remarks)
    return Registry(tuple(services.values()), Report(len(rows), len(services), remarks))


def _rows(text: str) -> Iterator[Row]:
    lines = _lines(text.lstrip("\ufeff"))
    places = _places(next(lines, (0, []))[1])
    for number, cells in lines:
        if any(cell.strip() for cell in cells):
            padded = [*cells, *[""] * (max(places.values()) + 1 - len(cells))]
            yield Row(number, {name: padded[at].strip() for name, at in places.items()})


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row, with the line where it ends."""
    reader = csv.reader(StringIO(text), delimiter=separator_of(text))
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise RegistryError(f"line {reader.line_num} is no CSV: {error}") from error


def _places(header: list[str]) -> Mapping[str, int]:
    """Where each column stands, whatever its order, accents or capitals."""
    found = {folded(title): at for at, title in enumerate(header)}
    missing = [title for title in COLUMNS.values() if folded(title) not in found]
    if missing:
        raise RegistryError(f"the registry lacks these columns: {', '.join(missing)}")
    return {name: found[folded(title)] for name, title in COLUMNS.items()}


class _Taken(NamedTuple):
    """What is there already: codes in the knowledge files, ids in earlier rows."""

    codes: Container[str]
    ids: Container[str]


def _service(row: Row, stamp: Stamp, around: Surroundings, taken: _Taken) -> Service | None:
    district = read_district(row.cells)
    kind = _kind(row.cells)
    refusal = _refusal(row, taken)
    if refusal is not None or district is None or kind is None:
        column, message = refusal or _unplaced(district)
        row.remark(Effect.REFUSED, column, message)
        return None
    if not district.as_written:
        row.remark(Effect.MENDED, "district", mark("the district's name, spelt officially"))
    return _described(row, stamp, kind, _Site(district, _point(row, district, around)))


def _unplaced(district: District | None) -> tuple[str, str]:
    if district is None:
        return "ubigeo", mark("no district of Peru has this code or name")
    return "class", mark("a laboratory, an ambulance or another service behind the scenes")


def _refusal(row: Row, taken: _Taken) -> tuple[str, str] | None:
    """Why a row is not taken, with the column that says so."""
    cells = row.cells
    if not re.fullmatch(r"\d{1,8}", cells["code"]):
        return "code", mark("no code: the row cannot be told from others")
    if row.code in taken.codes:
        return "code", mark("already in the knowledge files, which say more")
    if _id(row.code) in taken.ids:
        return "code", mark("the same code stands in an earlier row")
    if folded(cells["state"]) != "activado":
        return "state", mark("not active")
    if not _OPEN_TO_ALL.search(folded(cells["institution"])) or _PRISON.search(
        folded(cells["name"])
    ):
        return "institution", mark("only for insured, members, patients who pay, or prisoners")
    if not re.search(r"[^\W\d_]{2}", cells["name"]):
        return "name", mark("no name")
    return None


_OPEN_TO_ALL = re.compile(r"\b(?:gobierno regional|minsa|ministerio de salud|municipalidad)\b")
_PRISON = re.compile(r"\b(?:penal|penitenciario)\b")
_MENTAL = re.compile(r"\b(?:mental|dependientes a sustancias)\b")
_SUPPORT = re.compile(
    r"\b(?:patologia|traslado|hospitalaria|opticos|protesis|imagenes|domiciliaria|hemodialisis)\b"
)
_HOSPITAL = re.compile(r"\b(?:hospitales|institutos)\b")


def _kind(cells: Mapping[str, str]) -> Kind | None:
    """What people find there, by category; by class where there is no category."""
    category, described = cells["category"].strip().upper(), folded(cells["class"])
    if _MENTAL.search(f"{folded(cells['name'])} {described}"):
        return Kind.SALUD_MENTAL
    if re.fullmatch(r"I{2,3}-(?:[12]|E)", category):
        return Kind.HOSPITAL
    if re.fullmatch(r"I-[1-4]", category):
        return Kind.CENTRO_SALUD
    if "vacunacion" in described:
        return Kind.VACUNACION
    if _SUPPORT.search(described):
        return None
    return Kind.HOSPITAL if _HOSPITAL.search(described) else Kind.CENTRO_SALUD


class _Site(NamedTuple):
    district: District
    point: Point


def _described(row: Row, stamp: Stamp, kind: Kind, site: _Site) -> Service:
    cells, place, point = row.cells, site.district.place, site.point
    hours = _used(row, "hours", _hours(kind, cells)) or RegistryHours()
    return Service(
        id=_id(row.code),
        kind=kind,
        name=proper_name(cells["name"], _noun(kind, folded(cells["class"]))),
        organisation=_organisation(folded(cells["institution"]), place),
        department=place.department,
        province=place.province,
        district=place.district,
        ubigeo=site.district.ubigeo,
        address=_used(row, "address", proper_address(cells["address"], place)),
        latitude=point.latitude,
        longitude=point.longitude,
        approximate=point.is_middle,
        phones=_used(row, "phone", find_phones(cells["phone"], place.department)) or (),
        hours=hours.hours,
        hours_note=hours.note,
        status=_status(row),
        registry_code=row.code,
        sources=stamp.sources,
        verified_on=stamp.verified_on,
        review_by=stamp.review_by,
        confidence=Confidence.OFFICIAL,
    )


def _used(row: Row, column: str, value: Value) -> Value:
    """The value, with a remark where the registry says something that nobody can use."""
    if not value and row.cells[column]:
        row.remark(Effect.DROPPED, column, mark("says nothing that can be used"))
    return value


def _point(row: Row, district: District, around: Surroundings) -> Point:
    point = read_point(row.cells["north"], row.cells["east"], district, around)
    if point.doubt:
        row.remark(Effect.DROPPED, "north", point.doubt)
    elif point.swapped:
        row.remark(Effect.MENDED, "north", mark("NORTE and ESTE were exchanged"))
    return point


def _hours(kind: Kind, cells: Mapping[str, str]) -> RegistryHours | None:
    has_beds = cells["category"].upper() == "I-4"
    return read_hours(cells["hours"], is_hospital=kind is Kind.HOSPITAL, has_beds=has_beds)


def _status(row: Row) -> Status:
    if folded(row.cells["condition"]) == "en funcionamiento":
        return Status.ACTIVE
    row.remark(Effect.MENDED, "condition", mark("not working: taken as temporarily closed"))
    return Status.TEMPORARILY_CLOSED


def _noun(kind: Kind, described: str) -> str:
    """What to call an establishment whose name does not say what it is."""
    if "institutos" in described:
        return "INSTITUTO"
    if kind is Kind.HOSPITAL:
        return "HOSPITAL"
    return "PUESTO DE SALUD" if "puestos" in described else "CENTRO DE SALUD"


def _organisation(institution: str, place: Place) -> str:
    if "gobierno regional" in institution:
        return f"Gobierno Regional de {place.department}"
    return "Municipalidad" if "municipalidad" in institution else PUBLISHER


def _id(code: str) -> str:
    """Stable for ever: the category, and with it the kind, may change from year to year."""
    return f"ipress-{code}"
