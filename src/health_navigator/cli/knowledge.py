"""knowledge check, load, export, list, format: between the files and the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option, Typer

from health_navigator import clock
from health_navigator.cli.common import with_database
from health_navigator.config import read_settings
from health_navigator.db import Database
from health_navigator.i18n import DEFAULT_LOCALE, translator
from health_navigator.knowledge import store
from health_navigator.knowledge.checks import checked_directory
from health_navigator.knowledge.files import read_directory, write_files
from health_navigator.knowledge.listing import listing
from health_navigator.knowledge.stale import stale as past_review

knowledge = Typer(no_args_is_help=True, help="What the bot knows: its files and its database.")

KnowledgeFolder = Annotated[Path | None, Argument(help="A knowledge directory.")]


@knowledge.command()
def check(
    directory: KnowledgeFolder = None,
    stale: Annotated[bool, Option("--stale", help="List what is past its review.")] = False,
    on: Annotated[
        datetime | None, Option(formats=["%Y-%m-%d"], help="With --stale: as of another day.")
    ] = None,
) -> None:
    """Check the knowledge files; report every problem with file, line, field and what to write."""
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
    take: Annotated[
        store.Take | None, Option(help="Whose version wins where staff edited.")
    ] = None,
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
        typer.echo(f"{name}: edited or retired by staff, left so (--take files overwrites it)")


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
    """Write the files that differ; return how many."""
    changed = 0
    for path, text in files.items():
        target = directory / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            changed += 1
    return changed


async def _exported(database: Database) -> dict[str, str]:
    async with database.session() as session:
        return write_files(await store.exportable(session))
