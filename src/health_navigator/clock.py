"""The time in Peru, which decides opening hours, the age of facts and the day of a count."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

LIMA = ZoneInfo("America/Lima")


def now() -> datetime:
    """The current moment in Peru's time zone."""
    return datetime.now(LIMA)


def today() -> date:
    return now().date()
