"""An eligibility file as people write it: questions, rules in order, and the facts behind them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from health_navigator.provenance import Call, Confidence, Line, Slug, Source, Strict

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=40)]
Text = Annotated[str, Field(min_length=1)]

Answers = Mapping[str, str]
"""What is known so far: a value for each input that somebody answered."""


def _as_values(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_written(values: tuple[str, ...]) -> object:
    return values[0] if len(values) == 1 else list(values)


Values = Annotated[
    tuple[Name, ...],
    Field(min_length=1),
    BeforeValidator(_as_values),
    PlainSerializer(_as_written),
]
Condition = dict[Name, Values]
"""For some inputs, the values that count: `{documento: [ce, refugiado]}`."""


class OutcomeKind(StrEnum):
    SI = "si"
    TODAVIA_NO = "todavia_no"
    NO = "no"
    PREGUNTA_EN_VENTANILLA = "pregunta_en_ventanilla"


class Means(StrEnum):
    """What a choice amounts to, so that "ajá" or "prefiero no decir" can be understood."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    WITHHELD = "withheld"


class Input(Strict):
    """Something that the rules look at. What is not `kept` enters no row and no button."""

    id: Name
    values: tuple[Name, ...] = Field(min_length=2)
    default: Name | None = None
    kept: bool = True
    note: str | None = None


class Choice(Strict):
    """One button, the answers that it stands for, and how people say it instead of tapping."""

    label: Annotated[str, Field(min_length=1, max_length=28)]
    answers: dict[Name, Name] = Field(min_length=1)
    means: Means | None = None
    years: tuple[int, int] | None = None
    weak: bool = False
    says: tuple[Line, ...] = ()


class Question(Strict):
    """A message with buttons. Asked when all of `when` and none of `unless` holds.

    `unclear` are phrases that speak of it and settle nothing ("ya no" of a pregnancy), `beside`
    words that may stand beside an answer to this question and change nothing of it.
    """

    id: Name
    text: Text
    why: Text
    reads: Literal["age", "pregnancy"] | None = None
    when: Condition = Field(default_factory=dict)
    unless: Condition = Field(default_factory=dict)
    choices: tuple[Choice, ...] = Field(min_length=2)
    unclear: tuple[Line, ...] = ()
    beside: tuple[Line, ...] = ()
    note: str | None = None

    @property
    def asks(self) -> frozenset[str]:
        """The inputs that every choice answers."""
        return frozenset.intersection(*(frozenset(choice.answers) for choice in self.choices))


class Notice(Strict):
    """A sentence that goes before the next step when its condition holds."""

    id: Name
    when: Condition
    text: Text


class Rule(Strict):
    """Decides when every condition holds and no earlier rule did."""

    id: Slug
    when: Condition
    outcome: OutcomeKind
    urgent: bool = False
    reason: Text
    documents: tuple[Line, ...] = Field(min_length=1)
    where: Text
    cost: Text
    next_step: Text
    meanwhile: Text
    rests_on: tuple[Slug, ...] = Field(min_length=1)
    verified_on: date
    review_by: date
    confidence: Confidence
    note: str | None = None


class NamedSource(Source):
    """A source under the id by which rules rest on it."""

    id: Slug


class Units(Strict):
    years: tuple[Line, ...]
    months: tuple[Line, ...]
    weeks: tuple[Line, ...]
    days: tuple[Line, ...]


class Words(Strict):
    """How people say yes, no, numbers and the like, folded: no accents, lower case."""

    yes: tuple[Line, ...]
    no: tuple[Line, ...]
    unsure: tuple[Line, ...]
    withheld: tuple[Line, ...]
    negators: tuple[Line, ...]
    light: tuple[Line, ...]
    beside: tuple[Line, ...]
    polite: tuple[Line, ...]
    wondering: tuple[Line, ...]
    asks: tuple[Line, ...]
    wishes: tuple[Line, ...]
    back: tuple[Line, ...]
    mistaken: tuple[Line, ...]
    restart: tuple[Line, ...]
    cancel: tuple[Line, ...]
    why: tuple[Line, ...]
    numbers: dict[Line, int]
    units: Units
    almost: tuple[Line, ...]
    below: tuple[Line, ...]
    fillers: tuple[Line, ...]
    births: tuple[Line, ...]


class EligibilityFile(Strict):
    """A whole interview: the order of inputs, questions and rules is the file's."""

    title: Line
    call: tuple[Call, ...] = ()
    inputs: tuple[Input, ...] = Field(min_length=1)
    questions: tuple[Question, ...] = Field(min_length=1)
    notices: tuple[Notice, ...] = ()
    phrases: dict[Name, Text] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = Field(min_length=1)
    sources: tuple[NamedSource, ...] = Field(min_length=1)
    words: Words
    note: str | None = None
