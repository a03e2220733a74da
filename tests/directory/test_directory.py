"""Which services are offered, and how fast the nearest are found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from time import process_time

import numpy as np
import pytest

from health_navigator.directory import ubigeo
from health_navigator.directory.directory import Directory
from health_navigator.directory.models import Kind, Scope, Service, Status
from health_navigator.directory.nearest import kilometres_from
from health_navigator.matching.places import Place
from health_navigator.provenance import Confidence, Source

LIMA = (-12.0464, -77.0428)
ATE = Place("Lima", "Lima", "Ate")
COMAS = Place("Lima", "Lima", "Comas")
SOURCES = (Source(title="Registro", publisher="Minsa"),)


def _service(name: str, **fields: object) -> Service:
    given = {
        "id": name.lower(),
        "name": name,
        "kind": Kind.CENTRO_SALUD,
        "department": "Lima",
        "province": "Lima",
        "district": "Ate",
        "sources": SOURCES,
        "verified_on": date(2026, 11, 21),
        "review_by": date(2027, 11, 21),
        "confidence": Confidence.OFFICIAL,
    }
    return Service.model_validate({**given, **fields})


def _at(name: str, latitude: float, longitude: float, **fields: object) -> Service:
    return _service(name, latitude=latitude, longitude=longitude, **fields)


def _directory(*services: Service) -> Directory:
    return Directory.of(services, ubigeo.centres())


def _names(found: list[tuple[Service, float | None]]) -> list[str]:
    return [service.name for service, _ in found]


def test_distances_are_great_circles() -> None:
    """Lima to Cusco is 571 km by air."""
    [kilometres] = kilometres_from(LIMA, np.array([(-13.5319, -71.9675)]))
    assert kilometres == pytest.approx(571, abs=6)


def test_the_nearest_come_first() -> None:
    found = _directory(
        _at("Far", -13.5, -72.0), _at("Near", -12.05, -77.04), _at("Middle", -12.2, -76.9)
    ).nearest(Kind.CENTRO_SALUD, point=LIMA)
    assert _names(found) == ["Near", "Middle", "Far"]
    assert found[0][1] == pytest.approx(0.5, abs=0.1)


def test_what_has_no_point_comes_last_without_a_distance() -> None:
    found = _directory(_service("Nowhere"), _at("Far", -3.7, -73.2)).nearest(
        Kind.CENTRO_SALUD, point=LIMA
    )
    assert _names(found) == ["Far", "Nowhere"]
    assert found[1][1] is None


def test_closed_services_are_never_offered() -> None:
    directory = _directory(
        _at("Closed", *LIMA, status=Status.CLOSED, closed_on="2024", replaced_by=("open",)),
        _at("Shut", *LIMA, status=Status.TEMPORARILY_CLOSED),
        _at("Open", *LIMA),
        _at("Unsure", *LIMA, status=Status.UNKNOWN),
    )
    assert _names(directory.nearest(Kind.CENTRO_SALUD, point=LIMA)) == ["Open", "Unsure"]
    assert _names(directory.find()) == ["Open", "Unsure"]
    closed = directory.find_closed("¿dónde queda Closed?")
    assert closed
    assert [each.name for each in directory.replacements(closed)] == ["Open"]


def test_only_the_kind_asked_for() -> None:
    directory = _directory(_at("Post", *LIMA), _at("Hospital", *LIMA, kind=Kind.HOSPITAL))
    assert _names(directory.nearest(Kind.HOSPITAL, point=LIMA)) == ["Hospital"]
    assert directory.nearest(Kind.ALBERGUE, point=LIMA) == []


def test_national_lines_follow_what_is_near() -> None:
    line = _service("Line", scope=Scope.NATIONAL, department=None, province=None, district=None)
    directory = _directory(line, _at("Near", *LIMA))
    assert _names(directory.nearest(Kind.CENTRO_SALUD, point=LIMA, limit=1)) == ["Near", "Line"]
    assert _names(directory.nearest(Kind.CENTRO_SALUD)) == ["Line"]


def test_a_place_without_any_looks_around() -> None:
    directory = _directory(_service("Ate"), _service("Trujillo", department="La Libertad"))
    assert _names(directory.nearest(Kind.CENTRO_SALUD, place=ATE)) == ["Ate"]
    assert _names(directory.nearest(Kind.CENTRO_SALUD, place=COMAS)) == ["Ate"]
    assert _names(directory.nearest(Kind.CENTRO_SALUD, place=Place("Tacna"))) == []


def test_found_by_any_level_however_it_is_spelt() -> None:
    directory = _directory(
        _service("Here"), _service("There", department="Áncash", province="Santa", district="Santa")
    )
    assert _names(directory.find(district="ATE")) == ["Here"]
    assert _names(directory.find(department="ancash", province="SANTA")) == ["There"]
    assert _names(directory.find(department="Lima", district="Santa")) == []


def test_an_empty_directory_finds_nothing() -> None:
    directory = _directory()
    assert directory.nearest(Kind.HOSPITAL, point=LIMA) == []
    assert directory.nearest(Kind.HOSPITAL, place=ATE) == []
    assert directory.find(district="Ate", point=LIMA) == []


def test_a_location_at_sea_or_abroad_is_out_of_reach() -> None:
    directory = _directory()
    assert directory.is_in_reach(LIMA)
    assert not directory.is_in_reach((-12.0, -82.0))
    assert not directory.is_in_reach((10.5, -66.9))


@pytest.fixture(scope="module")
def crowded() -> Directory:
    """25,000 places all over Peru."""
    dice = Random(7)
    districts = ubigeo.districts()
    return _directory(
        *(
            _at(
                f"P{number}",
                dice.uniform(-18, 0),
                dice.uniform(-81, -69),
                department=place.department,
                province=place.province,
                district=place.district,
            )
            for number in range(25_000)
            for place in [dice.choice(districts)]
        )
    )


def _milliseconds(ask: Callable[[], object]) -> float:
    """The best of a few, since the machine has other things to do."""
    times = []
    for _ in range(7):
        start = process_time()
        ask()
        times.append((process_time() - start) * 1_000)
    return min(times)


def test_the_nearest_of_25_000_within_20_milliseconds(crowded: Directory) -> None:
    assert _milliseconds(lambda: crowded.nearest(Kind.CENTRO_SALUD, point=LIMA)) < 20
    assert _milliseconds(lambda: crowded.nearest(Kind.CENTRO_SALUD, place=ATE)) < 20
    assert _milliseconds(lambda: crowded.find(kind=Kind.CENTRO_SALUD, district="Ate")) < 20


def test_the_nearest_of_25_000_are_the_nearest(crowded: Directory) -> None:
    found = crowded.nearest(Kind.CENTRO_SALUD, point=LIMA, limit=10)
    everything = crowded.find(kind=Kind.CENTRO_SALUD, point=LIMA)
    assert found == everything[:10]
    distances = [kilometres for _, kilometres in everything if kilometres is not None]
    assert distances == sorted(distances)
