"""The knowledge files: read with the line of every mistake, written back byte for byte."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from health_navigator.directory.models import Kind
from health_navigator.eligibility.models import EligibilityFile
from health_navigator.errors import KnowledgeError, Problem
from health_navigator.i18n import mark
from health_navigator.knowledge import yaml_text
from health_navigator.knowledge.form import to_problems
from health_navigator.knowledge.models import (
    EntriesFile,
    ItemKind,
    LexiconFile,
    OutOfScopeFile,
    PlacesFile,
    ServicesFile,
    Topic,
    TriageFile,
)
from health_navigator.knowledge.yaml_text import Document, Loc
from health_navigator.provenance import Vouched

Model = TypeVar("Model", bound=BaseModel)

DOCUMENTS: Mapping[str, type[BaseModel]] = {
    "lexicon": LexiconFile,
    "triage": TriageFile,
    "places": PlacesFile,
    "out_of_scope": OutOfScopeFile,
}
"""Files that are one piece each, by name, with the model of what stands in them."""

ELIGIBILITY = "eligibility/sis"


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One piece of knowledge as the database serves it."""

    kind: ItemKind
    id: str
    position: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileItem:
    """One piece of knowledge as a file gives it; `where` leads back to file and line."""

    kind: ItemKind
    id: str
    position: int
    body: dict[str, Any]
    where: Location

    def to_stored(self) -> StoredItem:
        """The same piece, without the way back to its file."""
        return StoredItem(self.kind, self.id, self.position, self.body)


@dataclass(frozen=True, slots=True)
class Location:
    document: Document
    loc: Loc

    def problem(self, field: str, message: str, **values: object) -> Problem:
        """A problem with one field of the piece, on the field's own line."""
        return self.document.problem((*self.loc, *_parts(field)), field, message, values)

    def problem_in_row(self, row: int, field: str, message: str, **values: object) -> Problem:
        """A problem with one row of a text of several lines; the first row is 0."""
        loc = (*self.loc, *_parts(field), row)
        return self.document.problem(loc, field, message, values)


def _parts(field: str) -> Loc:
    return tuple(int(part) if part.isdigit() else part for part in field.split(".") if part)


def read_directory(directory: Path) -> tuple[FileItem, ...]:
    """Every piece in a knowledge directory; raises KnowledgeError with all problems at once."""
    items: list[FileItem] = []
    problems: list[Problem] = []
    for path in sorted(directory.rglob("*.y*ml")):
        try:
            items += read_file(path.read_bytes(), path.relative_to(directory).as_posix())
        except KnowledgeError as error:
            problems += error.problems
    if not items and not problems:
        problems = [Problem(str(directory), 1, "-", mark("there are no .yaml files here"))]
    if problems:
        raise KnowledgeError(problems)
    return tuple(items)


def read_file(content: bytes, path: str) -> tuple[FileItem, ...]:
    """The pieces of one file, named by its path below the knowledge directory."""
    try:
        # Some keyboards write "é" as two characters, which look the same and match nothing.
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = mark("this is not UTF-8: save the file with encoding UTF-8")
        raise KnowledgeError([Problem(path, line, "-", message)]) from error
    document = yaml_text.parse(text, path)
    if not path.endswith(".yaml"):
        message = mark("the names of knowledge files end in .yaml: rename this one")
        raise KnowledgeError([Problem(path, 1, "-", message)])
    folder, _, name = path.removesuffix(".yaml").rpartition("/")
    if folder == "entries":
        return tuple(_entries(document, name))
    if folder == "services":
        return tuple(_services(document, name))
    return (_document(document, path.removesuffix(".yaml")),)


def _entries(document: Document, name: str) -> Iterator[FileItem]:
    value = _spread(document, "entries", "topic", name)
    file = _validated(EntriesFile, value, document)
    topic = Topic(id=file.topic, title=file.title, position=file.position)
    yield FileItem(ItemKind.TOPIC, topic.id, 0, to_body(topic), Location(document, ()))
    for position, entry in enumerate(file.entries):
        where = Location(document, ("entries", position))
        yield FileItem(ItemKind.ENTRY, entry.id, position, to_body(entry), where)


def _services(document: Document, name: str) -> Iterator[FileItem]:
    if name not in [*Kind]:
        expected = ", ".join(Kind)
        message = mark("{name} is no kind of service: name the file after one of {expected}")
        raise KnowledgeError(
            [Location(document, ()).problem("kind", message, name=name, expected=expected)]
        )
    file = _validated(ServicesFile, _spread(document, "services", "kind", name), document)
    for position, service in enumerate(file.services):
        where = Location(document, ("services", position))
        yield FileItem(ItemKind.SERVICE, service.id, position, to_body(service), where)


def _document(document: Document, name: str) -> FileItem:
    where = Location(document, ())
    if name == ELIGIBILITY:
        _validated(EligibilityFile, document.value, document)
        return FileItem(ItemKind.DOCUMENT, name, 0, _as_written(document.value), where)
    if name in DOCUMENTS:
        body = to_body(_validated(DOCUMENTS[name], document.value, document))
        return FileItem(ItemKind.DOCUMENT, name, 0, body, where)
    raise KnowledgeError([where.problem("-", _NO_PLACE, names=_known_names())])


def _as_written(value: object) -> dict[str, Any]:
    """As JSON, with nothing left out: the interview's conditions read best as written."""
    body: dict[str, Any] = json.loads(json.dumps(value, default=date.isoformat))
    return body


_NO_PLACE = mark("this file has no place here: the names are {names}")


def _known_names() -> str:
    names = ("entries/*", "services/*", ELIGIBILITY, *DOCUMENTS)
    return ", ".join(f"{name}.yaml" for name in names)


def _spread(document: Document, items: str, heading: str, name: str) -> object:
    """The file's value with its heading (topic or kind) written into each of its items."""
    value = document.value
    if not isinstance(value, dict):
        return value
    if value.get(heading) != name:
        problem = Location(document, ()).problem(
            heading, mark("write {name} here: it must equal the file's name"), name=name
        )
        raise KnowledgeError([problem])
    rows = value.get(items)
    if not isinstance(rows, list):
        return value
    spread = [row | {heading: name} if isinstance(row, dict) else row for row in rows]
    return value | {items: spread}


def _validated(model: type[Model], value: object, document: Document) -> Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise KnowledgeError([*to_problems(error, document)]) from error


def to_body(model: BaseModel) -> dict[str, Any]:
    """A model as JSON without its defaults, in the order in which people read it."""
    body = model.model_dump(mode="json", exclude_defaults=True)
    own = [name for name in type(model).model_fields if name not in Vouched.model_fields]
    vouched = [name for name in Vouched.model_fields if name in body]
    return {name: body[name] for name in (*own, *vouched) if name in body}


def write_files(items: Iterable[FileItem | StoredItem]) -> dict[str, str]:
    """The canonical text of every file, by path, for pieces in the order in which they stand."""
    rows = sorted(items, key=lambda item: (item.position, item.id))
    by_kind = {kind: [row for row in rows if row.kind == kind] for kind in ItemKind}
    files = {f"{row.id}.yaml": row.body for row in by_kind[ItemKind.DOCUMENT]}
    files |= _entry_files(by_kind[ItemKind.TOPIC], by_kind[ItemKind.ENTRY])
    files |= _service_files(by_kind[ItemKind.SERVICE])
    return {path: yaml_text.dump(_with_dates(value)) for path, value in sorted(files.items())}


def _entry_files(
    topics: Sequence[FileItem | StoredItem], entries: Sequence[FileItem | StoredItem]
) -> dict[str, Any]:
    return {
        f"entries/{topic.id}.yaml": {
            "topic": topic.id,
            **{key: value for key, value in topic.body.items() if key != "id"},
            "entries": [
                _without(row.body, "topic") for row in entries if row.body["topic"] == topic.id
            ],
        }
        for topic in topics
    }


def _service_files(services: Sequence[FileItem | StoredItem]) -> dict[str, Any]:
    kinds = dict.fromkeys(row.body["kind"] for row in services)
    return {
        f"services/{kind}.yaml": {
            "kind": kind,
            "services": [
                _without(row.body, "kind") for row in services if row.body["kind"] == kind
            ],
        }
        for kind in kinds
    }


def _without(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != key}


_DATE_FIELDS = ("verified_on", "review_by", "expires_on")


def _with_dates(value: object) -> object:
    """JSON's texts as dates again where the field is one, so that YAML leaves them unquoted."""
    if isinstance(value, dict):
        return {
            key: date.fromisoformat(item)
            if key in _DATE_FIELDS and isinstance(item, str)
            else _with_dates(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_with_dates(item) for item in value]
    return value
