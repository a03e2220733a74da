"""What changed between two versions, word by word and line by line, for people to read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from health_navigator.admin.catalogue import difference

_PIECES = re.compile(r"\s+|[^\s]+")


class Mark(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; `is_list`: the pieces are lines of their own."""

    field: str
    pieces: tuple[Piece, ...]
    is_list: bool


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    return [_change(each.field, each.before, each.after) for each in difference(before, after)]


def _change(field: str, before: object, after: object) -> FieldChange:
    is_list = isinstance(before, list) or isinstance(after, list)
    old, new = (_lines(before), _lines(after)) if is_list else (_words(before), _words(after))
    pieces = _compared(old, new, is_list=is_list)
    shown = (each for each in pieces if not is_list or each.mark is not Mark.SAME)
    return FieldChange(field, tuple(shown), is_list)


def _lines(value: object) -> list[str]:
    return [line for each in value for line in _line(each)] if isinstance(value, list) else []


def _line(value: object) -> list[str]:
    if not isinstance(value, dict):
        return [str(value)]
    if "examples" in value:
        return [*_group(value)]
    return [" · ".join(str(each) for each in value.values() if each is not None)]


def _group(group: Mapping[str, Any]) -> Iterator[str]:
    """A group out of scope: its examples, and all that people would be told."""
    title = group.get("title")
    yield from (f"{title}: {example}" for example in group["examples"])
    if group.get("refer"):
        yield f"{title}, qué decirle: {group['refer']}"
    for name in ("call", "sources"):
        for each in group.get(name, ()):
            yield from (f"{title}, {line}" for line in _line(each))


def _words(value: object) -> list[str]:
    if value is None:
        return []
    text = ("sí" if value else "no") if isinstance(value, bool) else str(value)
    return _PIECES.findall(text)


def _compared(old: Sequence[str], new: Sequence[str], *, is_list: bool) -> Iterator[Piece]:
    """What stayed, went and came; the lines of a list stay apart, the words of a text run on."""
    for kind, start, end, first, last in _steps(old, new):
        if kind == "equal":
            yield Piece(Mark.SAME, "".join(old[start:end]))
            continue
        yield from _run(Mark.GONE, old[start:end], is_list=is_list)
        yield from _run(Mark.NEW, new[first:last], is_list=is_list)


Step = tuple[str, int, int, int, int]


def _steps(old: Sequence[str], new: Sequence[str]) -> list[Step]:
    """Where they differ; two differences with nothing but a space between them are one."""
    steps: list[Step] = []
    for step in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gap = steps[-1] if steps and steps[-1][0] == "equal" else None
        if gap is None or step[0] == "equal" or len(steps) < 2 or not _is_space(old, gap):
            steps.append(step)
            continue
        _, before = steps.pop(), steps.pop()
        steps.append(("replace", before[1], step[2], before[3], step[4]))
    return steps


def _is_space(old: Sequence[str], step: Step) -> bool:
    between = "".join(old[step[1] : step[2]])
    return between.isspace() and "\n" not in between


def _run(mark: Mark, pieces: Sequence[str], *, is_list: bool) -> Iterator[Piece]:
    if is_list:
        yield from (Piece(mark, each) for each in pieces)
    elif pieces:
        yield Piece(mark, "".join(pieces))
