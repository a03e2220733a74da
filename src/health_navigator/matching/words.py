"""A message as words that know how they sound and where they stand."""

import re
from dataclasses import dataclass
from functools import lru_cache

from health_navigator.matching.normalise import LONGEST_WORD, sound, tokens

# Abbreviations of the first word of a name.
TITLES = {"sta": "santa", "sto": "santo", "sn": "san", "nvo": "nuevo", "nva": "nueva"}
TITLES |= {"pto": "puerto", "pte": "puente"}


@dataclass(frozen=True, slots=True)
class Word:
    """`is_titled`: capitalised elsewhere than at the beginning of a sentence."""

    text: str
    heard: str
    start: int
    end: int
    is_titled: bool


def read_words(text: str) -> tuple[Word, ...]:
    shouted = text.isupper()
    found = []
    for raw in re.finditer(r"[^\W_]+", text):
        titled = not shouted and raw[0][0].isupper() and _is_inside(text, raw.start())
        for word in _unfold(raw[0][:LONGEST_WORD]):
            found.append(Word(*word, raw.start(), raw.end(), titled))
    return tuple(found)


def hear(word: str) -> str:
    """The word as it sounds; many names begin with hua, and many people leave out the h."""
    return sound(f"h{word}" if re.match("u[aeio]", word) else word).replace("y", "i")


@lru_cache(maxsize=16_384)
def _unfold(raw: str) -> tuple[tuple[str, str], ...]:
    """The word or words that are meant, each with its sound."""
    title = TITLES.get(raw.casefold())
    return tuple((word, hear(word)) for word in ((title,) if title else tokens(raw)))


def _is_inside(text: str, start: int) -> bool:
    before = text[:start].rstrip()
    return bool(before) and before[-1] not in ".?!¿¡:"
