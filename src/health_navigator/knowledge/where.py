"""Whether a message asks where, for which kind of service, and at which place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from health_navigator.directory import ubigeo
from health_navigator.directory.models import Kind
from health_navigator.knowledge.models import PlacesFile
from health_navigator.matching.kinds import KindFinder, compile_kinds
from health_navigator.matching.places import (
    Gazetteer,
    NamedPlace,
    NamedZone,
    Place,
    compile_gazetteer,
)


@dataclass(frozen=True, slots=True)
class WhereAsked:
    """`places` are all that a shared name could be; then `place` is empty."""

    kind: Kind | None = None
    place: Place | None = None
    places: tuple[Place, ...] = ()
    asks_where: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """Reads places and kinds of service in messages; names places for people and for buttons."""

    gazetteer: Gazetteer
    kinds: KindFinder

    @classmethod
    def of(cls, file: PlacesFile, ordinary: frozenset[str]) -> Self:
        named = [
            NamedPlace(Place(each.department, each.province, each.district), each.aliases)
            for each in file.places
        ]
        zones = [
            NamedZone(Place(each.department, each.province), each.districts, (each.name, *each.aliases))
            for each in file.zones
        ]
        gazetteer = compile_gazetteer(ubigeo.districts(), named, zones, ordinary)
        return cls(gazetteer, compile_kinds({each.kind: each.says for each in file.kinds}))

    def read(self, text: str) -> WhereAsked:
        mention = self.gazetteer.find(text)
        asked = self.kinds.find(text, mention)
        kind = Kind(asked.kind) if asked.kind else None
        if mention is None:
            return WhereAsked(kind, asks_where=asked.asks_where)
        if mention.is_ambiguous:
            return WhereAsked(kind, places=mention.alternatives, asks_where=asked.asks_where)
        return WhereAsked(kind, mention.place, asks_where=asked.asks_where)

    @staticmethod
    def label(place: Place) -> str:
        """«Santa Rosa (Jaén, Cajamarca)»: enough to tell places of one name apart."""
        wider = (place.province if place.district else None, place.department)
        around = [name for name in dict.fromkeys(wider) if name and name != place.name]
        return f"{place.name} ({', '.join(around)})" if around else place.name

    @staticmethod
    def code(place: Place) -> str:
        return ubigeo.codes().get(place, "")

    @staticmethod
    def place_of_code(code: str) -> Place | None:
        return ubigeo.places_by_code().get(code)


def entries_of_kinds(file: PlacesFile) -> Mapping[Kind, str]:
    """The entry that goes with each kind of service."""
    return {each.kind: each.entry for each in file.kinds}
