"""A service that people can go to or call, as the knowledge files and the registry describe it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from health_navigator.matching.places import Place
from health_navigator.provenance import Line, PartialDate, Slug, Url, Vouched


class Kind(StrEnum):
    HOSPITAL = "hospital"
    CENTRO_SALUD = "centro_salud"
    VIH = "vih"
    SALUD_MENTAL = "salud_mental"
    CEM = "cem"
    ALBERGUE = "albergue"
    ONG = "ong"
    MIGRACIONES = "migraciones"
    COMEDOR = "comedor"
    VACUNACION = "vacunacion"
    SIS = "sis"


class Status(StrEnum):
    ACTIVE = "active"
    TEMPORARILY_CLOSED = "temporarily_closed"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Scope(StrEnum):
    LOCAL = "local"
    NATIONAL = "national"


# A box around Peru, islands included: https://en.wikipedia.org/wiki/Geography_of_Peru
Latitude = Annotated[float, Field(ge=-18.5, le=0.1)]
Longitude = Annotated[float, Field(ge=-81.5, le=-68.5)]


class Service(Vouched):
    """One place or line. `kind` is that of the file it stands in."""

    id: Slug
    name: Line
    kind: Kind
    organisation: Line | None = None
    offers: tuple[Line, ...] = ()
    population: Line | None = None
    scope: Scope = Scope.LOCAL
    department: Line | None = None
    province: Line | None = None
    district: Line | None = None
    ubigeo: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    address: Line | None = None
    address_withheld: bool = False
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    approximate: bool = False
    phones: tuple[Line, ...] = ()
    whatsapp: Line | None = None
    email: Line | None = None
    web: Url | None = None
    hours: Line | None = None
    hours_note: Line | None = None
    cost: Line | None = None
    access: Line | None = None
    languages: tuple[Line, ...] = ("es",)
    status: Status = Status.ACTIVE
    closed_on: PartialDate | None = None
    replaced_by: tuple[Slug, ...] | None = None
    registry_code: Annotated[str, Field(pattern=r"^\d{8}$")] | None = None

    @model_validator(mode="after")
    def _place_is_whole(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude go together: write both or neither")
        if self.scope is Scope.LOCAL and self.department is None:
            raise ValueError("a local service needs its department (or write scope: national)")
        if self.address_withheld and (self.address or self.latitude is not None):
            raise ValueError("a refuge whose address is withheld has no address and no coordinates")
        return self

    @model_validator(mode="after")
    def _closed_says_what_is_open(self) -> Self:
        if self.status is Status.CLOSED and (self.closed_on is None or self.replaced_by is None):
            raise ValueError(
                "a closed service needs closed_on and replaced_by (ids of what is open, or [])"
            )
        return self

    @property
    def place(self) -> Place:
        return Place(self.department or "", self.province, self.district)

    @property
    def is_offered(self) -> bool:
        """Whether a person may be sent there: never to what is closed, even for a while."""
        return self.status in (Status.ACTIVE, Status.UNKNOWN)
