"""Compares answers with labelled messages: how often right or wrong, and how certain that is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import Any

# For intervals of 95 %.
_Z = 1.96
_STEPS = 10
_LEVELS = ("department", "province", "district")
_ANSWERABLE = frozenset({"answer", "service", "smalltalk"})
_KINDS = _ANSWERABLE | {"oos", "crisis"}


class QuestionError(ValueError):
    """A line that is not a labelled message; *line* counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Question:
    """A message as somebody typed it, and what a good answer shows."""

    id: str
    text: str
    kind: str
    expect: str | None = None
    also: tuple[str, ...] = ()
    crisis: str | None = None
    service: str | None = None
    place: Mapping[str, str | None] | None = None
    style: str | None = None

    @property
    def right(self) -> frozenset[str]:
        return frozenset((self.expect, *self.also) if self.expect else self.also)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `ask` answered."""

    outcome: str
    entry: str | None = None
    confidence: float = 0.0
    options: tuple[str, ...] = ()
    urgent: str | None = None
    service: str | None = None
    place: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    question: Question
    outcome: Outcome

    @property
    def is_right(self) -> bool:
        return self.outcome.entry in self.question.right

    @property
    def is_right_or_offered(self) -> bool:
        return self.is_right or not self.question.right.isdisjoint(self.outcome.options)

    @property
    def is_wrong(self) -> bool:
        return self.outcome.entry is not None and not self.is_right

    @property
    def is_answered(self) -> bool:
        return self.outcome.outcome in ("answer", "services", "urgent")

    @property
    def is_urgent(self) -> bool:
        return self.outcome.outcome == "urgent"

    @property
    def is_right_danger(self) -> bool:
        return self.is_urgent and self.outcome.urgent == self.question.crisis

    @property
    def is_right_place(self) -> bool:
        """The right kind of service, and every level of the place that was named."""
        said = {
            level: name for level in _LEVELS if (name := (self.question.place or {}).get(level))
        }
        found = self.outcome.place or {}
        is_there = all(found.get(level) == name for level, name in said.items())
        return self.outcome.service == self.question.service and is_there


@dataclass(frozen=True, slots=True)
class Share:
    """*hits* of *total*, with its 95 % confidence interval (Wilson)."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        square = _Z * _Z / self.total
        middle = (self.value + square / 2) / (1 + square)
        spread = (
            _Z
            / (1 + square)
            * sqrt(self.value * (1 - self.value) / self.total + square / self.total / 4)
        )
        return max(0.0, middle - spread), min(1.0, middle + spread)

    def as_json(self) -> dict[str, float | int]:
        low, high = self.interval
        return {
            "value": round(self.value, 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "hits": self.hits,
            "total": self.total,
        }


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers in one range of confidence: their mean confidence, and how many were right."""

    low: float
    high: float
    confidence: float
    right: Share


Figures = Mapping[str, Share]

FIGURES: Mapping[str, tuple[Callable[[Question], bool], Callable[[Judged], bool]]] = {
    "right@1": (lambda asked: asked.kind in _ANSWERABLE, lambda each: each.is_right),
    "right@3": (lambda asked: asked.kind in _ANSWERABLE, lambda each: each.is_right_or_offered),
    "wrong": (lambda asked: asked.kind in _ANSWERABLE, lambda each: each.is_wrong),
    "false answers": (lambda asked: asked.kind == "oos", lambda each: each.is_answered),
    "danger found": (lambda asked: asked.kind == "crisis", lambda each: each.is_urgent),
    "right danger": (lambda asked: asked.kind == "crisis", lambda each: each.is_right_danger),
    "false alarms": (lambda asked: asked.kind != "crisis", lambda each: each.is_urgent),
    "place and kind": (lambda asked: asked.kind == "service", lambda each: each.is_right_place),
}


@dataclass(frozen=True, slots=True)
class Report:
    figures: Figures
    by: Mapping[str, Mapping[str, Figures]]
    confusions: tuple[tuple[str, str, int], ...]
    misses: tuple[Judged, ...]
    reliability: tuple[Bin, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {
            "figures": _json(self.figures),
            "by": {
                name: {value: _json(figures) for value, figures in groups.items()}
                for name, groups in self.by.items()
            },
            "confusions": [
                {"expected": expected, "shown": shown, "count": count}
                for expected, shown, count in self.confusions
            ],
            "reliability": [
                {**asdict(each), "right": each.right.as_json()} for each in self.reliability
            ],
            "misses": [
                {
                    "id": miss.question.id,
                    "text": miss.question.text,
                    "expected": sorted(miss.question.right),
                    "outcome": miss.outcome.outcome,
                    "entry": miss.outcome.entry,
                    "options": list(miss.outcome.options),
                    "confidence": round(miss.outcome.confidence, 3),
                }
                for miss in self.misses
            ],
        }


def read_questions(lines: Iterable[str]) -> list[Question]:
    """Labelled messages, one JSON object a line; raises QuestionError at the first bad one."""
    return [_question(at, line) for at, line in enumerate(lines, start=1) if line.strip()]


def _question(at: int, line: str) -> Question:
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise QuestionError(at, "is not JSON") from error
    if not isinstance(fields, dict):
        raise QuestionError(at, "is not an object")
    if not isinstance(fields.get("text"), str) or not fields["text"].strip():
        raise QuestionError(at, "has no text")
    if fields.get("kind") not in _KINDS:
        raise QuestionError(at, f"kind is none of {', '.join(sorted(_KINDS))}")
    return Question(
        id=str(fields.get("id", at)),
        text=fields["text"],
        kind=fields["kind"],
        expect=fields.get("expect"),
        also=tuple(fields.get("also") or ()),
        crisis=fields.get("crisis"),
        service=fields.get("service"),
        place=fields.get("place"),
        style=fields.get("style"),
    )


def report(judged: Sequence[Judged], topics: Mapping[str, str] | None = None) -> Report:
    """All figures; *topics* gives each entry's topic, to group by."""
    of_entry = topics or {}
    return Report(
        figures=measure(judged),
        by={
            "kind": _by(judged, lambda asked: asked.kind),
            "style": _by(judged, lambda asked: asked.style or "-"),
            "topic": _by(
                judged, lambda asked: of_entry.get(asked.expect or "", asked.expect or "-")
            ),
        },
        confusions=_confusions(judged),
        misses=tuple(each for each in judged if _is_miss(each)),
        reliability=reliability(judged),
    )


def measure(judged: Sequence[Judged]) -> Figures:
    return {name: _share(judged, name) for name in FIGURES}


def _share(judged: Sequence[Judged], name: str) -> Share:
    counts, holds = FIGURES[name]
    counted = [each for each in judged if counts(each.question)]
    return Share(sum(map(holds, counted)), len(counted))


def _by(judged: Sequence[Judged], key: Callable[[Question], str]) -> dict[str, Figures]:
    groups: dict[str, list[Judged]] = {}
    for each in judged:
        groups.setdefault(key(each.question), []).append(each)
    return {
        name: {figure: share for figure, share in measure(groups[name]).items() if share.total}
        for name in sorted(groups)
    }


def _confusions(judged: Iterable[Judged]) -> tuple[tuple[str, str, int], ...]:
    """Which entry was shown instead of which, the most frequent first."""
    pairs = Counter(
        (each.question.expect or each.question.kind, each.outcome.entry or "")
        for each in judged
        if each.is_wrong and each.question.kind != "crisis"
    )
    ordered = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return tuple((expected, shown, count) for (expected, shown), count in ordered)


def _is_miss(each: Judged) -> bool:
    if each.question.kind == "crisis":
        return not each.is_right_danger
    if each.question.kind == "oos":
        return each.is_answered
    if each.question.kind == "service" and not each.is_right_place:
        return True
    return not each.is_right


def reliability(judged: Iterable[Judged]) -> tuple[Bin, ...]:
    """For each range of confidence, how many of the answers were right."""
    bins: dict[int, list[Judged]] = {}
    for each in judged:
        if each.outcome.outcome in ("answer", "smalltalk") and each.question.kind != "crisis":
            at = min(int(each.outcome.confidence * _STEPS), _STEPS - 1)
            bins.setdefault(at, []).append(each)
    return tuple(_bin(at, bins[at]) for at in sorted(bins))


def _bin(at: int, within: Sequence[Judged]) -> Bin:
    mean = sum(each.outcome.confidence for each in within) / len(within)
    right = Share(sum(each.is_right for each in within), len(within))
    return Bin(at / _STEPS, (at + 1) / _STEPS, round(mean, 4), right)


def _json(figures: Figures) -> dict[str, dict[str, float | int]]:
    return {name: share.as_json() for name, share in figures.items()}
