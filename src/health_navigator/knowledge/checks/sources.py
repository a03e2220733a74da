"""Sources: each with an address where it can be read again, each figure with its own source."""

from __future__ import annotations

from collections.abc import Iterator

from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces
from health_navigator.knowledge.models import FigureKind

_NEED_SOURCE = frozenset(
    {FigureKind.PRICE, FigureKind.AMOUNT, FigureKind.DEADLINE, FigureKind.AGE, FigureKind.LAW}
)


def without_address(pieces: Pieces) -> Iterator[Problem]:
    """Exempt are what the bot says about itself, and places, which may rest on a printed list."""
    for entry in pieces.entries:
        for position, source in enumerate(entry.part.sources):
            if source.url is None and not entry.part.is_smalltalk:
                message = mark("a source needs its url: whoever checks must find it again")
                yield entry.problem(f"sources.{position}", message)


def figures_without_source(pieces: Pieces) -> Iterator[Problem]:
    for entry in pieces.entries:
        urls = {source.url for source in entry.part.sources}
        for position, figure in enumerate(entry.part.figures):
            field = f"figures.{position}"
            if figure.source is None and figure.kind in _NEED_SOURCE:
                message = mark("«{text}» needs its source: the url of one of the sources above")
                yield entry.problem(field, message, text=figure.text)
            elif figure.source is not None and figure.source not in urls:
                message = mark("this url is none of the entry's sources: add it there")
                yield entry.problem(f"{field}.source", message)
