"""Services: hours that a program can read, and nobody sent to a door that may be closed."""

from __future__ import annotations

from collections.abc import Iterator

import opening_hours

from health_navigator.directory.models import Status
from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces

CALL_FIRST = "Llama antes de ir"
# "ESSALUD" or "INPPARES" may be in capitals; three words in a row may not.
_SHOUTED_WORDS = 3


def unreadable_hours(pieces: Pieces) -> Iterator[Problem]:
    for service in pieces.services:
        hours = service.part.hours
        if hours and not opening_hours.validate(hours):
            message = mark("«{hours}» cannot be read: write for example Mo-Fr 08:00-14:00; PH off")
            yield service.problem("hours", message, hours=hours)


def closed_but_replacing(pieces: Pieces) -> Iterator[Problem]:
    offered = {each.part.id for each in pieces.services if each.part.is_offered}
    known = {each.part.id for each in pieces.services}
    for service in pieces.services:
        for position, name in enumerate(service.part.replaced_by or ()):
            if name in known - offered:
                message = mark("{id} is closed itself: name what is open")
                yield service.problem(f"replaced_by.{position}", message, id=name)


def unknown_without_a_call(pieces: Pieces) -> Iterator[Problem]:
    for service in pieces.services:
        if service.part.status is not Status.UNKNOWN:
            continue
        if not service.part.phones:
            message = mark("nobody knows whether it is open: give a phone or leave it out")
            yield service.problem("phones", message)
        if not (service.part.access or "").startswith(CALL_FIRST):
            message = mark("nobody knows whether it is open: begin access with «{words}»")
            yield service.problem("access", message, words=CALL_FIRST)


def shouted_names(pieces: Pieces) -> Iterator[Problem]:
    for service in pieces.services:
        words = [word for word in service.part.name.split() if word.isalpha()]
        if len(words) >= _SHOUTED_WORDS and all(word.isupper() for word in words):
            message = mark("write the name as in a sentence, with capitals only where they belong")
            yield service.problem("name", message)
