"""The directory in use: services by kind and place, the nearest first, the closed never."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from health_navigator.directory.models import Kind, Scope, Service, Status
from health_navigator.directory.names import Names
from health_navigator.directory.nearest import Coordinates, kilometres_from
from health_navigator.matching.normalise import fold
from health_navigator.matching.places import Place

Near = tuple[Service, float | None]
Indices = NDArray[np.int64]
# A location farther than this from every district's centre is in the sea or abroad.
REACH_KM = 120.0
_LEVELS = ("department", "province", "district")
_NONE: Indices = np.array([], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Directory:
    """Immutable; built once for each version of the knowledge."""

    services: Mapping[str, Service]
    offered: tuple[Service, ...]
    points: NDArray[np.float64]
    centres: Mapping[Place, Coordinates]
    _by_kind: Mapping[Kind | None, Indices] = field(repr=False)
    _by_place: Mapping[Place, Indices] = field(repr=False)
    _folded: Mapping[str, NDArray[np.str_]] = field(repr=False)
    _is_local: NDArray[np.bool_] = field(repr=False)
    _closed: Mapping[str, Service] = field(repr=False)
    _names: Names = field(repr=False)

    @classmethod
    def of(cls, services: Iterable[Service], centres: Mapping[Place, Coordinates]) -> Self:
        known = {service.id: service for service in services}
        offered = tuple(service for service in known.values() if service.is_offered)
        kinds = np.array([service.kind.value for service in offered], dtype=np.str_)
        by_kind: dict[Kind | None, Indices] = {
            kind: np.flatnonzero(kinds == kind.value) for kind in Kind
        }
        return cls(
            known,
            offered,
            np.array([_point(service) for service in offered]).reshape(-1, 2),
            centres,
            {**by_kind, None: np.arange(len(offered))},
            _by_place(offered),
            {level: _folded(offered, level) for level in _LEVELS},
            np.array([service.scope is Scope.LOCAL for service in offered], dtype=bool),
            {
                f" {fold(service.name)} ": service
                for service in known.values()
                if service.status is Status.CLOSED
            },
            Names.of(offered),
        )

    def get(self, service_id: str) -> Service | None:
        return self.services.get(service_id)

    def find_closed(self, text: str) -> Service | None:
        """The closed service that a message names, if it names one."""
        said = f" {fold(text)} "
        return next((service for name, service in self._closed.items() if name in said), None)

    def find_named(self, text: str, place: Place | None, kind: Kind | None) -> list[Service]:
        """The services that a message names, of namesakes those of its place and kind.

        A house that is listed under several kinds counts once.
        """
        named = self._names.find(text)
        here = [each for each in named if place and place.contains(each.place)]
        by_name: dict[str, Service] = {}
        for service in here or named:
            if service.name not in by_name or service.kind is kind:
                by_name[service.name] = service
        return [*by_name.values()]

    def find(
        self,
        *,
        kind: Kind | None = None,
        department: str | None = None,
        province: str | None = None,
        district: str | None = None,
        point: Coordinates | None = None,
    ) -> list[Near]:
        """Offered services that lie in all that is named, as officials spell it or folded."""
        chosen = self._by_kind[kind]
        for level, name in zip(_LEVELS, (department, province, district), strict=True):
            if name:
                chosen = chosen[self._folded[level][chosen] == fold(name)]
        return self._nearest_first(chosen, point)

    def nearest(
        self,
        kind: Kind,
        *,
        place: Place | None = None,
        point: Coordinates | None = None,
        limit: int = 5,
    ) -> list[Near]:
        """Where to go: the nearest to a point, or those of a place; then lines for all Peru."""
        indices = self._by_kind[kind]
        is_local = self._is_local[indices]
        local, national = indices[is_local], indices[~is_local]
        if point is None and place is not None:
            local, point = self._inside(local, place), self.centres.get(place)
        elif point is None:
            local = local[:0]
        return [*self._nearest_first(local, point, limit), *self._nearest_first(national, None)]

    def _inside(self, indices: Indices, place: Place) -> Indices:
        """Those inside the place; where there is none, those of the wider place around it."""
        for wider in _widening(place):
            inside = np.intersect1d(indices, self._by_place.get(wider, _NONE), assume_unique=True)
            if len(inside):
                return inside
        return _NONE

    def _nearest_first(
        self, indices: Indices, point: Coordinates | None, limit: int | None = None
    ) -> list[Near]:
        if point is None:
            return [(self.offered[at], None) for at in indices[:limit].tolist()]
        distances = kilometres_from(point, self.points[indices])
        order = np.argsort(distances, kind="stable")[:limit]
        pairs = zip(indices[order].tolist(), distances[order].tolist(), strict=True)
        return [(self.offered[at], _known_distance(kilometres)) for at, kilometres in pairs]

    def is_in_reach(self, point: Coordinates) -> bool:
        """Whether a location is in or near Peru."""
        centres = np.array([*self.centres.values()]).reshape(-1, 2)
        return bool(len(centres)) and bool(kilometres_from(point, centres).min() <= REACH_KM)

    def replacements(self, service: Service) -> list[Service]:
        """What is open instead of a closed service."""
        known = (self.services.get(each) for each in service.replaced_by or ())
        return [each for each in known if each is not None and each.is_offered]


def _point(service: Service) -> Coordinates:
    if service.latitude is None or service.longitude is None:
        return (np.nan, np.nan)
    return (service.latitude, service.longitude)


def _known_distance(kilometres: float) -> float | None:
    return None if np.isnan(kilometres) else kilometres


def _widening(place: Place) -> Iterator[Place]:
    if place.district:
        yield place
    if place.province:
        yield Place(place.department, place.province)
    yield Place(place.department)


def _by_place(services: Sequence[Service]) -> Mapping[Place, Indices]:
    """For each district, province and department, what lies in it."""
    found: defaultdict[Place, list[int]] = defaultdict(list)
    for at, service in enumerate(services):
        if service.department:
            for wider in _widening(service.place):
                found[wider].append(at)
    return {place: np.array(indices) for place, indices in found.items()}


def _folded(services: Sequence[Service], level: str) -> NDArray[np.str_]:
    spelt = {name: fold(name) for name in {getattr(service, level) or "" for service in services}}
    return np.array([spelt[getattr(service, level) or ""] for service in services], dtype=np.str_)
