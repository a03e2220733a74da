"""What a button sends back: at most 64 bytes, ids only, and old buttons live for ever."""

from __future__ import annotations

from enum import StrEnum

SEPARATOR = ":"


class Taps(StrEnum):
    """The kinds of taps; each may carry arguments after a colon."""

    MENU = "m"
    EMERGENCY = "x"
    TOPIC = "t"
    ENTRY = "e"
    HELPED = "u"
    NOT_HELPED = "v"
    NONE = "n"
    DANGER = "d"
    NEAR = "k"
    ELSEWHERE = "o"
    PLACE = "p"
    NAMESAKES = "q"
    MORE = "s"
    WRONG = "w"
    INTERVIEW = "i"
    LANGUAGE = "l"

    def with_argument(self, *arguments: str) -> str:
        return SEPARATOR.join((self, *arguments))


def parse(data: str) -> tuple[Taps, tuple[str, ...]] | None:
    """The kind and arguments of a tap; None for what we never sent."""
    name, *arguments = data.split(SEPARATOR)
    try:
        return Taps(name), tuple(arguments)
    except ValueError:
        return None
