"""Makes the reader of where-questions from the knowledge's places and Peru's official ones."""

from __future__ import annotations

from collections.abc import Collection

from health_navigator.directory import ubigeo
from health_navigator.knowledge.models import PlacesFile
from health_navigator.matching.places import NamedPlace, NamedZone, Place, compile_gazetteer
from health_navigator.matching.where import KindName, WhereReader, compile_kinds


def where_reader(file: PlacesFile, ordinary: Collection[str]) -> WhereReader:
    """`ordinary`: words of everyday messages, which are never a mistyped place."""
    named = [
        NamedPlace(Place(each.department, each.province, each.district), each.aliases)
        for each in file.places
    ]
    zones = [
        NamedZone(Place(each.department, each.province), each.districts, (each.name, *each.aliases))
        for each in file.zones
    ]
    gazetteer = compile_gazetteer(ubigeo.districts(), named, zones, ordinary)
    kinds = compile_kinds(KindName(each.kind, each.entry, each.says) for each in file.kinds)
    return WhereReader(gazetteer, kinds)
