"""Every metric of /metrics changes when what it counts happens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from health_navigator import clock
from health_navigator.observability import Metrics
from tests.support.server import Program, settings_for, telegram_settings
from tests.support.telegram import Person, TelegramStandIn, failure
from tests.support.waiting import wait_until

# Metrics about the program rather than about what happens.
# The last of them is moved by tests of what fails.
STILL = {"navigator_build", "navigator_encoder_in_use", "navigator_background_failures"}


@pytest.fixture
def program(
    tmp_path: Path,
    telegram: TelegramStandIn,
    few_entries: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Program]:
    """A bot whose scheduled jobs do not wait a minute, years after its facts were reviewed."""
    monkeypatch.setattr("health_navigator.jobs._FIRST_SECONDS", 0.1)
    monkeypatch.setattr("health_navigator.jobs.EVERY_SECONDS", 0.2)
    much_later = clock.now() + timedelta(days=1_500)
    monkeypatch.setattr(clock, "now", lambda: much_later)
    values = telegram_settings(telegram.url, knowledge_dir=few_entries)
    with Program(settings_for(tmp_path, **values)).running() as program:
        yield program


def test_every_figure_moves(program: Program, telegram: TelegramStandIn, ana: Person) -> None:
    _live(program, telegram, ana)
    expected = {
        'turns_total{channel="telegram",outcome="answer"}',
        'turns_total{channel="telegram",outcome="no_answer"}',
        'turns_total{channel="telegram",outcome="urgent"}',
        'turns_total{channel="web",outcome="answer"}',
        'dangers_total{danger="violencia"}',
        "confidence_count",
        "answer_seconds_count",
        *(f'updates_total{{outcome="{end}"}}' for end in ("done", "duplicate", "gone", "parked")),
        *(f'updates_total{{outcome="{end}"}}' for end in ("ignored", "postponed", "unreadable")),
        "update_seconds_count",
        *(f'step_seconds_count{{step="{step}"}}' for step in ("claim", "decide", "render")),
        *(f'step_seconds_count{{step="{step}"}}' for step in ("store", "send", "finish")),
        'come_backs_total{reason="RefusedError"}',
        'refused_calls_total{why="secret"}',
        'telegram_errors_total{error="400",method="sendMessage"}',
        "webhook_pending_updates",
        "webhook_last_error_timestamp_seconds",
        'job_runs_total{job="forget_updates",outcome="done"}',
        'job_seconds_count{job="forget_updates"}',
        'job_last_success_timestamp_seconds{job="watch_webhook"}',
        "knowledge_version",
        "knowledge_entries",
        "knowledge_stale",
    }
    wait_until(lambda: expected <= _moved(program) and not _is_ours(program))
    told = {name.partition("{")[0] for name in expected} | {"webhook_is_ours"}
    families = {family.name for family in Metrics().registry.collect()}
    ours = {name for name in families if name.startswith("navigator_")} - STILL
    assert {name for name in ours if not _is_told(name, told)} == set()


def _live(program: Program, telegram: TelegramStandIn, ana: Person) -> None:
    """Everything that can happen to a bot in a day."""
    update = ana.writes("que es el sis")
    for each in (update, update, ana.writes("xyzzy plugh"), ana.writes("mi marido me pega")):
        program.deliver(each)
    program.client.post("/", data={"text": "que es el sis"})
    poisoned = ana.writes("hola")
    for _ in range(5):
        telegram.answers_with(failure(400, "Bad Request: BUTTON_DATA_INVALID"))
        program.post_update(poisoned)
    program.post_update(poisoned)
    program.post_update(ana.writes_in_group("hola"))
    program.post_update({"update_id": update["update_id"] + 500_000})
    program.post_update({"update_id": "?"})
    program.post_update(update, secret="wrong")
    program.post_update(ana.blocks())
    elsewhere = "https://other.example.org/telegram/webhook"
    failed_at = int(time.time())
    telegram.webhook = {
        "url": elsewhere,
        "pending_update_count": 7,
        "last_error_date": failed_at,
        "last_error_message": "Connection refused",
    }


def _figures(program: Program) -> dict[str, float]:
    lines = program.client.get("/metrics").text.splitlines()
    told = [line.rpartition(" ") for line in lines if line.startswith("navigator_")]
    return {name.removeprefix("navigator_"): float(value) for name, _, value in told}


def _moved(program: Program) -> set[str]:
    return {name for name, value in _figures(program).items() if value}


def _is_ours(program: Program) -> bool:
    return bool(_figures(program)["webhook_is_ours"])


def _is_told(family: str, told: set[str]) -> bool:
    name = family.removeprefix("navigator_")
    return bool({name, f"{name}_total", f"{name}_count"} & told)


def test_what_alerts_look_for_begins_with_none(program: Program) -> None:
    """Prometheus sees no increase in a series that begins at 1."""
    assert _figures(program)['updates_total{outcome="parked"}'] == 0
