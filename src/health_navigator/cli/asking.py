"""ask and evaluate: one question, or a file of labelled ones, answered from the files alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TextIO

import typer
from typer import Argument

from health_navigator import clock
from health_navigator.api import to_ask_response
from health_navigator.app import checked_files, snapshot_builder
from health_navigator.cli.common import AsJson, echo_json
from health_navigator.config import Settings, read_settings
from health_navigator.conversation.understanding import Understanding, understand
from health_navigator.errors import ConfigurationError
from health_navigator.evaluation import (
    Judged,
    Outcome,
    Question,
    QuestionError,
    Report,
    Share,
    read_questions,
    report,
)
from health_navigator.i18n import DEFAULT_LOCALE
from health_navigator.knowledge.learning import Batches
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.observability import configure_logging

MOST_SHOWN = 20


def ask(
    text: Annotated[str, Argument(help="A question as people type it.")], as_json: AsJson = False
) -> None:
    """Answer one question from the knowledge files, without any database."""
    snapshot = _snapshot_of_files()
    understood = understand(snapshot, text, clock.now())
    response = to_ask_response(snapshot, understood, DEFAULT_LOCALE, text)
    if as_json:
        echo_json({**response.model_dump(mode="json"), "why": understood.explained()})
    else:
        typer.echo(response.text)


def evaluate(
    file: Annotated[Path, Argument(help="Labelled messages, one JSON object a line.")],
    as_json: AsJson = False,
) -> None:
    """Measure the understanding on labelled messages: right, wrong, how sure, and danger."""
    questions = _read(file)
    snapshot = _snapshot_of_files()
    judged = [*_judged(snapshot, questions)]
    topics = {entry.id: entry.topic for entry in snapshot.entries.values()}
    figures = report(judged, topics)
    if as_json:
        echo_json(figures.as_json())
    else:
        _tell(figures)


def _read(file: Path) -> list[Question]:
    try:
        return read_questions(file.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError, QuestionError) as error:
        raise ConfigurationError(f"{file}: {error}") from error


def _snapshot_of_files() -> Snapshot:
    settings: Settings = read_settings()
    configure_logging("console")
    return snapshot_builder(settings).build_whole(checked_files(settings), _learning)


def _learning(batches: Batches) -> Iterator[Sequence[str]]:
    with typer.progressbar(batches, label="Learning meanings", file=_beside()) as bar:
        yield from bar


def _judged(snapshot: Snapshot, questions: list[Question]) -> Iterator[Judged]:
    with typer.progressbar(questions, label="Asking", file=_beside()) as bar:
        for question in bar:
            yield Judged(question, _outcome(understand(snapshot, question.text, clock.now())))


def _outcome(understood: Understanding) -> Outcome:
    return Outcome(
        outcome=understood.outcome.value,
        entry=understood.entry.id if understood.entry else None,
        confidence=understood.confidence,
        options=tuple(entry.id for entry in understood.options),
        urgent=understood.urgent,
        service=understood.kind.value if understood.kind else None,
        place=asdict(understood.place) if understood.place else None,
    )


def _beside() -> TextIO:
    """A stream for progress, apart from the answer."""
    return sys.stderr


def _tell(figures: Report) -> None:
    _tell_figures("all", figures.figures)
    for heading, groups in figures.by.items():
        typer.echo(f"\nby {heading}")
        for name, group in groups.items():
            _tell_figures(name, group)
    typer.echo("\nexpected -> shown")
    for expected, shown, count in figures.confusions[:MOST_SHOWN]:
        typer.echo(f"{count:4} {expected} -> {shown}")
    typer.echo("\nconfidence: said, right")
    for bin_ in figures.reliability:
        typer.echo(f"{bin_.low:.1f}-{bin_.high:.1f}: {bin_.confidence:.2f}, {_percent(bin_.right)}")
    typer.echo(f"\n{len(figures.misses)} misses")
    for miss in figures.misses:
        shown = miss.outcome.entry or ", ".join(miss.outcome.options) or miss.outcome.outcome
        typer.echo(f"{miss.question.id}: {miss.question.text[:100]!r} -> {shown}")


def _tell_figures(name: str, figures: Mapping[str, Share]) -> None:
    told = ", ".join(f"{figure} {_percent(share)}" for figure, share in figures.items())
    typer.echo(f"{name}: {told}")


def _percent(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.1%} [{low:.1%}, {high:.1%}] of {share.total}"
