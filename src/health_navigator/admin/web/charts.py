"""Figures as shapes that a page draws; patterns and words tell them apart, not colours. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from health_navigator.admin.figures import Day

WIDTH, HEIGHT = 720, 260
_LEFT, _RIGHT, _BOTTOM, _TOP = 44, 12, 28, 8
_MOST_BARS = 62
_LABELS = 8
_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
SERIES = (
    ("answered", "Respondidas"),
    ("clarified", "Preguntó cuál"),
    ("not_understood", "Sin respuesta"),
    ("danger", "Peligro"),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `series` names its pattern, `says` is its words."""

    x: float
    y: float
    width: float
    height: float
    series: str
    says: str


@dataclass(frozen=True, slots=True)
class Label:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Stacked:
    """Bars by day or week, with the numbers on the left and the dates below."""

    bars: tuple[Bar, ...]
    levels: tuple[Label, ...]
    dates: tuple[Label, ...]
    is_by_week: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    floor: int = HEIGHT - _BOTTOM


def stacked(days: Iterable[Day], since: date, until: date) -> Stacked:
    """Every day from the first to the last, the empty ones too; weeks where there are too many."""
    by_day = {each.day: each for each in days}
    length = (until - since).days + 1
    step = 1 if length <= _MOST_BARS else 7
    starts = [since + timedelta(at) for at in range(0, length, step)]
    sums = [_sum(by_day, start, step) for start in starts]
    most = _round_up(max((sum(each.values()) for each in sums), default=0))
    return Stacked(
        bars=tuple(_bars(starts, sums, most)),
        levels=tuple(_levels(most)),
        dates=tuple(_dates(starts)),
        is_by_week=step > 1,
    )


def _sum(by_day: Mapping[date, Day], start: date, length: int) -> dict[str, int]:
    days = [by_day[day] for at in range(length) if (day := start + timedelta(at)) in by_day]
    return {name: sum(getattr(day, name) for day in days) for name, _ in SERIES}


def _round_up(number: int) -> int:
    """The next number that divides by four into steps that are easy to read."""
    steps = (step * 10**power for power in range(9) for step in _STEPS)
    return next(int(step) * 4 for step in steps if step * 4 >= number and step % 1 == 0)


def _slot(count: int) -> float:
    return (WIDTH - _LEFT - _RIGHT) / max(count, 1)


def _bars(starts: Sequence[date], sums: Sequence[Mapping[str, int]], most: int) -> Iterator[Bar]:
    slot = _slot(len(starts))
    scale = (HEIGHT - _BOTTOM - _TOP) / most
    for at, (start, counts) in enumerate(zip(starts, sums, strict=True)):
        floor = float(HEIGHT - _BOTTOM)
        for name, label in SERIES:
            height = counts[name] * scale
            floor -= height
            if height:
                says = f"{_short(start)}, {label.lower()}: {counts[name]}"
                x, width = _LEFT + (at + 0.12) * slot, slot * 0.76
                x, y, width, tall = (round(each, 1) for each in (x, floor, width, height))
                yield Bar(x, y, width, tall, name, says)


def _levels(most: int) -> Iterator[Label]:
    for quarter in range(5):
        at = HEIGHT - _BOTTOM - quarter * (HEIGHT - _BOTTOM - _TOP) / 4
        yield Label(round(at, 1), str(most * quarter // 4))


def _dates(starts: Sequence[date]) -> Iterator[Label]:
    slot, every = _slot(len(starts)), -(-len(starts) // _LABELS)
    # Counted from the newest, which is what people look for.
    for at in reversed(range(len(starts) - 1, -1, -every)):
        yield Label(round(_LEFT + (at + 0.5) * slot, 1), _short(starts[at]))


def _short(day: date) -> str:
    return format_date(day, "d MMM", locale="es")


@dataclass(frozen=True, slots=True)
class Spark:
    """Little bars, one a day, and what they say in words."""

    bars: tuple[Bar, ...]
    says: str
    width: int = 168
    height: int = 32


def spark(by_day: Mapping[date, int], since: date, until: date) -> Spark:
    days = [since + timedelta(at) for at in range((until - since).days + 1)]
    most = max((by_day.get(day, 0) for day in days), default=0) or 1
    slot = 168 / len(days)
    bars = [
        Bar(round(at * slot, 1), 32 - tall, round(slot * 0.7, 1), tall, "", _short(day))
        for at, day in enumerate(days)
        if (tall := round(by_day.get(day, 0) / most * 30, 1))
    ]
    times = sum(by_day.get(day, 0) for day in days)
    return Spark(tuple(bars), f"{times} en las últimas {len(days) // 7} semanas")


@dataclass(frozen=True, slots=True)
class Rank:
    """A named number and its share of the largest, in hundredths."""

    name: str
    number: int
    share: float
    link: str | None = None


def ranked(pairs: Sequence[tuple[str, int, str | None]]) -> list[Rank]:
    most = max((number for _, number, _ in pairs), default=0) or 1
    return [Rank(name, number, round(number / most * 100, 1), link) for name, number, link in pairs]
