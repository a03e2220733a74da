"""What is past its review: the list that the keepers of the knowledge work through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pydantic import BaseModel

from health_navigator.directory.models import Service
from health_navigator.eligibility.models import EligibilityFile
from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces, Placed
from health_navigator.knowledge.files import FileItem
from health_navigator.knowledge.models import Entry
from health_navigator.provenance import Source

_DUE = mark("{id} was to be looked at again by {day}, {days} days ago; it rests on {publishers}")
_EXPIRED = mark("{id} is not shown any more since {day}: write it anew or leave it out")


def stale(items: Sequence[FileItem], today: date) -> list[Problem]:
    """What is past its review or its end on this day, the oldest first, each with its line."""
    pieces = Pieces.of(items)
    found = [*_unreviewed(pieces, today), *_expired(pieces, today)]
    return sorted(found, key=lambda problem: str(problem.values["day"]))


def _unreviewed(pieces: Pieces, today: date) -> Iterator[Problem]:
    vouched: tuple[Placed[Entry] | Placed[Service], ...] = (*pieces.entries, *pieces.services)
    for each in vouched:
        if each.part.is_stale(today):
            yield _due(
                each, "review_by", each.part.id, each.part.review_by, today, each.part.sources
            )
    for interview in pieces.interviews:
        yield from _unreviewed_rules(interview, today)


def _unreviewed_rules(interview: Placed[EligibilityFile], today: date) -> Iterator[Problem]:
    for position, rule in enumerate(interview.part.rules):
        if today > rule.review_by:
            field = f"rules.{position}.review_by"
            sources = [each for each in interview.part.sources if each.id in rule.rests_on]
            yield _due(interview, field, rule.id, rule.review_by, today, sources)


def _due(
    owner: Placed[BaseModel],
    field: str,
    name: str,
    day: date,
    today: date,
    sources: Iterable[Source],
) -> Problem:
    publishers = ", ".join(dict.fromkeys(source.publisher for source in sources))
    days = (today - day).days
    return owner.problem(field, _DUE, id=name, day=day, days=days, publishers=publishers)


def _expired(pieces: Pieces, today: date) -> Iterator[Problem]:
    for entry in pieces.entries:
        if not entry.part.is_served(today):
            day = entry.part.expires_on
            yield entry.problem("expires_on", _EXPIRED, id=entry.part.id, day=day)
