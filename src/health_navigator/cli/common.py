"""What commands share: the configured database, and answers as JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from typer import Option

from health_navigator.config import Settings
from health_navigator.db import Database

Result = TypeVar("Result")
AsJson = Annotated[bool, Option("--json", help="Print JSON for programs.")]


def with_database(settings: Settings, work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run work on the configured database, migrated, and close it again."""

    async def run() -> Result:
        database = await Database.open(settings.database_url)
        try:
            await database.migrate()
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def echo_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
