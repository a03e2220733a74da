"""Numbers with a unit, as people type them: "34", "3 añitos", "un mes y medio", "20 semanas"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from health_navigator.eligibility.models import Words

DAYS = {"years": 365, "months": 30, "weeks": 7, "days": 1}
OLDEST = 120


@dataclass(frozen=True, slots=True)
class Quantity:
    """`half` is the "y medio" after it; `almost` the "casi" before it."""

    number: int
    unit: str | None
    half: bool = False
    almost: bool = False

    @property
    def days(self) -> float:
        return (self.number + self.half / 2) * DAYS[self.unit or "days"]

    @property
    def years(self) -> int:
        """The age in full years; a bare number counts as years."""
        if self.unit in (None, "years"):
            return self.number - self.almost
        return self.number // 12 if self.unit == "months" else int(self.days // DAYS["years"])


def quantities(clause: Sequence[str], words: Words) -> Iterator[Quantity]:
    """The quantities in a clause; "tengo 2 hijos" is none, nor is "menos de 18"."""
    position = 0
    while position < len(clause):
        number, after = _number(clause, position, words)
        if number is None:
            position += 1
            continue
        unit = _unit(clause[after], words) if after < len(clause) else None
        if number <= OLDEST and not _ends_with(clause[:position], words.below):
            if unit or after == len(clause) or clause[after] in words.fillers:
                half = clause[after + 1 : after + 3] in (["y", "medio"], ["y", "media"])
                yield Quantity(number, unit, half, _ends_with(clause[:position], words.almost))
        position = after


def _number(clause: Sequence[str], position: int, words: Words) -> tuple[int | None, int]:
    """The number that begins here, and where it ends: digits, or words such as "treinta y dos"."""
    first = _value(clause[position], words)
    rest = clause[position + 1 : position + 3]
    if first is not None and first >= 30 and first % 10 == 0 and len(rest) == 2 and rest[0] == "y":
        second = words.numbers.get(rest[1])
        if second is not None and 1 <= second <= 9:
            return first + second, position + 3
    return first, position + 1


def _value(word: str, words: Words) -> int | None:
    return int(word) if word.isdigit() and len(word) < 5 else words.numbers.get(word)


def _unit(word: str, words: Words) -> str | None:
    return next((unit for unit, names in words.units if word in names), None)


def _ends_with(clause: Sequence[str], phrases: Sequence[str]) -> bool:
    said = " ".join(clause)
    return any(said == phrase or said.endswith(f" {phrase}") for phrase in phrases)
