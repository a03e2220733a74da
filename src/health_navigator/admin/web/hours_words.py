"""Opening hours in words, so that whoever wrote them sees what they mean. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby

from opening_hours import OpeningHours, State, validate

from health_navigator.clock import LIMA
from health_navigator.directory.hours import parsed

# A week without holidays in Peru, from Monday; and a holiday on which nearly all is closed.
_MONDAY = date(2027, 2, 1)
_HOLIDAY = date(2026, 12, 25)
_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_CLOSED = "cerrado"
_MINUTE, _HALF_DAY = timedelta(minutes=1), timedelta(hours=12)


def in_words(hours: str) -> list[str] | None:
    """«lunes a viernes: de 8:00 a 17:00», a line for days alike; None for other texts."""
    if not validate(hours):
        return None
    rules = parsed(hours)
    lines = [*_week(rules)]
    if "PH" in hours:
        lines.append(f"feriados, como Navidad: {_on(rules, _HOLIDAY)}")
    return lines


def _week(rules: OpeningHours) -> Iterator[str]:
    days = [(name, _on(rules, _MONDAY + timedelta(at))) for at, name in enumerate(_DAYS)]
    for said, group in groupby(days, key=lambda day: day[1]):
        names = [name for name, _ in group]
        yield f"{_span(names)}: {said}"


def _span(names: list[str]) -> str:
    match names:
        case [only]:
            return only
        case [first, second]:
            return f"{first} y {second}"
        case _:
            return f"{names[0]} a {names[-1]}"


def _on(rules: OpeningHours, day: date) -> str:
    """What opens on the day; what began the evening before is told there."""
    start = datetime.combine(day, time(), LIMA)
    end = start + timedelta(days=1)
    found = []
    for begins, ends, state, _ in rules.intervals(start, end + timedelta(days=1)):
        is_rest = begins <= start and ends < start + _HALF_DAY and rules.is_open(start - _MINUTE)
        if begins < end and state == State.OPEN and not is_rest:
            found.append(_hours(begins, ends))
    return " y ".join(found) or _CLOSED


def _hours(begins: datetime, ends: datetime) -> str:
    if ends - begins >= timedelta(days=1):
        return "las 24 horas"
    return f"de {begins:%-H:%M} a {ends:%-H:%M}"
