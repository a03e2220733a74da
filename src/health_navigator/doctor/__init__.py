"""Checks every part that an answer needs, and says how to fix what is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from health_navigator.config import PREFIX, Settings, read_settings
from health_navigator.doctor.findings import Finding, Health, red
from health_navigator.doctor.machine import (
    look_at_disk,
    look_at_encoder,
    look_at_secret,
    look_at_server,
    look_at_settings,
)
from health_navigator.doctor.store import look_at_database, look_at_files
from health_navigator.doctor.telegram import look_at_hour, look_at_telegram
from health_navigator.errors import ConfigurationError

__all__ = ["Finding", "Health", "examine", "is_sound"]


def examine() -> tuple[Finding, ...]:
    """Every finding about the program as this process would start it; changes nothing."""
    try:
        settings = read_settings()
    except ConfigurationError as error:
        mend = f"correct the {PREFIX} variable, in the environment or in .env: docs/operations.md"
        return (red("configuration", str(error), mend),)
    return asyncio.run(_look(settings))


def is_sound(findings: Sequence[Finding]) -> bool:
    """Whether a question would be answered: no finding is red."""
    return not any(finding.health is Health.RED for finding in findings)


async def _look(settings: Settings) -> tuple[Finding, ...]:
    return (
        *look_at_settings(settings),
        *look_at_secret(settings),
        *look_at_disk(settings),
        *[finding async for finding in look_at_database(settings)],
        *look_at_files(settings),
        *look_at_encoder(settings),
        *[finding async for finding in look_at_telegram(settings)],
        *[finding async for finding in look_at_hour(settings)],
        await look_at_server(settings),
    )
