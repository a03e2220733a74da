"""Where a row of the registry lies: an official district, and a point that agrees with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import nan
from statistics import median
from typing import Self

import numpy as np
from numpy.typing import NDArray

from health_navigator.directory import ubigeo
from health_navigator.directory.nearest import Coordinates, kilometres_from
from health_navigator.i18n import mark
from health_navigator.matching.normalise import fold
from health_navigator.matching.places import Place

# How far from its district's centre, or from the middle of its district's establishments, a point
# is believed; and how far where the nearest district of all is one of the same department.
NEAR_CENTRE_KM = 60.0
NEAR_MIDDLE_KM = 100.0
SAME_DEPARTMENT_KM = 150.0
# Fewer establishments than this have no middle worth the name.
_ENOUGH = 3
_LATITUDES = (-18.5, 0.1)
_LONGITUDES = (-81.5, -68.5)


@dataclass(frozen=True, slots=True)
class District:
    place: Place
    ubigeo: str
    as_written: bool


@dataclass(frozen=True, slots=True)
class Point:
    """Where to send people: the registry's point, or the district's middle and why."""

    latitude: float | None
    longitude: float | None
    swapped: bool = False
    doubt: str | None = None

    @property
    def is_middle(self) -> bool:
        return self.doubt is not None and self.latitude is not None


def read_district(cells: Mapping[str, str]) -> District | None:
    """The official district that the names say; failing that, the one that the code says."""
    written = (folded(cells["department"]), folded(cells["province"]), folded(cells["district"]))
    code = _codes_by_names().get(written)
    if code is not None:
        return District(ubigeo.places_by_code()[code], code, as_written=True)
    code = cells["ubigeo"].zfill(6)
    place = ubigeo.places_by_code().get(code)
    return District(place, code, as_written=False) if place and place.district else None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rows of a file say together: each district's middle, and points that are fillers."""

    middles: Mapping[str, Coordinates]
    fillers: frozenset[Coordinates]

    @classmethod
    def of(cls, cells: Iterable[Mapping[str, str]]) -> Self:
        districts: defaultdict[str, list[Coordinates]] = defaultdict(list)
        users: defaultdict[Coordinates, set[str]] = defaultdict(set)
        for each in cells:
            point, _ = coordinates(each["north"], each["east"])
            code = each["ubigeo"].zfill(6)
            if point is not None:
                districts[code].append(point)
                users[point].add(code)
        fillers = frozenset(point for point, codes in users.items() if len(codes) >= _ENOUGH)
        real = {code: [p for p in points if p not in fillers] for code, points in districts.items()}
        middles = {
            code: (float(median(latitudes)), float(median(longitudes)))
            for code, points in real.items()
            if len(points) >= _ENOUGH
            for latitudes, longitudes in [zip(*points, strict=True)]
        }
        return cls(middles, fillers)

    def middle(self, district: District) -> Coordinates | None:
        """Where people of the district go: the middle of its establishments, else its centre."""
        return self.middles.get(district.ubigeo) or ubigeo.centres().get(district.place)


def read_point(north: str, east: str, district: District, around: Surroundings) -> Point:
    """The point that two cells give, in whichever order, if it can be in that district."""
    point, swapped = coordinates(north, east)
    if point is None:
        doubt = mark("no coordinates in Peru: the district's middle instead")
    elif point in around.fillers:
        doubt = mark("a point that many districts share: the district's middle instead")
    elif not _agrees(point, district, around):
        doubt = mark("far from its district: the district's middle instead")
    else:
        return Point(round(point[0], 6), round(point[1], 6), swapped=swapped)
    latitude, longitude = around.middle(district) or (None, None)
    return Point(latitude, longitude, doubt=doubt)


def coordinates(north: str, east: str) -> tuple[Coordinates | None, bool]:
    """Latitude and longitude, and whether they stood in each other's columns."""
    latitude, longitude = _number(north), _number(east)
    if _within(longitude, _LATITUDES) and _within(latitude, _LONGITUDES):
        return (longitude, latitude), True
    if _within(latitude, _LATITUDES) and _within(longitude, _LONGITUDES):
        return (latitude, longitude), False
    return None, False


def _number(cell: str) -> float:
    """NaN, which lies within no bounds, for what is no number."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return nan


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _agrees(point: Coordinates, district: District, around: Surroundings) -> bool:
    middle = around.middles.get(district.ubigeo)
    if middle is not None and _kilometres(point, middle) <= NEAR_MIDDLE_KM:
        return True
    centre = ubigeo.centres().get(district.place)
    if centre is None:
        return middle is None
    kilometres = _kilometres(point, centre)
    return kilometres <= NEAR_CENTRE_KM or (
        kilometres <= SAME_DEPARTMENT_KM and _nearest_department(point) == district.place.department
    )


def _nearest_department(point: Coordinates) -> str:
    departments, centres = _district_centres()
    return departments[int(np.argmin(kilometres_from(point, centres)))]


def _kilometres(point: Coordinates, other: Coordinates) -> float:
    return float(kilometres_from(point, np.array([other]))[0])


@cache
def _district_centres() -> tuple[list[str], NDArray[np.float64]]:
    """The department and the centre of each district."""
    centres = ubigeo.centres()
    known = [place for place in ubigeo.districts() if place in centres]
    return [place.department for place in known], np.array([centres[place] for place in known])


@lru_cache(maxsize=16_384)
def folded(text: str) -> str:
    """The same text as `fold` gives it, worked out once: a registry repeats itself."""
    return fold(text)


@cache
def _codes_by_names() -> Mapping[tuple[str, str, str], str]:
    return {
        (fold(place.department), fold(place.province or ""), fold(place.district)): code
        for code, place in ubigeo.places_by_code().items()
        if place.district
    }
