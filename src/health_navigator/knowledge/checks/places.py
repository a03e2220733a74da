"""Places: named as Peru names them, with the code and the point that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from health_navigator.directory import ubigeo
from health_navigator.directory.models import Service
from health_navigator.directory.nearest import kilometres_from
from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces, Placed
from health_navigator.knowledge.models import Entry, PlaceNames, Zone
from health_navigator.knowledge.spelling import closest
from health_navigator.matching.places import Place

_UNKNOWN = mark("Peru has no {name} there: check its spelling")
_MISSPELT = mark("{name} is not its official name: write {meant}")
# Rural districts are large, and their main town may lie at one edge.
_NEAR_KM = 30
# If the district's own centre is unknown, its province's or department's stands in.
_NEAR_WIDER_KM = 160

Located = Placed[Service] | Placed[PlaceNames]


def unofficial(pieces: Pieces) -> Iterator[Problem]:
    located: tuple[Located, ...] = (*pieces.services, *pieces.places)
    for each in located:
        yield from _misnamed(each)
    for zone in pieces.zones:
        yield from _misnamed_zone(zone)
    for entry in pieces.entries:
        departments = {place.department for place in ubigeo.codes()}
        for position, region in enumerate(entry.part.regions):
            if region not in departments:
                yield _wrong(entry, f"regions.{position}", region, departments)


def _misnamed(each: Located) -> Iterator[Problem]:
    """The widest wrong name only: the names below it cannot be judged."""
    if Place(each.part.department or "", each.part.province, each.part.district) in ubigeo.codes():
        return
    inside = [*ubigeo.codes()]
    for field in ("department", "province", "district"):
        name = getattr(each.part, field)
        if name is None:
            return
        known = {getattr(place, field) for place in inside} - {None}
        if name not in known:
            yield _wrong(each, field, name, known)
            return
        inside = [place for place in inside if getattr(place, field) == name]


def _misnamed_zone(zone: Placed[Zone]) -> Iterator[Problem]:
    around = Place(zone.part.department, zone.part.province)
    if around not in ubigeo.codes():
        field = "province" if zone.part.province else "department"
        known = {getattr(place, field) for place in ubigeo.codes()} - {None}
        yield _wrong(zone, field, getattr(zone.part, field), known)
        return
    known = {place.district for place in ubigeo.districts() if around.contains(place)}
    for position, district in enumerate(zone.part.districts):
        if district not in known:
            yield _wrong(zone, f"districts.{position}", district, known)


def _wrong(
    owner: Located | Placed[Zone] | Placed[Entry], field: str, name: str, known: Iterable[str]
) -> Problem:
    meant = closest(name, known)
    return owner.problem(field, _MISSPELT if meant else _UNKNOWN, name=name, meant=meant)


def codes_of_other_places(pieces: Pieces) -> Iterator[Problem]:
    for service in pieces.services:
        code = service.part.ubigeo
        right = ubigeo.codes().get(service.part.place)
        if service.part.district and code is None and not service.part.address_withheld:
            message = mark("the district's code is missing: write '{right}'")
            yield service.problem("ubigeo", message, right=right)
        elif code and right and code != right:
            message = mark("{code} is another place: {district} has '{right}'")
            yield service.problem(
                "ubigeo", message, code=code, district=service.part.district, right=right
            )


def far_from_their_district(pieces: Pieces) -> Iterator[Problem]:
    for service in pieces.services:
        place, here = service.part.place, service.part
        centre = ubigeo.centres().get(place)
        if centre is None or here.latitude is None or here.longitude is None:
            continue
        distance = kilometres_from(centre, np.array([[here.latitude, here.longitude]]))[0]
        if distance > _reach(place):
            message = mark("this point lies {distance:.0f} km from {place}: look it up again")
            yield service.problem("latitude", message, distance=distance, place=place.name)


def _reach(place: Place) -> float:
    centres = ubigeo.centres()
    is_capital = place.name in (place.province, place.department)
    is_own = all(centres[place] != centres.get(wider) for wider in place.lineage[:-1])
    return _NEAR_KM if is_own or is_capital else _NEAR_WIDER_KM
