"""Numbers that people act on: each declared with the source that states it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces
from health_navigator.knowledge.models import Entry, FigureKind

_WORDS = (
    "dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieciséis"
    "|dieciocho|veinte|veintiún|veinticuatro|treinta|cuarenta|sesenta|noventa|cien|ciento"
)
_DIGITS = r"\d+(?:[.,]\d+)*"
_NUMBER = rf"(?:{_DIGITS}|{_WORDS})"
_SPAN = rf"{_NUMBER} (?:(?:a|o|y) (?:{_NUMBER}|media?) )?"
_TIME = rf"\b{_SPAN}(?:minutos?|horas?|días?|semanas?|mes(?:es)?|años?)\b"
_MONEY = rf"S/\s?{_DIGITS}|\b{_SPAN}(?:soles|dólares|UIT)\b|{_DIGITS} ?%"
_NORM = r"\b(?:Ley|D\.?S\.?|R\.?M\.?|D\.?L\.?|D\.?U\.?|Decreto \w+|Resolución \w+)(?: N\.?[º°]?)? ?"
_FIGURE = re.compile(rf"{_MONEY}|{_TIME}|{_NORM}\d+(?:-\d+)*", re.IGNORECASE)
# Being open round the clock is how a service works, not a time limit.
_ROUND_THE_CLOCK = re.compile(r"(?:las )?24 horas(?! (?:antes|después|de |desde))")
_LIMIT = re.compile(
    rf"\b(?:antes de|dentro de|hace menos de|plazo de)(?: l[ao]s)?(?: primer[ao]s)? {_TIME}",
    re.IGNORECASE,
)

Span = tuple[int, int]


def not_in_the_answer(pieces: Pieces) -> Iterator[Problem]:
    for entry in pieces.entries:
        for position, figure in enumerate(entry.part.figures):
            for field, words in (("text", figure.text), ("after", figure.after)):
                if words and not [*_spans(words, entry.part.answer)]:
                    message = mark("«{text}» is not in the answer: copy it letter by letter")
                    yield entry.problem(f"figures.{position}.{field}", message, text=words)


def undeclared(pieces: Pieces) -> Iterator[Problem]:
    for entry in pieces.entries:
        declared = [*_declared(entry.part, *FigureKind)]
        for found in _FIGURE.finditer(entry.part.answer):
            if not _is_covered(found.span(), declared) and not _ROUND_THE_CLOCK.match(found[0]):
                message = mark("«{text}» is not under figures: add it with the source that says it")
                yield entry.problem_at("answer", found.start(), message, text=found[0])


def deadlines_without_end(pieces: Pieces) -> Iterator[Problem]:
    """Time limits not declared as such, so that nobody says what to do once they have passed."""
    for entry in pieces.entries:
        known = [*_declared(entry.part, FigureKind.DEADLINE, FigureKind.AGE)]
        for found in _LIMIT.finditer(entry.part.answer):
            if not _is_covered(found.span(), known):
                message = mark(
                    "«{text}» reads as a time limit: under figures give it the kind deadline, "
                    "and in `after` the answer's words for who comes too late"
                )
                yield entry.problem_at("answer", found.start(), message, text=found[0])


def _declared(entry: Entry, *kinds: FigureKind) -> Iterator[Span]:
    """Where the answer says what its `figures` declare."""
    for figure in entry.figures:
        if figure.kind in kinds:
            yield from _spans(figure.text, entry.answer)


def _spans(words: str, text: str) -> Iterator[Span]:
    """Where the words occur in a text; "15 soles" does not occur in "115 soles"."""
    whole = re.compile(rf"(?<![\d.,]){re.escape(words)}(?!\d)")
    return (found.span() for found in whole.finditer(text))


def _is_covered(span: Span, declared: Iterable[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in declared)
