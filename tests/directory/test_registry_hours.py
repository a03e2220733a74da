"""The registry's words on hours, never read as more than they say."""

from __future__ import annotations

import pytest

from health_navigator.directory.hours import parsed
from health_navigator.directory.registry_hours import RegistryHours, read_hours


def _post(text: str) -> RegistryHours | None:
    return read_hours(text, is_hospital=False, has_beds=False)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("8:00 - 14:00", "08:00-14:00"),
        ("8:00-2:00 P.M", "08:00-14:00"),
        ("08:00-2:00PM", "08:00-14:00"),
        ("8:00 - 2:00", "08:00-14:00"),
        ("7:30AM-17:00PM", "07:30-17:00"),
        ("08:00 AM A 14:00 PM", "08:00-14:00"),
        ("7.30 - 13.30 HORAS", "07:30-13:30"),
        ("08:00 \x96 18:00", "08:00-18:00"),
        ("08:00 A 15:00 HORAS,", "08:00-15:00"),
        ("8-12:00 y 15-17:00", "08:00-12:00,15:00-17:00"),
    ],
)
def test_times_without_days_hold_on_weekdays_only(text: str, times: str) -> None:
    read = _post(text)
    assert read
    assert read.hours == f"Mo-Fr {times}; Sa-Su,PH {times} unknown"
    assert read.note
    assert "no dice qué días" in read.note
    parsed(read.hours)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("LUN-SAB: 08:00-14:00", "Mo-Sa"),
        ("L-D/ 8:00 - 14:00", "Mo-Su"),
        ("L-V 8:00 A 14:00", "Mo-Fr"),
    ],
)
def test_days_that_are_named(text: str, days: str) -> None:
    assert _post(text) == RegistryHours(f"{days} 08:00-14:00; PH 08:00-14:00 unknown")


def test_24_hours_depend_on_who_says_it() -> None:
    hospital = read_hours("24 HORAS", is_hospital=True, has_beds=True)
    with_beds = read_hours("24 HORAS", is_hospital=False, has_beds=True)
    assert hospital
    assert hospital.hours == "24/7"
    assert with_beds
    assert with_beds.hours == "24/7"
    assert _post("24 HORAS") == RegistryHours(None, "El registro dice 24 horas: llama antes de ir.")


def test_a_length_is_no_timetable() -> None:
    assert _post("12 HORAS") == RegistryHours(None, "El registro dice 12 horas al día.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ACTUALIZAR",
        "SEGUN ROL DE TURNO",
        "LUNES A SABADO DE 08",
        "08:00-12:00 / 15:00-",
        "8:00 - 20:00 - EMERG",
        "18:00 - 18:00",
        "8:00-12:00 Y 5-17:00",
        "7.30 AM - 70.30 PM",
        "08:00 - 14:000",
    ],
)
def test_what_is_cut_off_or_unclear_is_left_out(text: str) -> None:
    assert _post(text) is None
