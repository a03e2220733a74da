"""Errors, in words that say where something went wrong and what to do about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


class NavigatorError(Exception):
    """Something that a person can fix; its text is one plain message."""


class ConfigurationError(NavigatorError):
    """A setting is wrong or missing; the text names the variable."""


class DatabaseInUseError(NavigatorError):
    """Another process holds the SQLite file."""


class DatabaseAwayError(NavigatorError):
    """The database is down, full or restarting: the same request may succeed later."""


class LearningError(NavigatorError):
    """The learning process ended without a result: out of memory, or killed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the knowledge: where it is, what is wrong, what to write.

    `message` is a gettext message id whose `{named}` placeholders `values` fills.
    """

    path: str
    line: int
    field: str
    message: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.message).format_map(self.values)

    def line_for(self, translate: Callable[[str], str] = str) -> str:
        return f"{self.path}:{self.line}: {self.field}: {self.text(translate)}"


class KnowledgeError(NavigatorError):
    """The knowledge cannot be used as it is; carries every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(problem.line_for() for problem in problems))
        self.problems = tuple(problems)
