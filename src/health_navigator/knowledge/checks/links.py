"""Ids: each defined once, and each reference leads somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic import BaseModel

from health_navigator.eligibility.mistakes import mistakes
from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces, Placed
from health_navigator.knowledge.models import Danger, DangerId, KindNames
from health_navigator.knowledge.spelling import closest

_TWICE = mark("{id} stands already in {path}, line {line}: give this one another name")
_NOWHERE = mark("there is no {id}: check its spelling or leave it out")
_MEANT = mark("there is no {id}: write {meant}")


def repeated_ids(pieces: Pieces) -> Iterator[Problem]:
    # Answers and out-of-scope groups share one ranking, hence one set of names.
    ranked = (*pieces.entries, *pieces.groups)
    for field, parts in (
        ("id", ranked),
        ("id", pieces.services),
        ("id", pieces.dangers),
        ("word", pieces.concepts),
    ):
        yield from _repeated(field, parts)


def _repeated(field: str, parts: Sequence[Placed[BaseModel]]) -> Iterator[Problem]:
    seen: dict[str, Placed[BaseModel]] = {}
    for each in parts:
        name = getattr(each.part, field)
        first = seen.setdefault(name, each)
        if first is not each:
            at = first.problem(field, "")
            yield each.problem(field, _TWICE, id=name, path=at.path, line=at.line)


def links_that_lead_nowhere(pieces: Pieces) -> Iterator[Problem]:
    entries = {each.part.id for each in pieces.entries}
    services = {each.part.id for each in pieces.services}
    for entry in pieces.entries:
        yield from _lost(entry, "related", entry.part.related, entries - {entry.part.id})
    for service in pieces.services:
        others = services - {service.part.id}
        yield from _lost(service, "replaced_by", service.part.replaced_by or (), others)
    shown_beside: tuple[Placed[Danger] | Placed[KindNames], ...]
    shown_beside = (*pieces.dangers, *pieces.kinds)
    for each in shown_beside:
        if each.part.entry not in entries:
            yield _unknown(each, "entry", each.part.entry, entries)


def _lost(
    owner: Placed[BaseModel], field: str, names: Sequence[str], known: set[str]
) -> Iterator[Problem]:
    for position, name in enumerate(names):
        if name not in known:
            yield _unknown(owner, f"{field}.{position}", name, known)
        elif name in names[:position]:
            message = mark("{id} stands twice in this list: keep one")
            yield owner.problem(f"{field}.{position}", message, id=name)


def _unknown(owner: Placed[BaseModel], field: str, name: str, known: Iterable[str]) -> Problem:
    meant = closest(name, known)
    return owner.problem(field, _MEANT if meant else _NOWHERE, id=name, meant=meant)


def missing_dangers(pieces: Pieces) -> Iterator[Problem]:
    """If there is a file of dangers at all, it must hold every kind."""
    known = {each.part.id for each in pieces.dangers}
    for danger in DangerId:
        if known and danger not in known:
            message = mark("the danger {id} is missing: every one needs its message")
            yield pieces.dangers[0].problem("id", message, id=danger)


def mistakes_of_the_interview(pieces: Pieces) -> Iterator[Problem]:
    for interview in pieces.interviews:
        for mistake in mistakes(interview.part):
            yield interview.problem(mistake.field, mistake.message, **mistake.values)
