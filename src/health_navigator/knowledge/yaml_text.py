"""YAML in, YAML out: values with their line numbers, and one canonical way to write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
        """The line of the nearest enclosing part that is in the file."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def problem(self, loc: Loc, field: str, message: str, values: Mapping[str, object]) -> Problem:
        return Problem(self.path, self.line(loc), field, message, values)


class _Loader(yaml.CSafeLoader):
    """Leaves an impossible date as text, so that its own field can report it."""


def _date_or_text(loader: _Loader, node: yaml.ScalarNode) -> object:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date_or_text)


def parse(text: str, path: str) -> Document:
    """Read one YAML document; whatever YAML cannot read becomes a KnowledgeError."""
    _refuse([*_tabs(text, path)])
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise KnowledgeError([Problem(path, 1, "-", mark("the file is empty"))])
        _refuse([*_strange_parts(node, path)])
        lines = dict(_lines(node, ()))
        return Document(path, loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        raise KnowledgeError([_syntax_problem(error, path)]) from error
    except yaml.reader.ReaderError as error:
        raise KnowledgeError([_character_problem(error, text, path)]) from error
    finally:
        if loader is not None:
            loader.dispose()


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise KnowledgeError(problems)


def _tabs(text: str, path: str) -> Iterator[Problem]:
    """YAML takes no tab before a word, and inside a text a tab only looks like spaces."""
    if "\t" not in text:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line:
            message = mark("there is a tab in this line: use spaces, two for each step in")
            yield Problem(path, number, "-", message)


def _lines(node: yaml.Node, loc: Loc) -> Iterator[tuple[Loc, int]]:
    yield loc, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*loc, key.value))
            yield (*loc, key.value), key.start_mark.line + 1
            yield from _rows(value, (*loc, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _lines(item, (*loc, position))


def _rows(node: yaml.Node, loc: Loc) -> Iterator[tuple[Loc, int]]:
    """The lines of a literal text block, each as a part of it."""
    if isinstance(node, yaml.ScalarNode) and node.style == "|":
        first = node.start_mark.line + 2
        yield from (((*loc, row), first + row) for row in range(node.value.count("\n") + 1))


def _strange_parts(root: yaml.Node, path: str) -> Iterator[Problem]:
    """What YAML allows and a knowledge file must not contain."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        line = node.start_mark.line + 1
        if id(node) in seen:
            message = mark("references with & and * are not used here: write the text out")
            yield Problem(path, line, "-", message)
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield from _strange_keys(node, path)
            waiting += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def _strange_keys(mapping: yaml.MappingNode, path: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for key, _ in mapping.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            message = mark("a field's name is one word: look at the brackets in this line")
            yield Problem(path, line, "-", message)
        elif key.value in seen:
            message = mark("this field stands twice in the same place: keep one")
            yield Problem(path, line, key.value, message)
        else:
            seen.add(key.value)


_MISPLACED = mark(
    "this line does not fit the one before: give it the same spaces as its neighbours, "
    "and look for a lone quotation mark"
)
_SYNTAX_MESSAGES = {
    "mapping values are not allowed": mark(
        "there is one colon too many in this line: put the text in quotes, "
        "or mend the spaces before it"
    ),
    "did not find expected key": _MISPLACED,
    "did not find expected '-' indicator": _MISPLACED,
    "could not find expected ':'": mark("a colon is missing after the field's name"),
    "found unexpected end of stream": mark("a quotation mark is opened and never closed"),
    "did not find expected ',' or": mark("a bracket is opened and not closed in this line"),
    "found character that cannot start": mark(
        "this line begins with a sign that YAML keeps for itself: put the text in quotes"
    ),
    "could not determine a constructor": mark(
        "a text cannot begin with an exclamation mark: put it in quotes"
    ),
    "but found another document": mark("delete the line '---': a file is one document"),
}
_OTHER_SYNTAX = mark("this is not valid YAML: check the spaces, the colon and the quotes")


def _syntax_problem(error: yaml.MarkedYAMLError, path: str) -> Problem:
    place = error.problem_mark or error.context_mark
    line = place.line + 1 if place else 1
    reason = error.problem or ""
    known = (text for start, text in _SYNTAX_MESSAGES.items() if reason.startswith(start))
    return Problem(path, line, "-", next(known, _OTHER_SYNTAX))


def _character_problem(error: yaml.reader.ReaderError, text: str, path: str) -> Problem:
    line = text.count("\n", 0, error.position) + 1
    message = mark("there is a character here that no text needs: delete it and type it again")
    return Problem(path, line, "-", message)


class _CanonicalDumper(yaml.CSafeDumper):
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
    """Put an empty line before each item that has an id, to make a long file readable."""
    return re.sub(r"\n(- (?:id|word|department|kind): )", r"\n\n\1", text)
