"""Open or closed: by Lima's clock, over midnight, at weekends and on Peru's holidays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from health_navigator.clock import LIMA
from health_navigator.directory.hours import Opening, opening

WORKDAYS = "Mo-Fr 08:00-14:00; PH off"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LIMA)


def _opens(text: str) -> Opening:
    return Opening(open_now=False, opens_at=_at(text))


OPEN = Opening(open_now=True)


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        ("24/7", "2026-12-25T03:00", OPEN),
        (WORKDAYS, "2026-11-23T08:00", OPEN),
        (WORKDAYS, "2026-11-23T07:59", _opens("2026-11-23T08:00")),
        (WORKDAYS, "2026-11-23T14:00", _opens("2026-11-24T08:00")),
        (WORKDAYS, "2026-11-20T15:00", _opens("2026-11-23T08:00")),
        ("Mo-Sa 20:00-02:00", "2026-11-23T23:59", OPEN),
        ("Mo-Sa 20:00-02:00", "2026-11-24T01:59", OPEN),
        ("Sa 20:00-02:00", "2026-11-22T00:30", OPEN),
        ("Sa 20:00-02:00", "2026-11-22T02:00", _opens("2026-11-28T20:00")),
        ("Mo-Fr 08:00-12:00,15:00-17:00", "2026-11-23T13:00", _opens("2026-11-23T15:00")),
        (WORKDAYS, "2027-07-28T09:00", _opens("2027-07-30T08:00")),
        (WORKDAYS, "2026-04-02T09:00", _opens("2026-04-06T08:00")),
        (WORKDAYS, "2026-12-25T09:00", _opens("2026-12-28T08:00")),
        ("Mo-Fr 08:00-14:00", "2026-12-25T09:00", OPEN),
    ],
)
def test_open_or_closed(hours: str, moment: str, expected: Opening) -> None:
    assert opening(hours, _at(moment)) == expected


@pytest.mark.parametrize("day", ["2027-06-07", "2026-07-23", "2026-08-06", "2026-12-09"])
def test_holidays_that_the_library_does_not_know(day: str) -> None:
    assert opening(WORKDAYS, _at(f"{day}T09:00")).open_now is False
    assert opening("Mo-Fr 08:00-12:00; Su,PH off", _at(f"{day}T09:00")).open_now is False
    assert opening("Mo-Fr,PH 08:00-12:00", _at(f"{day}T09:00")).open_now is True
    assert opening("Mo-Fr 08:00-12:00", _at(f"{day}T09:00")).open_now is True


def test_the_clock_is_lima_s() -> None:
    assert opening(WORKDAYS, datetime(2026, 11, 23, 13, 0, tzinfo=UTC)) == OPEN
    assert opening(WORKDAYS, datetime(2026, 11, 23, 12, 59, tzinfo=UTC)).open_now is False
    assert opening(WORKDAYS, datetime(2026, 11, 23, 19, 0, tzinfo=UTC)).open_now is False


def test_what_nobody_knows_is_not_guessed() -> None:
    weekdays_only = "Mo-Fr 08:00-14:00; Sa-Su,PH 08:00-14:00 unknown"
    assert opening(None, _at("2026-11-23T09:00")) == Opening()
    assert opening(weekdays_only, _at("2026-11-22T09:00")) == Opening()
    assert opening(weekdays_only, _at("2026-12-09T09:00")) == Opening()
    assert opening(weekdays_only, _at("2026-11-23T09:00")) == OPEN
    assert opening(weekdays_only, _at("2026-11-22T22:00")) == _opens("2026-11-23T08:00")


def test_never_open_again() -> None:
    assert opening("Mo-Su off", _at("2026-11-23T09:00")) == Opening(open_now=False)
