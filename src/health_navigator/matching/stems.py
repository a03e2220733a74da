"""A word without its endings, as it sounds: vacunarme, bacuna and vacunas meet in one root."""

from functools import lru_cache

import Stemmer

from health_navigator.matching.normalise import REMEMBERED_WORDS, sound

SHORTEST_STEMMED = 4


@lru_cache(maxsize=REMEMBERED_WORDS)
def root(word: str) -> str:
    """The root of a folded word; short words are their own."""
    return sound(_spanish().stemWord(word)) if len(word) >= SHORTEST_STEMMED else sound(word)


@lru_cache(maxsize=1)
def _spanish() -> "Stemmer.Stemmer":
    # Its own cache would only double ours.
    return Stemmer.Stemmer("spanish", 0)
