"""Scheduled jobs forget in time, once across all processes, on both kinds of database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, select

from health_navigator import clock, jobs
from health_navigator.admin.tables import AuditRecord, FailedLogin, Staff, StaffSession
from health_navigator.app import clock_jobs
from health_navigator.conversation.tables import ConversationState, UnansweredQuestion
from health_navigator.db import Base, Database
from health_navigator.knowledge import store
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Origin
from health_navigator.observability import Metrics
from health_navigator.telegram_bot.tables import OutgoingMessage, Stage, TelegramUpdate
from tests.support.server import settings_for

NOW = datetime.now(UTC)


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    settings = settings_for(tmp_path, database_url=database_url)
    database = await Database.open(settings.database_url)
    await database.migrate()
    yield database
    await database.close()


async def add(database: Database, *rows: Base) -> None:
    async with database.session() as session:
        session.add_all(rows)


async def count(database: Database, table: type[Base]) -> int:
    async with database.session() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def run(database: Database) -> dict[str, jobs.Report]:
    metrics = Metrics()
    reports = await jobs.run_once(database, clock_jobs(database, metrics), metrics)
    return {report.job: report for report in reports}


def state(chat: str, expires_at: datetime) -> ConversationState:
    return ConversationState(chat=chat, body={"entry": "sis"}, expires_at=expires_at)


def update(number: int, received_at: datetime, stage: Stage = Stage.DONE) -> TelegramUpdate:
    return TelegramUpdate(
        update_id=number,
        chat="a" * 40,
        stage=stage,
        attempts=1,
        answered=True,
        owner="x",
        lease_until=received_at,
        received_at=received_at,
        failure=None,
    )


async def test_states_die_after_their_half_hour(database: Database) -> None:
    """A minute past is gone, a minute before is kept; no clock turns that into hours."""
    now, minute = datetime.now(UTC), timedelta(minutes=1)
    await add(database, state("old", now - minute), state("fresh", now + minute))
    await add(database, state("of a clock that was ahead", now + 90 * minute))
    assert (await run(database))["forget_states"].rows == 2
    assert await count(database, ConversationState) == 1


@pytest.mark.parametrize("stage", Stage)
async def test_updates_are_gone_after_72_hours(database: Database, stage: Stage) -> None:
    """Whatever their stage, together with what was still to be sent for them."""
    await add(database, update(1, NOW - timedelta(hours=73), stage))
    await add(database, OutgoingMessage(update_id=1, position=0, body={"text": "x"}, sent=False))
    await add(database, update(2, NOW - timedelta(hours=71), stage))
    assert (await run(database))["forget_updates"].rows == 1
    assert await count(database, TelegramUpdate) == 1
    assert await count(database, OutgoingMessage) == 0


async def test_unanswered_questions_are_gone_after_90_days(database: Database) -> None:
    today = clock.today()
    await add(
        database,
        UnansweredQuestion(text="x", asked_on=today - timedelta(days=90)),
        UnansweredQuestion(text="y", asked_on=today - timedelta(days=89)),
    )
    assert (await run(database))["forget_questions"].rows == 1
    assert await count(database, UnansweredQuestion) == 1


async def test_what_the_staff_leave_is_gone_in_time(database: Database) -> None:
    """Sessions unused for 8 hours or a day old, failed logins of yesterday, an audit of 2 years."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    await add(
        database,
        Staff(name="eva", role="editor", password=None, disabled=False, created_at=NOW),
        FailedLogin(who="old", times=3, last_at=NOW - day - hour),
        FailedLogin(who="new", times=3, last_at=NOW - day + hour),
        audit_record(NOW - 730 * day - hour),
        audit_record(NOW - 730 * day + hour),
    )
    await add(
        database,
        StaffSession(digest="idle", staff="eva", began_at=NOW - 9 * hour, used_at=NOW - 9 * hour),
        StaffSession(digest="long", staff="eva", began_at=NOW - 25 * hour, used_at=NOW),
        StaffSession(digest="used", staff="eva", began_at=NOW - 23 * hour, used_at=NOW),
    )
    reports = await run(database)
    assert reports["forget_sessions"].rows == 2
    assert reports["forget_failed_logins"].rows == 1
    assert reports["forget_audit"].rows == 1
    for table in (StaffSession, FailedLogin, AuditRecord):
        assert await count(database, table) == 1


def audit_record(at: datetime) -> AuditRecord:
    return AuditRecord(at=at, who="eva", what="session.begin")


async def test_stale_facts_are_counted(database: Database) -> None:
    """Those past their review, published, and not documents."""
    async with database.session() as session:
        for name, review_by, retired in (
            ("stale", "2020-01-01", False),
            ("fresh", "2999-01-01", False),
            ("retired", "2020-01-01", True),
        ):
            row = store.new_item(ItemKind.ENTRY, name, 0, Origin.FILES)
            body = {"review_by": review_by}
            store.publish(session, row, body, author="test", retired=retired)
    async with database.session() as session:
        assert await jobs.count_stale(session, date(2026, 1, 1)) == 1


async def test_a_job_does_not_run_twice_at_once(postgres_url: str, tmp_path: Path) -> None:
    """Two processes, one lock: the second leaves the work to the first."""
    url = settings_for(tmp_path, database_url=postgres_url).database_url
    first, second = await Database.open(url), await Database.open(url)
    inside, finish = asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        inside.set()
        await finish.wait()
        return 1

    job = jobs.Job("slow", slow)
    running = asyncio.create_task(jobs.run_once(first, [job], Metrics()))
    await inside.wait()
    elsewhere = await jobs.run_once(second, [job], Metrics())
    finish.set()
    done = await running
    afterwards = await jobs.run_once(second, [job], Metrics())
    assert [report.outcome for report in (*elsewhere, *done, *afterwards)] == [
        jobs.Outcome.ELSEWHERE,
        jobs.Outcome.DONE,
        jobs.Outcome.DONE,
    ]
    await first.close()
    await second.close()


async def test_a_failing_job_stops_no_other(database: Database) -> None:
    async def fail() -> int:
        raise ValueError("a person's words")

    async def work() -> int:
        return 3

    metrics = Metrics()
    plan = [jobs.Job("broken", fail), jobs.Job("sound", work)]
    reports = await jobs.run_once(database, plan, metrics)
    assert [report.outcome for report in reports] == [jobs.Outcome.FAILED, jobs.Outcome.DONE]
    figures = metrics.registry.get_sample_value
    assert figures("navigator_job_runs_total", {"job": "broken", "outcome": "failed"}) == 1
    assert figures("navigator_job_last_success_timestamp_seconds", {"job": "broken"}) is None
    assert figures("navigator_job_last_success_timestamp_seconds", {"job": "sound"})


async def test_jobs_outlive_a_database_that_is_away(tmp_path: Path) -> None:
    """Every job fails and none raises: the next minute tries again."""
    url = "postgresql://nobody@127.0.0.1:1/nowhere"
    database = await Database.open(settings_for(tmp_path, database_url=url).database_url)
    reports = await run(database)
    assert {report.outcome for report in reports.values()} >= {jobs.Outcome.FAILED}
    await database.close()


async def test_locks_of_jobs_differ(database: Database) -> None:
    plan = clock_jobs(database, Metrics())
    assert len({job.lock for job in plan}) == len(plan)


async def test_what_was_deleted_is_not_in_the_files_of_sqlite(tmp_path: Path) -> None:
    """Neither in the database nor in its journal: a seized disk reveals nothing."""
    path = tmp_path / "test.sqlite3"
    database = await Database.open(settings_for(tmp_path).database_url)
    await database.migrate()
    secret = "ZEBRA-UNICA-EN-EL-MUNDO"
    row = ConversationState(chat=secret, body={"place": secret}, expires_at=NOW)
    await add(database, row)
    files = [path, path.with_name("test.sqlite3-wal")]
    assert any(secret.encode() in file.read_bytes() for file in files)
    await run(database)
    assert not any(secret.encode() in file.read_bytes() for file in files if file.exists())
    await database.close()


def test_metrics_keep_prometheus_conventions() -> None:
    """Base units, counters that end in _total, and a help text for each."""
    from prometheus_client import generate_latest

    text = generate_latest(Metrics().registry).decode()
    families = list(text_string_to_metric_families(text))
    ours = [family for family in families if family.name.startswith("navigator_")]
    assert len(ours) > 15
    for family in ours:
        assert family.documentation
        assert not family.name.endswith(("_ms", "_milliseconds", "_minutes", "_count"))
        if family.type == "histogram":
            assert family.name.endswith("_seconds") or family.name == "navigator_confidence"
