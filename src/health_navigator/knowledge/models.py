"""The knowledge as its files describe it: entries, and what helps to find them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from health_navigator.directory.models import Kind, Service
from health_navigator.provenance import Call, Line, Slug, Source, Strict, Url, Vouched

MAX_ANSWER = 900
SMALLTALK_TOPIC = "bot"

MAX_QUESTION = 400
Question = Annotated[str, Field(min_length=2, max_length=MAX_QUESTION, pattern=r"^[^\n]*$")]


class ItemKind(StrEnum):
    """What a piece of the knowledge is."""

    TOPIC = "topic"
    ENTRY = "entry"
    SERVICE = "service"
    DOCUMENT = "document"


class FigureKind(StrEnum):
    PRICE = "price"
    AMOUNT = "amount"
    DEADLINE = "deadline"
    DURATION = "duration"
    AGE = "age"
    LAW = "law"
    OTHER = "other"


class Figure(Strict):
    """A number that the answer states: `text` occurs in it, `source` is the URL behind it."""

    text: Line
    kind: FigureKind
    source: Url | None = None
    after: Line | None = None

    @model_validator(mode="after")
    def _deadline_says_what_comes_after(self) -> Self:
        if self.kind is FigureKind.DEADLINE and not self.after:
            raise ValueError(
                "a deadline needs `after`: the words of the answer for who comes too late"
            )
        return self


class Entry(Vouched):
    """One answer, with the ways in which people ask for it. `topic` comes from its file."""

    id: Slug
    topic: Slug
    title: Annotated[str, Field(min_length=3, max_length=70)]
    label: Annotated[str, Field(min_length=2, max_length=28)] | None = None
    sensitive: bool = False
    questions: tuple[Question, ...] = Field(min_length=1)
    answer: Annotated[str, Field(min_length=1)]
    call: tuple[Call, ...] = ()
    related: tuple[Slug, ...] = ()
    figures: tuple[Figure, ...] = ()
    regions: tuple[Line, ...] = ()
    expires_on: date | None = None
    pinned: tuple[Question, ...] = ()

    @property
    def button(self) -> str:
        return self.label or self.title

    @property
    def is_smalltalk(self) -> bool:
        return self.topic == SMALLTALK_TOPIC

    def is_served(self, today: date) -> bool:
        return self.expires_on is None or today <= self.expires_on


class Topic(Strict):
    """A heading of the menu."""

    id: Slug
    title: Annotated[str, Field(min_length=2, max_length=30)]
    position: int = 99


class Concept(Strict):
    """Many ways to say one word."""

    word: Line
    says: tuple[Line, ...] = Field(min_length=1)
    where: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    note: str | None = None


class DangerId(StrEnum):
    SUICIDIO = "suicidio"
    VIOLENCIA = "violencia"
    VIOLENCIA_SEXUAL = "violencia-sexual"
    EMERGENCIA_MEDICA = "emergencia-medica"
    MENOR_EN_PELIGRO = "menor-en-peligro"
    TRATA = "trata"


class Danger(Strict):
    """One kind of danger: how people describe it, and what to say at once.

    `service`: where people go with it who then name only a place.
    """

    id: DangerId
    entry: Slug
    service: Kind | None = None
    message: Annotated[str, Field(min_length=1, max_length=500)]
    call: tuple[Call, ...] = Field(min_length=1)
    phrases: tuple[Question, ...] = Field(min_length=1)
    weak: tuple[Question, ...] = ()
    near_misses: tuple[Question, ...] = ()
    note: str | None = None


class PlaceNames(Strict):
    """How people name an official place; province and district are null for wider places."""

    department: Line
    province: Line | None = None
    district: Line | None = None
    aliases: tuple[Line, ...] = ()
    note: str | None = None


class Zone(Strict):
    """A part of a city or a border that spans several districts."""

    name: Line
    aliases: tuple[Line, ...] = ()
    department: Line
    province: Line | None = None
    districts: tuple[Line, ...] = ()
    note: str | None = None


class KindNames(Strict):
    """How people ask for a kind of service, and the entry that goes with it.

    `answer_first`: the entry says what a list of places would hide (that it may not be there, or
    that it cannot wait), so it is shown before the list. `day_and_night`: only houses that are
    always open go with it, where there are any. Without sayings it only tells where the entry
    sends people.
    """

    kind: Kind
    says: tuple[Line, ...]
    entry: Slug
    answer_first: bool = False
    day_and_night: bool = False
    note: str | None = None


class OutOfScope(Strict):
    """Something that people ask and the bot does not answer."""

    id: Slug
    title: Line
    distance: Literal["near", "far"]
    refer: str | None = None
    call: tuple[Call, ...] = ()
    sources: tuple[Source, ...] = ()
    examples: tuple[Question, ...] = Field(min_length=1)
    note: str | None = None


class EntriesFile(Strict):
    topic: Slug
    title: Annotated[str, Field(min_length=2, max_length=30)]
    position: int = 99
    entries: tuple[Entry, ...]


class ServicesFile(Strict):
    kind: Kind
    services: tuple[Service, ...]


class LexiconFile(Strict):
    concepts: tuple[Concept, ...]


class TriageFile(Strict):
    dangers: tuple[Danger, ...]


class PlacesFile(Strict):
    places: tuple[PlaceNames, ...]
    zones: tuple[Zone, ...] = ()
    kinds: tuple[KindNames, ...] = ()


class OutOfScopeFile(Strict):
    groups: tuple[OutOfScope, ...]
