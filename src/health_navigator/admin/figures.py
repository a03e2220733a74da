"""How the bot did: counts by day, entry and department. Never a person, never fewer than ten."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin.inbox import SETTLED
from health_navigator.conversation.tables import ReportedService, Tally, UnansweredQuestion

# Below this, a count in a department could point at somebody.
FEWEST = 10
MOST_TOP = 20
MOST_DAYS = 730

ANSWERED = ("answer", "services", "smalltalk")
_COLUMNS = ("questions", "answered", "clarified", "not_understood", "danger")


@dataclass(frozen=True, slots=True)
class Day:
    """What was asked on a day, and what became of it."""

    day: date
    questions: int = 0
    answered: int = 0
    clarified: int = 0
    not_understood: int = 0
    danger: int = 0


@dataclass(frozen=True, slots=True)
class Votes:
    entry: str
    helped: int
    not_helped: int


@dataclass(frozen=True, slots=True)
class DepartmentMonth:
    """By whole months, so that no two answers can be subtracted down to a few people."""

    month: str
    department: str
    asked: int


@dataclass(frozen=True, slots=True)
class Growth:
    """The inbox: what waits, what came in by day, what was settled and how."""

    open: int
    came_in: Mapping[date, int]
    settled: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    since: date
    until: date
    days: tuple[Day, ...]
    top_entries: tuple[tuple[str, int], ...]
    votes: tuple[Votes, ...]
    departments: tuple[DepartmentMonth, ...]
    inbox: Growth

    @property
    def total(self) -> Day:
        sums = {name: sum(getattr(day, name) for day in self.days) for name in _COLUMNS}
        return Day(self.until, **sums)


@dataclass(frozen=True, slots=True)
class _Count:
    day: date
    name: str
    key: str
    times: int


async def read(session: AsyncSession, since: date, until: date) -> Figures:
    """The figures of the days from *since* to *until*, both counted."""
    since = max(since, until - timedelta(days=MOST_DAYS))
    months_begin = since.replace(day=1)
    statement = select(Tally.day, Tally.name, Tally.key, Tally.times).where(
        Tally.day >= months_begin, Tally.day <= _month_end(until)
    )
    counts = [_Count(*row) for row in await session.execute(statement)]
    inside = [each for each in counts if since <= each.day <= until]
    return Figures(
        since,
        until,
        tuple(_days(inside)),
        tuple(_summed(inside, "entry").most_common(MOST_TOP)),
        tuple(_votes(inside)),
        tuple(_departments(counts)),
        await _growth(session, since, until, _summed(inside, SETTLED)),
    )


def _month_end(day: date) -> date:
    following = day.replace(day=28) + timedelta(days=4)
    return following.replace(day=1) - timedelta(days=1)


def _days(counts: Iterable[_Count]) -> Iterable[Day]:
    by_day: dict[date, Counter[str]] = defaultdict(Counter)
    for each in counts:
        if each.name == "outcome":
            by_day[each.day][each.key] += each.times
    for day, outcomes in sorted(by_day.items()):
        answered = sum(outcomes[outcome] for outcome in ANSWERED)
        rest = (outcomes["clarify"], outcomes["no_answer"], outcomes["urgent"])
        yield Day(day, answered + sum(rest), answered, *rest)


def _summed(counts: Iterable[_Count], name: str) -> Counter[str]:
    sums: Counter[str] = Counter()
    for each in sorted(counts, key=lambda one: one.key):
        if each.name == name:
            sums[each.key] += each.times
    return sums


def _votes(counts: Sequence[_Count]) -> Iterable[Votes]:
    helped, not_helped = _summed(counts, "helped"), _summed(counts, "not_helped")
    entries = sorted({*helped, *not_helped}, key=lambda entry: (-not_helped[entry], entry))
    return (Votes(entry, helped[entry], not_helped[entry]) for entry in entries)


def _departments(counts: Iterable[_Count]) -> Iterable[DepartmentMonth]:
    sums: Counter[tuple[str, str]] = Counter()
    for each in counts:
        if each.name == "department":
            sums[f"{each.day:%Y-%m}", each.key] += each.times
    return (
        DepartmentMonth(month, department, asked)
        for (month, department), asked in sorted(sums.items())
        if asked >= FEWEST
    )


async def _growth(
    session: AsyncSession, since: date, until: date, settled: Mapping[str, int]
) -> Growth:
    by_day = (
        select(UnansweredQuestion.asked_on, func.count())
        .where(UnansweredQuestion.asked_on >= since, UnansweredQuestion.asked_on <= until)
        .group_by(UnansweredQuestion.asked_on)
        .order_by(UnansweredQuestion.asked_on)
    )
    came_in = {day: int(times) for day, times in await session.execute(by_day)}
    waiting = await session.scalar(select(func.count(UnansweredQuestion.id)))
    return Growth(waiting or 0, came_in, dict(settled))


async def use_of_entries(session: AsyncSession, since: date) -> dict[str, Counter[str]]:
    """How often each entry was shown and voted on, by name of the count."""
    statement = (
        select(Tally.name, Tally.key, func.sum(Tally.times))
        .where(Tally.day >= since, Tally.name.in_(("entry", "helped", "not_helped")))
        .group_by(Tally.name, Tally.key)
    )
    use: dict[str, Counter[str]] = {name: Counter() for name in ("entry", "helped", "not_helped")}
    for name, key, times in await session.execute(statement):
        use[name][key] = int(times)
    return use


async def reported_services(session: AsyncSession) -> list[tuple[str, int, date]]:
    """Services that people call closed or wrong: how often, and when last; the most first."""
    times, last = func.sum(ReportedService.times), func.max(ReportedService.reported_on)
    statement = (
        select(ReportedService.service, times, last)
        .group_by(ReportedService.service)
        .order_by(times.desc(), ReportedService.service)
    )
    return [(service, int(often), day) for service, often, day in await session.execute(statement)]


def to_csv(figures: Figures, headings: Sequence[str] = ("day", *_COLUMNS)) -> str:
    """The days as a table that any spreadsheet opens."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    for day in figures.days:
        writer.writerow((day.day.isoformat(), *(getattr(day, name) for name in _COLUMNS)))
    return text.getvalue()
