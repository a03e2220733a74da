"""The knowledge as the checks see it: each part as its model, with its place in the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from health_navigator.directory.models import Service
from health_navigator.eligibility.models import EligibilityFile
from health_navigator.errors import Problem
from health_navigator.knowledge.files import ELIGIBILITY, FileItem, Location
from health_navigator.knowledge.models import (
    Concept,
    Danger,
    Entry,
    ItemKind,
    KindNames,
    OutOfScope,
    PlaceNames,
    Zone,
)
from health_navigator.provenance import Call

Part = TypeVar("Part", bound=BaseModel, covariant=True)


@dataclass(frozen=True, slots=True)
class Placed(Generic[Part]):
    """A part of the knowledge and its place in the files."""

    part: Part
    where: Location

    def problem(self, field: str, message: str, **values: object) -> Problem:
        return self.where.problem(field, message, **values)

    def problem_at(self, field: str, letter: int, message: str, **values: object) -> Problem:
        """A problem with a text, on the line of the file that holds this letter."""
        row = getattr(self.part, field).count("\n", 0, letter)
        return self.where.problem_in_row(row, field, message, **values)


@dataclass(frozen=True, slots=True)
class Told:
    """A text that people read, with the numbers that appear beside it."""

    owner: Placed[BaseModel]
    field: str
    text: str
    call: tuple[Call, ...] = ()

    def problem(self, letter: int, message: str, **values: object) -> Problem:
        """A problem with the text, on the line of the file that holds this letter."""
        row = self.text.count("\n", 0, letter)
        return self.owner.where.problem_in_row(row, self.field, message, **values)


@dataclass(frozen=True)
class Pieces:
    """All parts of the knowledge, each list in the order of its file."""

    items: Sequence[FileItem]
    entries: tuple[Placed[Entry], ...]
    services: tuple[Placed[Service], ...]
    dangers: tuple[Placed[Danger], ...]
    concepts: tuple[Placed[Concept], ...]
    groups: tuple[Placed[OutOfScope], ...]
    places: tuple[Placed[PlaceNames], ...]
    zones: tuple[Placed[Zone], ...]
    kinds: tuple[Placed[KindNames], ...]
    interviews: tuple[Placed[EligibilityFile], ...]

    @classmethod
    def of(cls, items: Sequence[FileItem]) -> Pieces:
        by_kind: defaultdict[str, list[FileItem]] = defaultdict(list)
        for item in items:
            by_kind[item.kind].append(item)
        documents = {item.id: item for item in by_kind[ItemKind.DOCUMENT]}
        return cls(
            items=items,
            entries=_whole(by_kind[ItemKind.ENTRY], Entry),
            services=_whole(by_kind[ItemKind.SERVICE], Service),
            dangers=_rows(documents.get("triage"), "dangers", Danger),
            concepts=_rows(documents.get("lexicon"), "concepts", Concept),
            groups=_rows(documents.get("out_of_scope"), "groups", OutOfScope),
            places=_rows(documents.get("places"), "places", PlaceNames),
            zones=_rows(documents.get("places"), "zones", Zone),
            kinds=_rows(documents.get("places"), "kinds", KindNames),
            interviews=_whole(
                [documents[ELIGIBILITY]] if ELIGIBILITY in documents else [], EligibilityFile
            ),
        )

    @cached_property
    def told(self) -> tuple[Told, ...]:
        """Every text with sentences in it, except the interview's, which its own tests read."""
        return (
            *(Told(each, "answer", each.part.answer, each.part.call) for each in self.entries),
            *(Told(each, "message", each.part.message, each.part.call) for each in self.dangers),
            *(
                Told(each, "refer", each.part.refer, each.part.call)
                for each in self.groups
                if each.part.refer
            ),
            *map(_told_by_service, self.services),
        )


def _told_by_service(service: Placed[Service]) -> Told:
    """The texts of a service, which people read together."""
    part = service.part
    lines = filter(None, (part.access, part.hours_note, part.cost))
    call = tuple(Call(name=part.name, phone=phone) for phone in part.phones)
    return Told(service, "access", "\n".join(lines), call)


def _whole(items: Iterable[FileItem], model: type[Part]) -> tuple[Placed[Part], ...]:
    return tuple(Placed(model.model_validate(item.body), item.where) for item in items)


def _rows(item: FileItem | None, field: str, model: type[Part]) -> tuple[Placed[Part], ...]:
    rows: Sequence[Any] = item.body.get(field, ()) if item else ()
    return tuple(
        Placed(model.model_validate(row), _inside(item.where, field, position))
        for position, row in enumerate(rows)
        if item
    )


def _inside(where: Location, field: str, position: int) -> Location:
    return Location(where.document, (*where.loc, field, position))
