"""Reads and changes the database of a program from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.db import Database

Result = TypeVar("Result")


def run_in(url: str, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """What one transaction returns; missing tables are created first."""

    async def run() -> Result:
        database = await Database.open(url)
        try:
            await database.migrate()
            async with database.session() as session:
                return await work(session)
        finally:
            await database.close()

    return asyncio.run(run())
