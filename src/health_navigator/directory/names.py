"""Services that people call by their name: «hospital Loayza», «el hospital del niño de Breña»."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

from health_navigator.directory import ubigeo
from health_navigator.directory.models import Service
from health_navigator.matching.normalise import sounded

# After one of these a name may follow.
_LARGE = frozenset(sounded("hospital instituto maternidad").split())
_HOUSE = _LARGE | frozenset(sounded("posta puesto centro policlinico").split())
# What many names share, and what people leave out of them.
_COMMON = frozenset(
    sounded(
        "de del la las el los y e salud medico nacional regional general provincial "
        "departamental referencial apoyo docente especializado emergencia emergencias "
        "materno infantil i ii iii iv essalud"
    ).split()
)
_LONGEST = 4
# A name that more bear than this names none of them.
MOST_NAMESAKES = 3

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Which services a few words of a name may mean; words are compared by their sound."""

    bearers: Mapping[Phrase, tuple[Service, ...]]

    @classmethod
    def of(cls, services: Iterable[Service]) -> Self:
        bearers: defaultdict[Phrase, dict[str, Service]] = defaultdict(dict)
        for service in services:
            for phrase in _phrases(sounded(service.name).split()):
                bearers[phrase][service.id] = service
        return cls({phrase: tuple(same.values()) for phrase, same in bearers.items()})

    def find(self, text: str) -> tuple[Service, ...]:
        """The services that a message names after such a word as «hospital»; of very many, none."""
        words = sounded(text).split()
        for at, word in enumerate(words):
            if word in _HOUSE:
                found = self._begin(_own_words(words[at + 1 :]))
                if found:
                    return found
        return ()

    def _begin(self, words: Sequence[str]) -> tuple[Service, ...]:
        """Who is called what these words begin with, the longest that is anybody's name."""
        for many in range(min(_LONGEST, len(words)), 0, -1):
            named = self.bearers.get(tuple(words[:many]), ())
            if _is_place(words[:many]):
                named = tuple(each for each in named if _is_whole(words[:many], each))
            if named:
                return named if len({each.name for each in named}) <= MOST_NAMESAKES else ()
        return ()


def _own_words(words: Iterable[str]) -> list[str]:
    """What tells a name from others: «dos mayo» of «Hospital Nacional Dos de Mayo»."""
    return [word for word in words if word not in _COMMON and word not in _HOUSE]


def _phrases(name: Sequence[str]) -> Iterator[Phrase]:
    """What people make of a house's name: all of it, or some words of it that stand together.

    Of a large house the first or the last word says enough: «Loayza».
    """
    if _HOUSE.isdisjoint(name):
        return
    words = _own_words(name)
    yield tuple(words)
    if not _LARGE.isdisjoint(name):
        yield from (tuple(words[:1]), tuple(words[-1:]))
    for start in range(len(words)):
        for end in range(start + 2, min(start + _LONGEST, len(words)) + 1):
            yield tuple(words[start:end])


def _is_whole(words: Sequence[str], service: Service) -> bool:
    """Whether the words are all of a name: «hospital de Ventanilla» is called after its place."""
    return list(words) == _own_words(sounded(service.name).split())


def _is_place(words: Sequence[str]) -> bool:
    return " ".join(words) in _places()


@cache
def _places() -> frozenset[str]:
    """Every place of Peru by its sound: «hospital de Lima» asks for one there, and names none."""
    places = ubigeo.places_by_code().values()
    names = {place.district or place.province or place.department for place in places}
    return frozenset(" ".join(_own_words(sounded(name).split())) for name in names)
