"""A word without its endings, as it sounds: vacunarme, bacuna and vacunas share one root."""

from functools import lru_cache

import Stemmer

from health_navigator.matching.normalise import REMEMBERED_WORDS, sound

SHORTEST_STEMMED = 4


@lru_cache(maxsize=REMEMBERED_WORDS)
def root(word: str) -> str:
    """The root of a folded word; a short word is its own root."""
    return sound(_spanish().stemWord(word)) if len(word) >= SHORTEST_STEMMED else sound(word)


@lru_cache(maxsize=1)
def _spanish() -> "Stemmer.Stemmer":
    # The stemmer's own cache would only duplicate ours.
    return Stemmer.Stemmer("spanish", 0)
