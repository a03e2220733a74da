"""Numbers with a unit, as people type them: "34", "3 añitos", "un mes y medio", "20 semanas"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from health_navigator.eligibility.models import Words

DAYS = {"years": 365, "months": 30, "weeks": 7, "days": 1}
OLDEST = 120


@dataclass(frozen=True, slots=True)
class Quantity:
    """`half` is the "y medio" after it, `almost` the "casi" before it."""

    number: int
    unit: str | None
    half: bool = False
    almost: bool = False

    @property
    def days(self) -> float:
        return (self.number + self.half / 2) * DAYS[self.unit or "years"]

    @property
    def years(self) -> int:
        """An age in full years; a bare number counts as years."""
        if self.unit == "months":
            return self.number // 12
        return int(self.days // DAYS["years"]) - self.almost


def quantities(clause: Sequence[str], words: Words) -> Iterator[Quantity]:
    """The quantities in a clause; the 2 of "tengo 2 hijos" is none, nor the 18 of "menor de 18"."""
    position = 0
    while position < len(clause):
        number, end = _number(clause, position, words)
        if number is not None and number <= OLDEST:
            before, after = clause[:position], clause[end:]
            unit = _unit(after, words)
            counts = unit or not after or after[0] in words.fillers
            if counts and not _ends_with(before, words.below):
                yield Quantity(number, unit, _is_half(after), _ends_with(before, words.almost))
        position = end


def _number(clause: Sequence[str], position: int, words: Words) -> tuple[int | None, int]:
    """The number that begins here and where it ends: "34", "tres", "treinta y cuatro"."""
    first = _value(clause[position], words)
    if first is None or first not in range(30, 100, 10):
        return first, position + 1
    match clause[position + 1 : position + 3]:
        case ("y", one) if words.numbers.get(one, 0) in range(1, 10):
            return first + words.numbers[one], position + 3
    return first, position + 1


def _value(word: str, words: Words) -> int | None:
    return int(word) if word.isdigit() else words.numbers.get(word)


def _unit(after: Sequence[str], words: Words) -> str | None:
    return next((unit for unit, names in words.units if after and after[0] in names), None)


def _is_half(after: Sequence[str]) -> bool:
    return tuple(after[1:3]) in (("y", "medio"), ("y", "media"))


def _ends_with(clause: Sequence[str], phrases: Sequence[str]) -> bool:
    return any(list(clause[-len(words) :]) == words for words in map(str.split, phrases))
