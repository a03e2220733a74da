"""Which rule decides: every combination of answers worked out once, then looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from health_navigator.eligibility.models import Answers, Condition, Input, Rule

NOBODY = -1
"""Stands where no rule decides; a checked file has no such place."""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """The position of the deciding rule for each combination, one axis for each input."""

    inputs: tuple[Input, ...]
    deciding: npt.NDArray[np.int16]

    @classmethod
    def of(cls, inputs: Sequence[Input], rules: Sequence[Rule]) -> Self:
        deciding = np.full([len(each.values) for each in inputs], NOBODY, dtype=np.int16)
        # The last rule is written first, so that each earlier rule covers those after it.
        for position, rule in reversed(list(enumerate(rules))):
            deciding[np.ix_(*_places(inputs, rule.when))] = position
        return cls(tuple(inputs), deciding)

    def decide(self, answers: Answers) -> int:
        """The deciding rule's position; what is not answered counts as its default."""
        defaults = {each.id: each.default or each.values[0] for each in self.inputs}
        return int(self._given({**defaults, **answers}).item())

    def matters(self, name: str, answers: Answers) -> bool:
        """Whether some way to answer the rest would make this input change the rule."""
        axis = [each.id for each in self.inputs].index(name)
        open_cases = self._given(answers)
        return bool((open_cases != open_cases.take([0], axis)).any())

    def _given(self, answers: Answers) -> npt.NDArray[np.int16]:
        chosen = {name: (value,) for name, value in answers.items()}
        given: npt.NDArray[np.int16] = self.deciding[np.ix_(*_places(self.inputs, chosen))]
        return given


def _places(
    inputs: Sequence[Input], condition: Mapping[str, Sequence[str]] | Condition
) -> list[list[int]]:
    """For each axis, the positions that the condition leaves open."""
    return [
        [each.values.index(value) for value in condition.get(each.id, each.values)]
        for each in inputs
    ]


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether everything that the condition names is answered with one of its values."""
    return all(answers.get(name) in values for name, values in condition.items())


def agrees(condition: Condition, answers: Answers) -> bool:
    """Whether the condition can still come to hold: nothing that it names is answered otherwise."""
    return all(answers.get(name, values[0]) in values for name, values in condition.items())


def touches(condition: Condition, answers: Answers) -> bool:
    """Whether anything that the condition names is answered with one of its values."""
    return any(answers.get(name) in values for name, values in condition.items())
