"""Where a fact comes from, who vouches for it, and until when it may be told."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    TypeAdapter,
    model_validator,
)

_PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_HTTP_URL = TypeAdapter(HttpUrl)


def _checked_partial_date(value: str) -> str:
    if not _PARTIAL_DATE.fullmatch(value):
        raise ValueError("write the date as '2025', '2025-06' or '2025-06-10', in quotes")
    return value


def _checked_url(value: str) -> str:
    _HTTP_URL.validate_python(value)
    return value


PartialDate = Annotated[str, AfterValidator(_checked_partial_date)]
Url = Annotated[str, AfterValidator(_checked_url)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Line = Annotated[str, Field(min_length=1, pattern=r"^[^\n]*$")]


class Confidence(StrEnum):
    OFFICIAL = "official"
    NGO = "ngo"
    PRESS = "press"
    UNCERTAIN = "uncertain"


class Strict(BaseModel):
    """Data that people write: unknown fields are mistakes, and values never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Source(Strict):
    title: Line
    publisher: Line
    url: Url | None = None
    date: PartialDate | None = None


class Call(Strict):
    """A number to call when in doubt, shown on a line of its own."""

    name: Line
    phone: Line
    note: Line | None = None


class Vouched(Strict):
    """What every fact that we serve must carry."""

    sources: tuple[Source, ...] = Field(min_length=1)
    verified_on: date
    review_by: date
    confidence: Confidence
    note: str | None = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Vouched:
        if self.review_by <= self.verified_on:
            raise ValueError("review_by must be later than verified_on")
        return self

    def is_stale(self, today: date) -> bool:
        return today > self.review_by
