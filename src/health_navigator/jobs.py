"""Scheduled work: what must happen every minute, each change once across all processes."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from time import perf_counter

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.conversation import memory
from health_navigator.conversation.tables import ConversationState, UnansweredQuestion
from health_navigator.db import Database
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Item
from health_navigator.observability import Metrics

log = structlog.get_logger()

EVERY_SECONDS = 60.0
# The first run comes soon after the start, once the webhook has been set.
_FIRST_SECONDS = 5.0
QUESTION_LIFE = timedelta(days=90)
# All advisory locks in a PostgreSQL database share one range of numbers: ours begin here.
_LOCKS = 730_110_000_000

Work = Callable[[], Awaitable[int]]
Change = Callable[[AsyncSession, datetime], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Job:
    """`work` returns how many rows it changed or counted.

    `everywhere`: it only reads and sets metrics, so each process runs it for its own.
    """

    name: str
    work: Work
    everywhere: bool = False

    @property
    def lock(self) -> int:
        return _LOCKS + zlib.crc32(self.name.encode())


class Outcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Report:
    """How one run of a job ended; `rows` is 0 unless it was done."""

    job: str
    outcome: Outcome
    rows: int = 0


def in_transaction(database: Database, change: Change) -> Work:
    """A database change as a job's work: in a transaction of its own, given the current moment."""

    async def work() -> int:
        async with database.session() as session:
            return await change(session, datetime.now(UTC))

    return work


def of_conversations(database: Database) -> tuple[Job, ...]:
    """The jobs that forget in time what conversations leave behind."""
    return (
        Job("forget_states", in_transaction(database, forget_states)),
        Job("forget_questions", in_transaction(database, forget_questions)),
    )


def of_knowledge(database: Database, metrics: Metrics) -> Job:
    """The job that recounts stale facts, since facts grow old without any change."""

    async def work() -> int:
        async with database.session() as session:
            stale = await count_stale(session, clock.today())
        metrics.stale.set(stale)
        return stale

    return Job("count_stale", work, everywhere=True)


async def forget_states(session: AsyncSession, now: datetime) -> int:
    """Delete what conversations remembered once their half hour is over."""
    statement = delete(ConversationState).where(memory.is_over(now))
    chats = await session.scalars(statement.returning(ConversationState.chat))
    return len(chats.all())


async def forget_questions(session: AsyncSession, now: datetime) -> int:
    """Delete questions that are still unanswered after ninety days."""
    oldest = now.astimezone(clock.LIMA).date() - QUESTION_LIFE
    statement = delete(UnansweredQuestion).where(UnansweredQuestion.asked_on <= oldest)
    questions = await session.scalars(statement.returning(UnansweredQuestion.id))
    return len(questions.all())


async def count_stale(session: AsyncSession, today: date) -> int:
    """How many published entries and services are past their review date."""
    statement = select(func.count()).where(
        Item.retired.is_(False),
        Item.kind.in_((ItemKind.ENTRY, ItemKind.SERVICE)),
        # ISO dates sort like their text.
        Item.body["review_by"].as_string() < today.isoformat(),
    )
    return await session.scalar(statement) or 0


async def run_once(database: Database, jobs: Sequence[Job], metrics: Metrics) -> tuple[Report, ...]:
    """Run every job, whether or not the others succeed."""
    return tuple([await _run(database, job, metrics) for job in jobs])


async def run_for_ever(database: Database, jobs: Sequence[Job], metrics: Metrics) -> None:
    """Run the jobs every minute until cancelled."""
    await asyncio.sleep(_FIRST_SECONDS)
    while True:
        await run_once(database, jobs, metrics)
        await asyncio.sleep(EVERY_SECONDS)


async def _run(database: Database, job: Job, metrics: Metrics) -> Report:
    started = perf_counter()
    try:
        report = await _do(database, job)
    except Exception as error:  # noqa: BLE001  the other jobs must go on
        log.error("job.failed", job=job.name, error=type(error).__name__)
        report = Report(job.name, Outcome.FAILED)
    metrics.count_job(job.name, report.outcome, perf_counter() - started)
    if report.rows and not job.everywhere:
        log.info("job.done", job=job.name, rows=report.rows)
    return report


async def _do(database: Database, job: Job) -> Report:
    if job.everywhere:
        return Report(job.name, Outcome.DONE, await job.work())
    async with database.only_one(job.lock) as ours:
        if not ours:
            return Report(job.name, Outcome.ELSEWHERE)
        return Report(job.name, Outcome.DONE, await job.work())
