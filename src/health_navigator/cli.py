"""The command line: serve, poll, ask, knowledge, facilities, user, jobs, poster, doctor."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvicorn
from typer import Argument, Exit, Option, Typer

from health_navigator import clock
from health_navigator.admin.commands import Work, user_commands
from health_navigator.api import to_ask_response
from health_navigator.app import clock_jobs, create_app, load_knowledge, snapshot_builder
from health_navigator.config import Settings, read_settings
from health_navigator.conversation.understanding import understand
from health_navigator.db import Database
from health_navigator.directory.registry import Registry, Stamp, decoded, read_registry
from health_navigator.doctor import Finding, Health, examine, is_sound
from health_navigator.doorway import BoundedProtocol
from health_navigator.errors import ConfigurationError, DatabaseInUseError, KnowledgeError
from health_navigator.i18n import DEFAULT_LOCALE, translator
from health_navigator.jobs import Outcome, Report, run_once
from health_navigator.knowledge import store
from health_navigator.knowledge.checks import checked_directory
from health_navigator.knowledge.files import StoredItem, read_directory, to_body, write_files
from health_navigator.knowledge.listing import listing
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.knowledge.stale import stale as past_review
from health_navigator.observability import Metrics, configure_logging
from health_navigator.telegram_bot.poster import poster

app = Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
knowledge = Typer(no_args_is_help=True, help="What the bot knows: check, load, export, list, format.")
app.add_typer(knowledge, name="knowledge")
facilities = Typer(no_args_is_help=True, help="The Ministry's registry of health establishments.")
app.add_typer(facilities, name="facilities")
jobs = Typer(no_args_is_help=True, help="Clock work, which `serve` does by itself.")
app.add_typer(jobs, name="jobs")
app.command()(poster)

Result = TypeVar("Result")
USAGE_ERROR = 2
AsJson = Annotated[bool, Option("--json", help="Print JSON for programs.")]
KnowledgeFolder = Annotated[Path | None, Argument(help="A knowledge directory.")]


def main() -> None:
    """Run the command; what a person can mend is one line on stderr and exit 2."""
    try:
        app()
    except (ConfigurationError, DatabaseInUseError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        raise SystemExit(USAGE_ERROR) from None
    except KnowledgeError as error:
        report_problems(error)
        raise SystemExit(USAGE_ERROR) from None


def report_problems(error: KnowledgeError) -> None:
    """Every problem on its own line, in the language of those who write the knowledge."""
    translate = translator(DEFAULT_LOCALE)
    for problem in sorted(error.problems, key=lambda each: (each.path, each.line)):
        typer.echo(problem.line_for(translate), err=True)
    typer.echo(translate("{count} problems").format(count=len(error.problems)), err=True)


@app.command()
def serve() -> None:
    """Serve the page, the API and, with a token, Telegram."""
    _serve(read_settings())


@app.command()
def poll() -> None:
    """Serve like `serve`, but ask Telegram for updates even where PUBLIC_URL is set."""
    settings = read_settings()
    if settings.telegram_token is None:
        raise ConfigurationError("NAVIGATOR_TELEGRAM_TOKEN is missing: BotFather gives one")
    _serve(settings.model_copy(update={"public_url": None}))


def _serve(settings: Settings) -> None:
    configure_logging(settings.log_format)
    settings.keys()
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=",".join(settings.trusted_proxies),
        http=BoundedProtocol,
        ws="none",
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    server.run()
    if not server.started:
        raise Exit(1)


@app.command()
def ask(text: Annotated[str, Argument(help="A question as people type it.")], as_json: AsJson = False) -> None:
    """Answer one question from the knowledge files, without any database."""
    settings = read_settings()
    configure_logging("console")
    snapshot = _snapshot_of_files(settings)
    understood = understand(snapshot, text, clock.now())
    response = to_ask_response(snapshot, understood, DEFAULT_LOCALE)
    if as_json:
        why = understood.explained()
        typer.echo(json.dumps({**response.model_dump(mode="json"), "why": why}, ensure_ascii=False, indent=2))
    else:
        typer.echo(response.text)


def _snapshot_of_files(settings: Settings) -> Snapshot:
    items = checked_directory(settings.knowledge_dir)
    stored = [StoredItem(item.kind, item.id, item.position, item.body) for item in items]
    return snapshot_builder(settings).build(0, stored, wait=True)


@knowledge.command()
def check(
    directory: KnowledgeFolder = None,
    stale: Annotated[bool, Option("--stale", help="List what is past its review.")] = False,
    on: Annotated[
        datetime | None, Option(formats=["%Y-%m-%d"], help="With --stale: as of another day.")
    ] = None,
) -> None:
    """Check the knowledge files; every problem with file, line, field and what to write."""
    items = checked_directory(directory or read_settings().knowledge_dir)
    translate = translator(DEFAULT_LOCALE)
    typer.echo(translate("{count} pieces of knowledge, no problems.").format(count=len(items)))
    if stale:
        past = past_review(items, on.date() if on else clock.today())
        for problem in past:
            typer.echo(problem.line_for(translate))
        typer.echo(translate("{count} past their review.").format(count=len(past)))


@knowledge.command("list")
def list_answers(directory: KnowledgeFolder = None) -> None:
    """Print a page with every answer: title, first line, sources and dates."""
    items = checked_directory(directory or read_settings().knowledge_dir)
    typer.echo(listing(items, translator(DEFAULT_LOCALE)), nl=False)


@knowledge.command("format")
def format_files(directory: KnowledgeFolder = None) -> None:
    """Write the files as `export` would, so that the next export changes nothing."""
    folder = directory or read_settings().knowledge_dir
    changed = _write_files(folder, write_files(read_directory(folder)))
    typer.echo(f"{changed} files changed")


@knowledge.command()
def load(
    take: Annotated[store.Take | None, Option(help="Whose version wins where staff edited.")] = None,
) -> None:
    """Load the files into the database: all or nothing; staff's edits are reported, not lost."""
    settings = read_settings()
    items = checked_directory(settings.knowledge_dir)

    async def work(database: Database) -> store.LoadReport:
        async with database.session() as session:
            return await store.load(session, items, take)

    report = with_database(settings, work)
    typer.echo(
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.retired)} retired, "
        f"{report.unchanged} unchanged"
    )
    for name in report.edited:
        typer.echo(f"{name}: edited since the last load, kept (--take files overwrites it)")


@knowledge.command()
def export(directory: Annotated[Path, Argument(help="Where to write the files.")]) -> None:
    """Write the database's knowledge as files; what did not change keeps every byte."""
    files = with_database(read_settings(), _exported)
    changed = _write_files(directory, files)
    typer.echo(f"{len(files)} files in {directory}, {changed} of them changed")
    for path in sorted(directory.rglob("*.yaml")):
        if path.relative_to(directory).as_posix() not in files:
            typer.echo(f"{path}: the database has nothing for it; delete it if it is not needed")


def _write_files(directory: Path, files: Mapping[str, str]) -> int:
    """Write what differs; tell how many files that were."""
    changed = 0
    for path, text in files.items():
        target = directory / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            changed += 1
    return changed


@facilities.command("import")
def import_facilities(
    file: Annotated[Path, Argument(help="The registry as the Ministry publishes it, in CSV.")],
    published: Annotated[str | None, Option(help="The file's own date, such as 2025-10.")] = None,
    verbose: Annotated[bool, Option(help="Name every row that was mended or refused.")] = False,
) -> None:
    """Replace the directory's registry by this file; the same file again changes nothing."""
    text, settings = decoded(file.read_bytes()), read_settings()

    async def work(database: Database) -> tuple[Registry, store.LoadReport]:
        await load_knowledge(database, settings)
        async with database.session() as session:
            codes = await store.registry_codes(session)
        registry = await asyncio.to_thread(
            read_registry, text, Stamp(clock.today(), published), codes
        )
        async with database.session() as session:
            bodies = [to_body(service) for service in registry.services]
            return registry, await store.replace_registry(session, bodies)

    registry, report = with_database(settings, work)
    _tell_registry(registry, report, verbose=verbose)


def _tell_registry(registry: Registry, report: store.LoadReport, *, verbose: bool) -> None:
    translate = translator(DEFAULT_LOCALE)
    read = registry.report
    typer.echo(f"{read.read} rows read, {read.taken} taken, {read.refused} refused")
    typer.echo(
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.retired)} retired, "
        f"{report.unchanged} unchanged, {len(report.edited)} kept as staff edited them"
    )
    for (effect, column, message), times in read.counts().most_common():
        typer.echo(f"{times:6} {effect} {column}: {translate(message)}")
    for remark in read.remarks if verbose else ():
        typer.echo(remark.text(translate))


async def _exported(database: Database) -> dict[str, str]:
    async with database.session() as session:
        return write_files(await store.exportable(session))


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


@app.command()
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


def with_database(settings: Settings, work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run work on the migrated database of the settings and close it again."""

    async def run() -> Result:
        database = await Database.open(settings.database_url)
        try:
            await database.migrate()
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def _transact(work: Work) -> Any:  # noqa: ANN401  whatever the work returns
    """Run work in one transaction on the database of the settings."""

    async def run(database: Database) -> Any:  # noqa: ANN401
        async with database.session() as session:
            return await work(session)

    return with_database(read_settings(), run)


app.add_typer(user_commands(_transact, lambda: read_settings().keys()), name="user")


def echo_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
