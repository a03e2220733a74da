"""Why an action was refused; the API and the pages each say it in their own way.

Refusal
 +- NotSignedIn      say who you are
 +- NotAllowed       your role, or the four-eyes rule, forbids it
 +- Unknown          there is no such thing
 +- Invalid          what you sent is wrong, field by field
 +- Conflict         somebody else was faster; carries both versions
 +- NotNow           the thing is not in the state that this needs
 +- Throttled        too many tries; come back later
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from health_navigator.errors import NavigatorError
from health_navigator.i18n import Translate, mark


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what was sent; `message` is a gettext id.

    `is_gap`: nothing there is wrong, something is not there yet.
    """

    field: str
    message: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)
    is_gap: bool = False

    def text(self, translate: Translate = str) -> str:
        return translate(self.message).format_map(self.values)


class Refusal(NavigatorError):  # noqa: N818  what it is called here is what it is
    """An action that was not done; `message` is a gettext id whose places `values` fills."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message.format_map(values))
        self.message = message
        self.values = values

    def text(self, translate: Translate = str) -> str:
        return translate(self.message).format_map(self.values)


class NotSignedIn(Refusal): ...


class NotAllowed(Refusal): ...


def not_ours() -> NotAllowed:
    """What another site's page may have sent in somebody's name."""
    return NotAllowed(mark("this did not come from our own page: reload it and try again"))


class Unknown(Refusal): ...


class NotNow(Refusal): ...


class Invalid(Refusal):
    """`findings` is what the guard found, where that is why."""

    def __init__(self, faults: Sequence[Fault], findings: Mapping[str, Any] | None = None) -> None:
        super().__init__(
            "{faults}", faults="; ".join(f"{each.field}: {each.text()}" for each in faults)
        )
        self.faults = tuple(faults)
        self.findings = findings


class Conflict(Refusal):
    """`yours` is what was sent or stood on the page, `theirs` what stands there now."""

    def __init__(self, message: str, yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.yours = yours
        self.theirs = theirs


class Throttled(Refusal):
    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message, minutes=max(1, -(-seconds // 60)), seconds=seconds)
        self.seconds = seconds
