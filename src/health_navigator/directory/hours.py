"""Whether a service is open, by OpenStreetMap opening hours, Lima's clock and Peru's holidays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from opening_hours import OpeningHours

from health_navigator.clock import LIMA

# National holidays by laws of 2021 to 2023, which the library's calendar of Peru does not have yet:
# Arica and the flag, the air force, the battles of Junín and Ayacucho.
_NEWER_HOLIDAYS = "Jun 07,Jul 23,Aug 06,Dec 09"
_DAYS = r"[A-Z][A-Za-z](?:-[A-Z][a-z])?"
ALWAYS_OPEN = "24/7"
_HOLIDAY_RULE = re.compile(rf"\s*(?:{_DAYS}\s*,\s*)*PH(?:\s*,\s*{_DAYS})*\s+(\S.*)")


@dataclass(frozen=True, slots=True)
class Opening:
    """`open_now` and `opens_at` are None where nobody knows; `opens_at` also while it is open."""

    open_now: bool | None = None
    opens_at: datetime | None = None


@lru_cache(maxsize=4_096)
def parsed(hours: str) -> OpeningHours:
    """The hours as rules; raises opening_hours.ParserError for what is none."""
    return OpeningHours(_with_newer_holidays(hours), country="PE", timezone=LIMA)


def _with_newer_holidays(hours: str) -> str:
    """The same hours; what is said of public holidays is said of the newer ones too."""
    rules = hours.split(";")
    said = [found[1] for rule in rules if (found := _HOLIDAY_RULE.fullmatch(rule))]
    return ";".join([*rules, *(f" {_NEWER_HOLIDAYS} {what}" for what in said)])


def opening(hours: str | None, moment: datetime) -> Opening:
    """Open or closed at a moment, and when it opens next."""
    if hours is None:
        return Opening()
    rules = parsed(hours)
    now = moment.astimezone(LIMA)
    if rules.is_open(now):
        return Opening(open_now=True)
    if rules.is_unknown(now):
        return Opening()
    change = rules.next_change(now)
    is_opening = change is not None and rules.is_open(change)
    return Opening(open_now=False, opens_at=change if is_opening else None)
