"""How easy a Spanish text is to read, by Fernández-Huerta: 60 or more is plain language.

The figures equal textstat's, which a test compares. textstat itself is not used, because it loads
the whole of NLTK: three seconds and 100 MB at every start of a server.
"""

from __future__ import annotations

import re
from functools import cache

from pyphen import Pyphen

_PUNCTUATION = re.compile(r"[^\w\s]")
_SENTENCE = re.compile(r"\b[^.!?]+[.!?]*")
# Two words between full stops are a heading or a number, not a sentence.
_SHORTEST_SENTENCE = 3


def fernandez_huerta(text: str) -> float:
    """About 100 for a child's text, 60 to 70 for a plain one, below 50 for a law."""
    words = _words(text)
    if not words:
        return 100.0
    syllables = sum(len(_hyphens().positions(word)) + 1 for word in words)
    return 206.84 - 60 * syllables / len(words) - 1.02 * len(words) / _sentences(text)


def _words(text: str) -> list[str]:
    return _PUNCTUATION.sub("", text.lower()).split()


def _sentences(text: str) -> int:
    lengths = (len(_words(sentence)) for sentence in _SENTENCE.findall(text))
    return max(1, sum(length >= _SHORTEST_SENTENCE for length in lengths))


@cache
def _hyphens() -> Pyphen:
    return Pyphen(lang="es")
