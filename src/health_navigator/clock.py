"""The time in Peru, by which services open, facts age and days are counted."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

LIMA = ZoneInfo("America/Lima")


def now() -> datetime:
    """The moment, as clocks in Peru show it."""
    return datetime.now(LIMA)


def today() -> date:
    return now().date()
