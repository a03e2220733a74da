"""Telephone numbers: valid, printed in one way, and each vouched for by somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from health_navigator.directory.phones import SHORT_CODES, international, is_printed, to_printed
from health_navigator.eligibility.models import EligibilityFile
from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces, Placed
from health_navigator.knowledge.models import Danger, Entry, OutOfScope

Caller = Placed[Entry] | Placed[Danger] | Placed[OutOfScope] | Placed[EligibilityFile]

_NOT_PRINTED = mark("{phone} is not how we print numbers: write {printed}")
_NO_PHONE = mark("{phone} is no number that can be called in Peru: look it up again")

_SHAPED = r"\(0\d{1,2}\)[\d -]+\d|\b080[01][ -]?\d[\d -]*\d"
_LONG = r"\+?\b\d[\d -]{5,}\d\b"
# Without 911: people may be told that it does not work yet; "llama al 911" is found all the same.
_SHORT = "|".join(SHORT_CODES - {"911"})
# Not in "S/ 100", "1,105", "100 soles" or "100 metros".
_NO_AMOUNT = r"(?![.,-]?\d)(?! (?:soles|dólares|metros|km|mil\b|%))"
_CODE = rf"(?<![\d.,/-])(?<!S/ )\b(?:{_SHORT})\b{_NO_AMOUNT}"
_CALLED = r"(?<=[Ll]lama al )\d{3,4}\b(?! \d)|(?<=[Mm]arca )\d{3,4}\b|(?<=[Ll]ínea )\d{3,4}\b"
_IN_TEXT = re.compile(rf"{_SHAPED}|{_LONG}|{_CODE}|{_CALLED}")


def not_as_printed(pieces: Pieces) -> Iterator[Problem]:
    for owner, field, phone in _written(pieces):
        if not is_printed(phone):
            printed = to_printed(phone)
            yield owner.problem(field, _misprint(printed), phone=phone, printed=printed)
    for service in pieces.services:
        line = service.part.whatsapp
        if line and not international(line):
            yield service.problem("whatsapp", _NO_PHONE, phone=line)


def _written(pieces: Pieces) -> Iterator[tuple[Placed[BaseModel], str, str]]:
    callers: tuple[Caller, ...]
    callers = (*pieces.entries, *pieces.dangers, *pieces.groups, *pieces.interviews)
    for each in callers:
        for position, call in enumerate(each.part.call):
            yield each, f"call.{position}.phone", call.phone
    for service in pieces.services:
        for position, phone in enumerate(service.part.phones):
            yield service, f"phones.{position}", phone


def _misprint(printed: str | None) -> str:
    return _NOT_PRINTED if printed else _NO_PHONE


def not_as_printed_in_texts(pieces: Pieces) -> Iterator[Problem]:
    for told in pieces.told:
        for letter, phone in _phones_in(told.text):
            if not is_printed(phone):
                printed = to_printed(phone)
                yield told.problem(letter, _misprint(printed), phone=phone, printed=printed)


def unknown_in_texts(pieces: Pieces) -> Iterator[Problem]:
    """A number in a text must be one that the entry calls, or a line in the directory."""
    directory = {
        phone
        for service in pieces.services
        if service.part.is_offered
        for phone in service.part.phones
    }
    for told in pieces.told:
        known = directory | {call.phone for call in told.call}
        for letter, phone in _phones_in(told.text):
            if is_printed(phone) and phone not in known:
                message = mark("{phone} is neither under call nor in the directory: add it to call")
                yield told.problem(letter, message, phone=phone)


def _phones_in(text: str) -> Iterator[tuple[int, str]]:
    """Whatever looks like a number to call; a long one only if it could be printed as one."""
    for found in _IN_TEXT.finditer(text):
        is_shaped = found[0].startswith(("(0", "080")) or len(found[0]) < len("100 000")
        if is_shaped or to_printed(found[0]):
            yield found.start(), found[0]
