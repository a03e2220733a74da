"""What is wrong with an eligibility file beyond its form: names that lead nowhere, dead rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from health_navigator.eligibility.models import Condition, EligibilityFile
from health_navigator.eligibility.outcome import PHRASE
from health_navigator.eligibility.rules import DecisionTable
from health_navigator.i18n import mark


@dataclass(frozen=True, slots=True)
class Mistake:
    """`field` is the dotted path of the place, `message` a gettext id that `values` fill."""

    field: str
    message: str
    values: Mapping[str, object]


def mistakes(file: EligibilityFile) -> tuple[Mistake, ...]:
    """Everything wrong with the file; an Interview may be made of it only when this is empty."""
    found = tuple(chain.from_iterable(check(file) for check in _CHECKS))
    return found or tuple(_dead_rules(file))


def _repeated(file: EligibilityFile) -> Iterator[Mistake]:
    for part in ("inputs", "questions", "rules", "sources", "notices"):
        ids = [each.id for each in getattr(file, part)]
        for position, name in enumerate(ids):
            if name in ids[:position]:
                message = mark("{id} stands twice: give each its own id")
                yield Mistake(f"{part}.{position}.id", message, {"id": name})


def _unknown_values(file: EligibilityFile) -> Iterator[Mistake]:
    known = {each.id: each.values for each in file.inputs}
    for place, condition in _conditions(file):
        for name, values in condition.items():
            if name not in known:
                message = mark("{name} is not an input: write one of {allowed}")
                yield Mistake(place, message, {"name": name, "allowed": ", ".join(known)})
            for value in set(values) - set(known.get(name, values)):
                message = mark("{name} has no value {value}: write one of {allowed}")
                allowed = ", ".join(known[name])
                yield Mistake(
                    f"{place}.{name}", message, {"name": name, "value": value, "allowed": allowed}
                )


def _unknown_defaults(file: EligibilityFile) -> Iterator[Mistake]:
    for position, each in enumerate(file.inputs):
        if each.default is not None and each.default not in each.values:
            message = mark("{value} is not among the values: write one of {allowed}")
            values = {"value": each.default, "allowed": ", ".join(each.values)}
            yield Mistake(f"inputs.{position}.default", message, values)


def _conditions(file: EligibilityFile) -> Iterator[tuple[str, Condition]]:
    """Everything in the file that names inputs and their values, with its place."""
    for position, question in enumerate(file.questions):
        yield f"questions.{position}.when", question.when
        yield f"questions.{position}.unless", question.unless
        for number, choice in enumerate(question.choices):
            answers: Condition = {name: (value,) for name, value in choice.answers.items()}
            yield f"questions.{position}.choices.{number}.answers", answers
    for part in ("notices", "rules"):
        for position, each in enumerate(getattr(file, part)):
            yield f"{part}.{position}.when", each.when


def _unknown_names(file: EligibilityFile) -> Iterator[Mistake]:
    sources = {each.id for each in file.sources}
    for position, rule in enumerate(file.rules):
        for number, name in enumerate(rule.rests_on):
            if name not in sources:
                message = mark("{id} is not under sources: check its spelling or add it there")
                yield Mistake(f"rules.{position}.rests_on.{number}", message, {"id": name})
        for field_name in ("reason", "where", "cost", "next_step", "meanwhile"):
            for name in PHRASE.findall(getattr(rule, field_name)):
                if name not in file.phrases:
                    message = mark(
                        "{name} is not under phrases: check its spelling or add it there"
                    )
                    yield Mistake(f"rules.{position}.{field_name}", message, {"name": name})


def _orders(file: EligibilityFile) -> Iterator[Mistake]:
    if file.rules[-1].when:
        message = mark("the last rule must hold for everybody: leave its conditions empty")
        yield Mistake(f"rules.{len(file.rules) - 1}.when", message, {})
    for position, question in enumerate(file.questions):
        if not question.asks:
            message = mark("the choices have no input in common: each must answer the same one")
            yield Mistake(f"questions.{position}.choices", message, {})
        if question.asks & _secret(file) and position < len(file.questions) - 1:
            message = mark("what may not be kept is asked last: move this question to the end")
            yield Mistake(f"questions.{position}", message, {})
    asked = frozenset().union(*(question.asks for question in file.questions))
    for position, each in enumerate(file.inputs):
        if each.id not in asked:
            message = mark("no question asks for {name}: add one or leave the input out")
            yield Mistake(f"inputs.{position}", message, {"name": each.id})


def _secret(file: EligibilityFile) -> frozenset[str]:
    return frozenset(each.id for each in file.inputs if not each.kept)


def _dead_rules(file: EligibilityFile) -> Iterator[Mistake]:
    deciding = Counter(DecisionTable.of(file.inputs, file.rules).deciding.ravel().tolist())
    for position, rule in enumerate(file.rules):
        if not deciding[position]:
            message = mark("{id} never decides: the rules above it take every case that it has")
            yield Mistake(f"rules.{position}", message, {"id": rule.id})


_CHECKS = (_repeated, _unknown_values, _unknown_defaults, _unknown_names, _orders)
