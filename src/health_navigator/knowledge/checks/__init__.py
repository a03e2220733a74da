"""What must hold before anybody may read the knowledge; every problem with its line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path

from health_navigator.errors import KnowledgeError, Problem
from health_navigator.knowledge.checks import (
    dates,
    figures,
    harm,
    lexicon,
    links,
    phones,
    places,
    questions,
    services,
    sources,
    wording,
)
from health_navigator.knowledge.checks.pieces import Pieces
from health_navigator.knowledge.files import FileItem, StoredItem, read_directory
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.sealed_cache import SealedCache
from health_navigator.shipped import folder_digest, program_digest

CHECKS: tuple[Callable[[Pieces], Iterator[Problem]], ...] = (
    links.repeated_ids,
    links.links_that_lead_nowhere,
    links.missing_dangers,
    links.mistakes_of_the_interview,
    questions.shared,
    questions.pinned_elsewhere,
    questions.contradictions_of_danger,
    sources.without_address,
    sources.figures_without_source,
    dates.out_of_order,
    dates.too_long_unreviewed,
    figures.not_in_the_answer,
    figures.undeclared,
    figures.deadlines_without_end,
    phones.not_as_printed,
    phones.not_as_printed_in_texts,
    phones.unknown_in_texts,
    wording.too_long,
    wording.hard_to_read,
    wording.marks_that_render_badly,
    wording.promises,
    wording.doubts_unsaid,
    wording.telling_labels,
    harm.no_legal_advice_first,
    harm.ambulance_alone,
    harm.doses,
    services.unreadable_hours,
    services.closed_but_replacing,
    services.unknown_without_a_call,
    services.shouted_names,
    places.unofficial,
    places.codes_of_other_places,
    places.far_from_their_district,
    lexicon.said_of_two_words,
)


def checked_directory(directory: Path) -> tuple[FileItem, ...]:
    """The pieces of a knowledge directory; raises KnowledgeError with all problems at once."""
    items = read_directory(directory)
    problems = [*problems_of(items)]
    if problems:
        raise KnowledgeError(problems)
    return items


def checked_once(directory: Path, shelf: SealedCache) -> tuple[StoredItem, ...]:
    """The pieces of a knowledge directory, read and checked only once per state of the program.

    They come in the order of `store.published`. If nothing is wrong, they are kept on the shelf:
    reading them from there takes a tenth of the time.
    """
    # Everything that the result depends on: the knowledge files and this program.
    found = folder_digest(directory, "*.y*ml") + program_digest()
    name = hashlib.sha256(found.encode()).hexdigest()
    kept = shelf.read(name)
    if kept is not None:
        return tuple(StoredItem(ItemKind(kind), *rest) for kind, *rest in json.loads(bytes(kept)))
    # In the database's order: files and database then teach the same, kept under one name.
    stored = (item.to_stored() for item in checked_directory(directory))
    items = tuple(sorted(stored, key=attrgetter("kind", "position", "id")))
    rows = [(item.kind, item.id, item.position, item.body) for item in items]
    shelf.write(name, json.dumps(rows).encode())
    return items


def problems_of(items: Sequence[FileItem]) -> Iterator[Problem]:
    """Everything wrong with pieces that are each well formed."""
    pieces = Pieces.of(items)
    for check in CHECKS:
        yield from check(pieces)
