"""The word that was probably meant: one with an accent mark missing, or a letter wrong."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from health_navigator.matching.normalise import letters

_LIKENESS = 0.75


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word spelt most like `word`, ignoring accents and capitals."""
    by_letters = {letters(each): each for each in known}
    found = get_close_matches(letters(word), by_letters, n=1, cutoff=_LIKENESS)
    return by_letters[found[0]] if found else None
