"""What goes wrong in words that say where it went wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class NavigatorError(Exception):
    """Something that a person can mend; its text is one plain message."""


class ConfigurationError(NavigatorError):
    """A setting is wrong or missing; the text names the variable."""


class DatabaseInUseError(NavigatorError):
    """Another process holds the SQLite file."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file of the knowledge: where it stands, what is wrong, what to write."""

    path: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.field}: {self.message}"


class KnowledgeError(NavigatorError):
    """The knowledge cannot be used as it stands; carries every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
