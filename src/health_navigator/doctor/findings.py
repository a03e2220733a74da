"""What a check of one part of the program found, and how to fix it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """`mend` says what to do; green findings need none."""

    part: str
    health: Health
    says: str
    mend: str | None = None


def green(part: str, says: str) -> Finding:
    return Finding(part, Health.GREEN, says)


def yellow(part: str, says: str, mend: str) -> Finding:
    return Finding(part, Health.YELLOW, says, mend)


def red(part: str, says: str, mend: str) -> Finding:
    return Finding(part, Health.RED, says, mend)
