"""The directory in use: services by kind and place, the nearest first, the closed never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from health_navigator.directory.models import Kind, Scope, Service, Status
from health_navigator.directory.nearest import kilometres_from
from health_navigator.matching.normalise import fold
from health_navigator.matching.places import Place

Coordinates = tuple[float, float]
Near = tuple[Service, float | None]
# A location farther than this from every district's centre is in the sea or abroad.
REACH_KM = 120.0


@dataclass(frozen=True, slots=True)
class Directory:
    """Immutable; built once for each version of the knowledge."""

    services: Mapping[str, Service]
    offered: tuple[Service, ...]
    points: NDArray[np.float64]
    centres: Mapping[Place, Coordinates]
    _by_kind: Mapping[Kind, NDArray[np.int64]] = field(repr=False)
    _closed: Mapping[str, Service] = field(repr=False)

    @classmethod
    def of(cls, services: Iterable[Service], centres: Mapping[Place, Coordinates]) -> Self:
        known = {service.id: service for service in services}
        offered = tuple(service for service in known.values() if service.is_offered)
        points = np.array([_point(service) for service in offered]).reshape(-1, 2)
        kinds = np.array([service.kind for service in offered])
        by_kind = {kind: np.flatnonzero(kinds == kind) for kind in Kind}
        closed = {
            f" {fold(service.name)} ": service
            for service in known.values()
            if service.status is Status.CLOSED
        }
        return cls(known, offered, points, centres, by_kind, closed)

    def get(self, service_id: str) -> Service | None:
        return self.services.get(service_id)

    def find_closed(self, text: str) -> Service | None:
        """The closed service that a message names, if it names one."""
        said = f" {fold(text)} "
        return next((service for name, service in self._closed.items() if name in said), None)

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
        wanted = {"department": department, "province": province, "district": district}
        folded = {level: fold(name) for level, name in wanted.items() if name}
        chosen = [
            at
            for at in self._of_kind(kind)
            if all(fold(getattr(self.offered[at], level) or "") == name for level, name in folded.items())
        ]
        return self._sorted(chosen, point) if point else [(self.offered[at], None) for at in chosen]

    def nearest(
        self,
        kind: Kind,
        *,
        place: Place | None = None,
        point: Coordinates | None = None,
        limit: int = 5,
    ) -> list[Near]:
        """Where to go: the nearest to a point, or those of a place; then lines for all Peru."""
        indices = self._of_kind(kind)
        local = [at for at in indices if self.offered[at].scope is Scope.LOCAL]
        national = [(self.offered[at], None) for at in indices if at not in set(local)]
        if point is not None:
            return [*self._sorted(local, point)[:limit], *national]
        found = self._in_place(local, place) if place else []
        return [*found[:limit], *national]

    def _of_kind(self, kind: Kind | None) -> Sequence[int]:
        return range(len(self.offered)) if kind is None else self._by_kind[kind].tolist()

    def _in_place(self, indices: Sequence[int], place: Place) -> list[Near]:
        """Those inside the place; where there is none, those of the wider place around it."""
        for wider in _widening(place):
            inside = [at for at in indices if _is_in(self.offered[at], wider)]
            if inside:
                return self._sorted(inside, self.centres.get(place))
        return []

    def _sorted(self, indices: Sequence[int], point: Coordinates | None) -> list[Near]:
        if point is None:
            return [(self.offered[at], None) for at in indices]
        distances = kilometres_from(point, self.points[list(indices)])
        order = np.argsort(distances, kind="stable")
        return [
            (self.offered[indices[at]], _known_distance(float(distances[at]))) for at in order
        ]

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


def _is_in(service: Service, place: Place) -> bool:
    return (
        service.department == place.department
        and place.province in (None, service.province)
        and place.district in (None, service.district)
    )
