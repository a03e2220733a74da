"""jobs and doctor: what an operator does by hand. (`user` is in admin/commands.py.)"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer
from typer import Exit, Typer

from health_navigator.admin.commands import Work
from health_navigator.app import clock_jobs
from health_navigator.cli.common import AsJson, echo_json, with_database
from health_navigator.config import read_settings
from health_navigator.db import Database
from health_navigator.doctor import Finding, Health, examine, is_sound
from health_navigator.jobs import Outcome, Report, run_once
from health_navigator.observability import Metrics, configure_logging

jobs = Typer(no_args_is_help=True, help="Clock work, which `serve` does by itself.")


@jobs.callback()
def clock_work() -> None:
    """Keeps `run` a subcommand although it is the only one."""


@jobs.command("run")
def run_jobs() -> None:
    """Forget what is past its time, and count what is stale, once and now."""
    settings = read_settings()
    configure_logging(settings.log_format)

    async def work(database: Database) -> tuple[Report, ...]:
        metrics = Metrics()
        return await run_once(database, clock_jobs(database, metrics), metrics)

    reports = with_database(settings, work)
    for report in reports:
        typer.echo(f"{report.job}: {report.outcome}, {report.rows}")
    if any(report.outcome is Outcome.FAILED for report in reports):
        raise Exit(1)


def doctor(as_json: AsJson = False) -> None:
    """Look at every part that an answer needs; say how to mend what is broken."""
    configure_logging("console")
    findings = examine()
    if as_json:
        echo_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _show(finding)
    if not is_sound(findings):
        raise Exit(1)


def _show(finding: Finding) -> None:
    colours = {Health.GREEN: "green", Health.YELLOW: "yellow", Health.RED: "red"}
    health = typer.style(f"{finding.health:6}", fg=colours[finding.health])
    typer.echo(f"{health} {finding.part}: {finding.says}")
    if finding.mend:
        typer.echo(f"       mend: {finding.mend}")


def transact(work: Work) -> Any:  # noqa: ANN401  whatever the work returns
    """Run work in one transaction on the configured database."""

    async def run(database: Database) -> Any:  # noqa: ANN401
        async with database.session() as session:
            return await work(session)

    return with_database(read_settings(), run)
