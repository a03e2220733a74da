"""A page for people that lists every answer: question, first line, sources, dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from health_navigator.i18n import Translate, mark
from health_navigator.knowledge.checks.pieces import Pieces
from health_navigator.knowledge.files import FileItem
from health_navigator.knowledge.models import Entry, ItemKind, Topic
from health_navigator.provenance import Source

_TITLE = mark("Every answer of the bot")
_MADE = mark(
    "{count} answers. This page is made by `health-navigator knowledge list`: change the files "
    "in knowledge/, not this page."
)
_COLUMNS = (
    mark("Question"),
    mark("First line"),
    mark("Sources"),
    mark("Checked"),
    mark("Review by"),
)
_NO_DATE = mark("no date")


def listing(items: Sequence[FileItem], translate: Translate) -> str:
    """The page in Markdown, topics in the order of the menu; the same items give the same text."""
    entries = [each.part for each in Pieces.of(items).entries]
    lines = [f"# {translate(_TITLE)}", "", translate(_MADE).format(count=len(entries))]
    for topic in _topics(items):
        lines += ["", f"## {topic.title}", "", *_table(entries, topic, translate)]
    return "\n".join(lines) + "\n"


def _topics(items: Sequence[FileItem]) -> list[Topic]:
    topics = (Topic.model_validate(item.body) for item in items if item.kind == ItemKind.TOPIC)
    return sorted(topics, key=lambda topic: (topic.position, topic.id))


def _table(entries: Iterable[Entry], topic: Topic, translate: Translate) -> Iterator[str]:
    yield _row(map(translate, _COLUMNS))
    yield _row("---" for _ in _COLUMNS)
    for entry in entries:
        if entry.topic == topic.id:
            yield _row(_cells(entry, translate))


def _cells(entry: Entry, translate: Translate) -> Iterator[str]:
    yield f"{entry.title} `{entry.id}`"
    yield entry.answer.partition("\n")[0]
    yield "; ".join(_named(source, translate) for source in entry.sources)
    yield entry.verified_on.isoformat()
    yield entry.review_by.isoformat()


def _named(source: Source, translate: Translate) -> str:
    name = f"[{source.publisher}]({source.url})" if source.url else source.publisher
    return f"{name} ({source.date or translate(_NO_DATE)})"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
