"""The registry's free text on hours, as OpenStreetMap hours that claim no more than it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from health_navigator.directory.hours import ALWAYS_OPEN

_TIME = r"(\d{1,2})(?:[:.](\d{2}))?\s*(AM|PM)?"
_RANGE = rf"{_TIME}\s*(?:-|A|AL|HASTA)\s*{_TIME}"
_UNIT = r"(?:\s*(?:HORAS?|HRS?|HS?)\b\.?)?"
_DAY = r"(L(?:UN(?:ES)?)?|V(?:IE(?:RNES)?)?|S(?:AB(?:ADO)?)?|D(?:OM(?:INGO)?)?)"
_DAYS = rf"{_DAY}\.?\s*(?:-|A)\s*{_DAY}\.?\s*[:/,]?\s*(?:DE\s+)?"
_WHOLE = re.compile(
    rf"(?P<days>{_DAYS})?(?:DE\s+)?(?P<ranges>{_RANGE}{_UNIT}(?:\s*(?:Y|/|,)\s*(?:DE\s+)?{_RANGE}{_UNIT})*)[\s.,]*"
)
_ONE_RANGE = re.compile(_RANGE)
_LENGTH = re.compile(r"0?(\d{1,2})\s*(?:HORAS?|HRS?)\b[\s.,]*")
_DAY_NAMES = {"L": "Mo", "V": "Fr", "S": "Sa", "D": "Su"}
_MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class RegistryHours:
    """`hours` where the text is clear, `note` for what people should know beside them."""

    hours: str | None = None
    note: str | None = None


def read_hours(text: str, *, is_hospital: bool, has_beds: bool) -> RegistryHours | None:
    """What the text says; None where it is cut off or says nothing that helps.

    Without days it holds for weekdays only; the rest of the week is unknown.
    """
    said = _normal(text)
    if length := _LENGTH.fullmatch(said):
        return _by_length(int(length[1]), is_hospital=is_hospital, has_beds=has_beds)
    whole = _WHOLE.fullmatch(said)
    ranges = [_range(found) for found in _ONE_RANGE.finditer(whole["ranges"])] if whole else []
    known = [each for each in ranges if each]
    if whole is None or known != ranges or not _in_order(known):
        return None
    times = ",".join(f"{_clock(start)}-{_clock(end)}" for start, end in known)
    return _with_days(whole["days"], times)


def _normal(text: str) -> str:
    said = text.replace("\x96", "-").replace("–", "-").upper().replace("Á", "A")
    said = re.sub(r"\b([AP])\s?\.?\s?M\b\.?", r"\1M", said)
    return re.sub(r"\s+", " ", said).strip()


def _by_length(hours: int, *, is_hospital: bool, has_beds: bool) -> RegistryHours | None:
    if hours == 24 and is_hospital:
        note = "Emergencia las 24 horas; los consultorios tienen otro horario."
        return RegistryHours(ALWAYS_OPEN, note)
    if hours == 24 and has_beds:
        note = "El registro dice 24 horas; los consultorios tienen otro horario."
        return RegistryHours(ALWAYS_OPEN, note)
    if hours == 24:
        # A post without beds is rarely open at night, whatever it once declared.
        return RegistryHours(None, "El registro dice 24 horas: llama antes de ir.")
    return RegistryHours(None, f"El registro dice {hours} horas al día.") if hours else None


def _range(found: re.Match[str]) -> tuple[int, int] | None:
    """Minutes since midnight; "8:00-2:00" ends in the afternoon."""
    start, end = _minutes(*found.groups()[:3]), _minutes(*found.groups()[3:])
    if end <= start and end < _MIDNIGHT // 2:
        end += _MIDNIGHT // 2
    return (start, end) if start < end <= _MIDNIGHT else None


def _in_order(ranges: Sequence[tuple[int, int]]) -> bool:
    return all(before[1] <= after[0] for before, after in pairwise(ranges))


def _minutes(hour: str, minute: str | None, half: str | None) -> int:
    hours = int(hour) + (12 if half == "PM" and int(hour) < 12 else 0)
    return hours * 60 + int(minute or 0)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _with_days(days: str | None, times: str) -> RegistryHours:
    if days is None:
        said = times.replace("-", " a ").replace(",", " y de ")
        note = f"El registro dice de {said}; no dice qué días."
        return RegistryHours(f"Mo-Fr {times}; Sa-Su,PH {times} unknown", note)
    first, last = (_DAY_NAMES[day[0]] for day in re.findall(_DAY, days)[:2])
    return RegistryHours(f"{first}-{last} {times}; PH {times} unknown")
