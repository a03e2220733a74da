"""YAML in, YAML out: values with their line numbers, and one canonical way to write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from health_navigator.errors import KnowledgeError, Problem
from health_navigator.i18n import mark

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its value, and the line on which each part of it stands."""

    path: str
    value: object
    lines: dict[Loc, int]

    def line(self, loc: Loc) -> int:
        """The line of the nearest enclosing part that the file really has."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)


def parse(text: str, path: str) -> Document:
    """Read one YAML document; syntax errors and repeated keys become a KnowledgeError."""
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise KnowledgeError([Problem(path, 1, "-", mark("the file is empty"))])
        lines = dict(_lines(node, ()))
        _refuse_repeated_keys(node, path)
        return Document(path, loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        raise KnowledgeError([_syntax_problem(error, text, path)]) from error
    finally:
        loader.dispose()


def _lines(node: yaml.Node, loc: Loc) -> Iterator[tuple[Loc, int]]:
    yield loc, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*loc, key.value))
            yield (*loc, key.value), key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _lines(item, (*loc, position))


def _refuse_repeated_keys(node: yaml.Node, path: str) -> None:
    problems = [
        Problem(
            path,
            key.start_mark.line + 1,
            str(key.value),
            mark("this key stands twice in the same place: keep one"),
        )
        for mapping in _mappings(node)
        for position, (key, _) in enumerate(mapping.value)
        if key.value in {earlier.value for earlier, _ in mapping.value[:position]}
    ]
    if problems:
        raise KnowledgeError(problems)


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _mappings(item)


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, path: str) -> Problem:
    place = error.problem_mark or error.context_mark
    line = place.line + 1 if place else 1
    source = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
    if "\t" in source:
        message = mark("there is a tab in this line: use spaces, two for each step in")
        return Problem(path, line, "-", message)
    return Problem(
        path,
        line,
        "-",
        mark("this is not valid YAML ({reason}): check the spaces, the colon and the quotes"),
        {"reason": error.problem},
    )


class _CanonicalDumper(yaml.SafeDumper):
    """Block style, no aliases, long texts as literal blocks."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _represent_text(dumper: _CanonicalDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_CanonicalDumper.add_representer(str, _represent_text)
# Dates stay unquoted, as people write them; PyYAML's own resolver reads them back as dates.


def dump(value: object) -> str:
    """The canonical text of a value: the same value always gives the same bytes."""
    text = yaml.dump(
        value,
        Dumper=_CanonicalDumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=100_000,
    )
    return _with_room_between_items(text)


def _with_room_between_items(text: str) -> str:
    """An empty line before each item that has an id, so that a long file can be read."""
    return re.sub(r"\n(- (?:id|word|department|kind): )", r"\n\n\1", text)
