"""Which of the choices just shown somebody means who writes «1» or «la segunda» for a tap."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from health_navigator.matching.normalise import fold


class Other(Enum):
    """A choice that is none of those shown."""

    NONE = auto()


def _by_place(*same: str) -> dict[str, int]:
    return {word: place for place, words in enumerate(same) for word in words.split()}


_COUNTED = _by_place(
    "1 uno one um",
    "2 dos two dois duas",
    "3 tres three",
    "4 cuatro four quatro",
    "5 cinco five",
    "6 seis six",
    "7 siete",
    "8 ocho",
    "9 nueve",
)
_ORDERED = _by_place(
    "1ro 1ra 1ero 1era primero primera primer arriba first primeiro primeira",
    "2do 2da segundo segunda second",
    "3ro 3ra 3ero 3era tercero tercera tercer third terceiro terceira",
    "4to 4ta cuarto cuarta",
    "5to 5ta quinto quinta",
    "6to 6ta sexto sexta",
    "7mo 7ma septimo septima",
    "8vo 8va octavo octava",
    "9no 9na noveno novena",
)
_LAST = frozenset(("ultimo", "ultima", "abajo", "final", "last"))
_MIDDLE = frozenset(("medio", "mitad"))
# The longest way to say it first.
_NONE = (
    *("nada que ver", "no es eso", "otra pregunta", "ninguna de", "ninguno de", "nada de"),
    *("otra cosa", "eso no", "esas no", "esos no", "no eso", "ninguna", "ninguno"),
    *("none of", "none", "nenhuma", "nenhum"),
)
_SMALL_WORDS = """
    a al anteriores aqui boton botones creo cual de del e el elijo era es esa esas escojo ese
    eso esos esta estas este esto estos favor gracias hola la las le lo los marca marco mas me
    mi mia mio n nro num numero o of ok one opcao opcion opciones option pero pon por porfa
    porfavor prefiero pregunta pues que quiero quisiera seria si son the them these todas todos
    um uma un una vale y yo
"""
_BESIDE = frozenset(_SMALL_WORDS.split())


def find_choice(text: str, shown: int, *, counts: bool = False) -> int | Other | None:
    """The place of the choice that a message means by its number or order, or that it is none.

    None where the message says anything else. *counts*: a bare number is an age or a count of
    months, so that only «la segunda» chooses.
    """
    said = fold(text).split()
    if _is_none(said):
        return Other.NONE
    places = _ORDERED if counts else _ORDERED | _COUNTED
    told = [word for word in said if word not in _BESIDE]
    told = told or [word for word in said if word in places]
    place = _place(told[0], shown, places) if len(told) == 1 else None
    return place if place is not None and place < shown else None


def _is_none(said: list[str]) -> bool:
    """«ninguna», «no, otra cosa», «ninguna de esas»: and nothing besides."""
    plain = f" {' '.join(said)} "
    cue = next((f" {cue} " for cue in _NONE if f" {cue} " in plain), None)
    return cue is not None and all(
        word in _BESIDE or word == "no" for word in plain.replace(cue, " ").split()
    )


def _place(word: str, shown: int, places: Mapping[str, int]) -> int | None:
    if word in _LAST:
        return shown - 1
    if word in _MIDDLE:
        return shown // 2 if shown % 2 else None
    return places.get(word)
