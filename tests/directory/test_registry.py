"""The Ministry's registry, as messy as it comes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO
from pathlib import Path
from time import process_time

import pytest
from tests.support.registry import POST, csv_of

from health_navigator.csv_text import decoded
from health_navigator.directory.models import Kind, Status
from health_navigator.directory.phones import is_printed
from health_navigator.directory.registry import (
    Effect,
    Registry,
    RegistryError,
    Stamp,
    read_registry,
)

STAMP = Stamp(date(2026, 11, 21), published="2025")
REGISTRY = Path(__file__).parents[3] / "shared" / "data" / "ipress.csv"


def _read(*rows: Mapping[str, str]) -> Registry:
    return read_registry(csv_of(*rows), STAMP)


def _remarks(registry: Registry) -> list[tuple[Effect, str]]:
    return [(each.effect, each.column) for each in registry.report.remarks]


def test_a_row_becomes_a_service() -> None:
    [service] = _read(POST).services
    assert service.id == "ipress-00007050"
    assert service.name == "Puesto de Salud Ambato"
    assert service.kind is Kind.CENTRO_SALUD
    assert service.organisation == "Gobierno Regional de Cajamarca"
    assert (service.department, service.province, service.district) == (
        "Cajamarca",
        "Cutervo",
        "Santa Cruz",
    )
    assert service.ubigeo == "060611"
    assert service.address == "Comunidad de Ambato"
    assert service.phones == ("(041) 475-205",)
    assert service.hours == "Mo-Fr 08:00-14:00; Sa-Su,PH 08:00-14:00 unknown"
    assert service.registry_code == "00007050"
    assert service.status is Status.ACTIVE
    assert service.sources[0].publisher == "Ministerio de Salud del Perú"
    assert service.sources[0].date == "2025"
    assert service.verified_on == date(2026, 11, 21)


def test_exchanged_coordinates_are_put_right() -> None:
    swapped = _read(POST)
    straight = _read({**POST, "north": POST["east"], "east": POST["north"]})
    assert (swapped.services[0].latitude, swapped.services[0].longitude) == (-6.133523, -78.85838)
    assert swapped.services == straight.services
    assert _remarks(swapped) == [(Effect.MENDED, "NORTE")]
    assert _remarks(straight) == []


@pytest.mark.parametrize(
    ("north", "east"),
    [("0", "0"), ("0.0", "0.0"), ("", ""), ("abc", "-6,1"), ("-70.0", "-15.5"), ("10.5", "-66.9")],
)
def test_impossible_coordinates_give_way_to_the_district(north: str, east: str) -> None:
    registry = _read({**POST, "north": north, "east": east})
    [service] = registry.services
    assert service.approximate
    assert service.latitude is not None
    assert -8 < service.latitude < -5
    assert _remarks(registry) == [(Effect.DROPPED, "NORTE")]


def test_a_far_point_is_believed_where_the_neighbours_agree() -> None:
    """The middle of what the registry says tells more than one row."""
    near = [
        {**POST, "code": str(number), "east": str(-6.1 - number / 100)} for number in range(1, 6)
    ]
    lost = {**POST, "code": "99", "north": "-71.5", "east": "-13.5"}
    registry = _read(*near, lost)
    *around, far = registry.services
    assert not any(service.approximate for service in around)
    assert far.approximate
    assert far.latitude == pytest.approx(-6.13, abs=0.01)


def test_a_point_that_many_districts_share_is_no_place() -> None:
    filler = {"north": "-77.0427934", "east": "-12.046374"}
    rows = [
        {**POST, **filler, "code": str(number), "department": "LIMA", "province": "LIMA"}
        | {"district": district, "ubigeo": ubigeo}
        for number, (district, ubigeo) in enumerate(
            [("ATE", "150103"), ("COMAS", "150110"), ("LIMA", "150101")], start=1
        )
    ]
    assert all(service.approximate for service in _read(*rows).services)


def test_a_district_written_in_two_ways_is_one() -> None:
    """Its code with and without the zero, and a neighbour at the same crossing."""
    rows = [
        {**POST, "code": "1"},
        {**POST, "code": "2", "ubigeo": "060611"},
        {**POST, "code": "3", "district": "CUTERVO", "ubigeo": "060601"},
    ]
    assert not any(service.approximate for service in _read(*rows).services)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"category": "I-1"}, Kind.CENTRO_SALUD),
        ({"category": "I-4"}, Kind.CENTRO_SALUD),
        ({"category": "II-1"}, Kind.HOSPITAL),
        ({"category": "II-E"}, Kind.HOSPITAL),
        ({"category": "III-2"}, Kind.HOSPITAL),
        ({"category": "Sin Categoría"}, Kind.CENTRO_SALUD),
        (
            {"category": "Sin Categoría", "class": "HOSPITALES O CLINICAS DE ATENCION GENERAL"},
            Kind.HOSPITAL,
        ),
        ({"category": "", "class": "CENTROS DE VACUNACION"}, Kind.VACUNACION),
        ({"category": "I-3", "name": "MENTAL COMUNITARIA VIRU"}, Kind.SALUD_MENTAL),
        ({"category": "II-1", "name": "HOSPITAL DEPARTAMENTAL"}, Kind.HOSPITAL),
        ({"category": "I-3", "name": "PIMENTAL"}, Kind.CENTRO_SALUD),
        ({"class": "PUESTOS DE SALUD,PUESTOS DE SALUD"}, Kind.CENTRO_SALUD),
    ],
)
def test_kinds(fields: Mapping[str, str], kind: Kind) -> None:
    [service] = _read({**POST, **fields}).services
    assert service.kind is kind


@pytest.mark.parametrize(
    ("fields", "column"),
    [
        ({"institution": "ESSALUD"}, "Institución"),
        ({"institution": "PRIVADO"}, "Institución"),
        ({"institution": "SANIDAD DEL EJERCITO DEL PERU"}, "Institución"),
        ({"name": "PUESTO DE SALUD ESTABLECIMIENTO PENAL CHACHAPOYAS"}, "Institución"),
        ({"category": "Sin Categoría", "class": "PATOLOGIA CLINICA"}, "Clasificación"),
        ({"code": ""}, "Código Único"),
        ({"code": "X-12"}, "Código Único"),
        ({"state": "CERRADO"}, "Estado"),
        ({"name": "."}, "Nombre del establecimiento"),
        ({"district": "NARNIA", "ubigeo": "999999"}, "UBIGEO"),
    ],
)
def test_rows_that_are_not_taken_say_why(fields: Mapping[str, str], column: str) -> None:
    registry = _read({**POST, **fields})
    assert registry.services == ()
    assert _remarks(registry) == [(Effect.REFUSED, column)]
    assert registry.report.refused == 1
    [remark] = registry.report.remarks
    assert remark.row == 2
    assert remark.text().startswith("2: ")


def test_what_does_not_work_is_not_offered() -> None:
    [service] = _read({**POST, "condition": "INOPERATIVO"}).services
    assert service.status is Status.TEMPORARILY_CLOSED
    assert not service.is_offered


def test_dirty_district_names_are_resolved_by_code() -> None:
    dirty = {"department": "PASCO", "province": "PASCO", "ubigeo": "190108"}
    written = {"district": "SAN FCO DE ASIS DE YARUSYACAN", "north": "-76.2", "east": "-10.49"}
    registry = _read({**POST, **dirty, **written})
    assert registry.services[0].district == "San Francisco de Asís de Yarusyacán"
    assert (Effect.MENDED, "Distrito") in _remarks(registry)


def test_a_missing_code_of_the_district_is_found_by_name() -> None:
    [service] = _read({**POST, "ubigeo": ""}).services
    assert service.ubigeo == "060611"


def test_junk_is_dropped_and_told() -> None:
    junk = {"phone": "NO TIENE", "hours": "ACTUALIZAR", "address": "ACTUALIZAR"}
    registry = _read({**POST, **junk})
    [service] = registry.services
    assert (service.phones, service.hours, service.address) == ((), None, None)
    dropped = [column for effect, column in _remarks(registry) if effect is Effect.DROPPED]
    assert sorted(dropped) == ["Dirección", "Horario", "Teléfono"]


def test_what_was_left_empty_needs_no_remark() -> None:
    registry = _read({**POST, "phone": " ", "hours": "", "address": ""})
    assert _remarks(registry) == [(Effect.MENDED, "NORTE")]


def test_a_repeated_code_and_a_known_one_are_refused() -> None:
    twice = _read(POST, {**POST, "name": "OTRO"})
    assert [service.name for service in twice.services] == ["Puesto de Salud Ambato"]
    assert twice.report.refused == 1
    known = read_registry(csv_of(POST), STAMP, known={"00007050"})
    assert known.services == ()
    assert known.report.refused == 1


def test_reading_twice_gives_the_same() -> None:
    assert _read(POST).services == _read(POST).services


def test_other_delimiters_encodings_and_orders_of_columns() -> None:
    expected = _read(POST).services
    windows = csv_of(POST, delimiter=";").encode("cp1252")
    assert read_registry(decoded(windows), STAMP).services == expected
    excel = b"\xef\xbb\xbf" + csv_of(POST).encode()
    assert read_registry(decoded(excel), STAMP).services == expected
    table = [*csv.reader(StringIO(csv_of(POST)))]
    backwards = StringIO()
    csv.writer(backwards).writerows([[*reversed(row)] for row in table])
    assert (
        read_registry(backwards.getvalue().replace("Categoria", "CATEGORÍA"), STAMP).services
        == expected
    )


def test_short_rows_and_blank_lines_do_no_harm() -> None:
    registry = read_registry(csv_of(POST) + "\n,,\nGOBIERNO REGIONAL,12\n", STAMP)
    assert len(registry.services) == 1
    assert registry.report.read == 2
    assert registry.report.refused == 1


@pytest.mark.parametrize("text", ["", "hola", "Código Único,Nombre del establecimiento\n1,A\n"])
def test_another_file_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(RegistryError, match="lacks these columns: Institución"):
        read_registry(text, STAMP)


def test_the_report_counts_what_it_lists() -> None:
    registry = _read(POST, {**POST, "code": "2", "phone": "SN"}, {**POST, "institution": "PRIVADO"})
    counts = registry.report.counts()
    assert (registry.report.read, registry.report.taken, registry.report.refused) == (3, 2, 1)
    assert sum(counts.values()) == len(registry.report.remarks) == 4


@pytest.fixture(scope="module")
def ministry() -> tuple[Registry, float]:
    """The real file, and how many seconds it took."""
    if not REGISTRY.exists():
        pytest.skip(f"the Ministry's file does not ship with the project: {REGISTRY} is absent")
    text = decoded(REGISTRY.read_bytes())
    start = process_time()
    return read_registry(text, STAMP), process_time() - start


def test_the_ministry_s_file_within_20_seconds(ministry: tuple[Registry, float]) -> None:
    registry, seconds = ministry
    assert seconds < 20
    assert registry.report.read == 7_954
    assert registry.report.taken == len(registry.services) > 7_400
    assert registry.report.taken + registry.report.refused == registry.report.read


def test_the_ministry_s_file_gives_clean_services(ministry: tuple[Registry, float]) -> None:
    services = ministry[0].services
    assert len({service.id for service in services}) == len(services)
    assert all(is_printed(phone) for service in services for phone in service.phones)
    assert all(service.latitude is not None for service in services)
    assert sum(service.approximate for service in services) < 50
    assert sum(service.hours is not None for service in services) > 5_500
    assert not any(service.name.isupper() for service in services)
    assert {service.kind for service in services} == {
        Kind.CENTRO_SALUD,
        Kind.HOSPITAL,
        Kind.SALUD_MENTAL,
        Kind.VACUNACION,
    }
