"""facilities import: the Ministry's registry of health establishments."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option, Typer

from health_navigator import clock
from health_navigator.app import load_knowledge
from health_navigator.cli.common import with_database
from health_navigator.config import read_settings
from health_navigator.csv_text import decoded
from health_navigator.db import Database
from health_navigator.directory.registry import Registry, Stamp, read_registry
from health_navigator.errors import ConfigurationError
from health_navigator.i18n import DEFAULT_LOCALE, translator
from health_navigator.knowledge import store
from health_navigator.knowledge.files import to_body

facilities = Typer(no_args_is_help=True, help="The Ministry's registry of health establishments.")


@facilities.callback()
def registry() -> None:
    """Keeps `import` a subcommand although it is the only one."""


@facilities.command("import")
def import_facilities(
    file: Annotated[Path, Argument(help="The registry as the Ministry publishes it, in CSV.")],
    published: Annotated[str | None, Option(help="The file's own date, such as 2025-10.")] = None,
    verbose: Annotated[bool, Option(help="Name every row that was mended or refused.")] = False,
) -> None:
    """Replace the directory's registry by this file; the same file again changes nothing."""
    text, settings = _read(file), read_settings()

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


def _read(file: Path) -> str:
    try:
        return decoded(file.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}") from error


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
