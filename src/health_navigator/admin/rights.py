"""Who may do what: four roles and the rights that each has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from health_navigator.admin.refusals import NotAllowed
from health_navigator.i18n import mark


class Right(StrEnum):
    READ = "read"
    EDIT = "edit"
    APPROVE = "approve"
    IMPORT = "import"
    FIGURES = "figures"
    OPERATE = "operate"
    AUDIT = "audit"
    PEOPLE = "people"


class Role(StrEnum):
    EDITOR = "editor"
    APPROVER = "approver"
    OPERATOR = "operator"
    ADMIN = "admin"


_EDITOR = frozenset({Right.READ, Right.EDIT, Right.FIGURES})
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.EDITOR: _EDITOR,
    Role.APPROVER: _EDITOR | {Right.APPROVE, Right.IMPORT, Right.AUDIT},
    # Whoever keeps the machine running needs no content: the audit quotes it, the figures do not.
    Role.OPERATOR: frozenset({Right.OPERATE, Right.FIGURES}),
    Role.ADMIN: frozenset(Right),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, and from where (the keyed hash of an address; None for the command line)."""

    name: str
    role: Role
    origin: str | None = None

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def need(self, right: Right) -> None:
        """Raise NotAllowed unless the person has the right."""
        if not self.may(right):
            raise NotAllowed(
                mark("your role ({role}) does not allow this: ask an administrator"), role=self.role
            )
