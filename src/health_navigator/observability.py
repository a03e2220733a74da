"""Logs and metrics that show an operator how the bot works; never what a person said."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Protocol

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

from health_navigator import __version__

# Libraries that write addresses (which hold the bot's token) or bodies into their messages.
_SILENT = logging.CRITICAL + 1
_CHATTY = (
    "aiohttp",
    "aiosqlite",
    "alembic",
    "asyncio",
    "httpcore",
    "httpx",
    "sqlalchemy",
    "telegram",
)
# Prometheus sees no increase in a series that begins at 1, so those that alerts watch begin at 0.
_ENDS = ("done", "duplicate", "gone", "ignored", "parked", "postponed", "unreadable")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class _Turn(Protocol):
    """The part of a dialogue turn from which metrics are made."""

    @property
    def outcome(self) -> str: ...
    @property
    def confidence(self) -> float | None: ...
    @property
    def urgent(self) -> str | None: ...


class _Knowledge(Protocol):
    """The part of the knowledge in use from which metrics are made."""

    @property
    def version(self) -> int: ...
    @property
    def entries(self) -> Mapping[str, object]: ...
    @property
    def stale(self) -> int: ...


def where_in_ours(error: BaseException) -> str:
    """File and line of our code where it failed; never the message, which may quote a person."""
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if "health_navigator" in frame.f_code.co_filename:
            place = f"{frame.f_globals.get('__name__')}:{line}"
    return place


class Metrics:
    """Every metric that /metrics shows, in this process's own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        options: dict[str, Any] = {"registry": self.registry, "namespace": "navigator"}
        Info("build", "The program that answers", **options).info({"version": __version__})
        self.turns = Counter("turns", "Answers given", ["channel", "outcome"], **options)
        self.dangers = Counter("dangers", "Messages that told of danger", ["danger"], **options)
        self.confidence = Histogram(
            "confidence", "Confidence of answers", buckets=[n / 10 for n in range(1, 11)], **options
        )
        self.answer_seconds = Histogram(
            "answer_seconds", "Time to decide what to say", buckets=_SECONDS, **options
        )
        self.updates = Counter("updates", "How updates from Telegram ended", ["outcome"], **options)
        for outcome in _ENDS:
            self.updates.labels(outcome=outcome)
        self.update_seconds = Histogram(
            "update_seconds", "Time from a webhook call to its end", buckets=_SECONDS, **options
        )
        self.step_seconds = Histogram(
            "step_seconds", "Where an update's time goes", ["step"], buckets=_SECONDS, **options
        )
        self.come_backs = Counter(
            "come_backs", "Updates sent back for redelivery", ["reason"], **options
        )
        self.refused = Counter("refused_calls", "Calls turned away", ["why"], **options)
        self.telegram_errors = Counter(
            "telegram_errors", "Calls to Telegram that failed", ["method", "error"], **options
        )
        self.webhook_pending = Gauge(
            "webhook_pending_updates", "Updates that wait at Telegram", **options
        )
        self.webhook_is_ours = Gauge(
            "webhook_is_ours", "0 where Telegram delivers to another address", **options
        )
        self.webhook_is_ours.set(1)
        self.webhook_failed_at = Gauge(
            "webhook_last_error_timestamp_seconds",
            "When Telegram last failed to deliver; 0: never",
            **options,
        )
        self.job_runs = Counter("job_runs", "Runs of clock work", ["job", "outcome"], **options)
        self.job_seconds = Histogram(
            "job_seconds", "Time of clock work", ["job"], buckets=_SECONDS, **options
        )
        self.job_done_at = Gauge(
            "job_last_success_timestamp_seconds", "When a job last ended well", ["job"], **options
        )
        self.background_failures = Counter(
            "background_failures",
            "Background work that failed and began again",
            ["work"],
            **options,
        )
        self.knowledge_version = Gauge("knowledge_version", "Published changes so far", **options)
        self.entries = Gauge("knowledge_entries", "Entries served", **options)
        self.stale = Gauge("knowledge_stale", "Entries and services past their review", **options)
        self.encoder = Gauge("encoder_in_use", "1 where sentences are encoded", **options)

    def show_knowledge(self, knowledge: _Knowledge) -> None:
        self.knowledge_version.set(knowledge.version)
        self.entries.set(len(knowledge.entries))
        self.stale.set(knowledge.stale)

    def count_turn(self, channel: str, turn: _Turn, seconds: float) -> None:
        self.turns.labels(channel=channel, outcome=turn.outcome).inc()
        self.answer_seconds.observe(seconds)
        if turn.confidence is not None:
            self.confidence.observe(turn.confidence)
        if turn.urgent:
            self.dangers.labels(danger=turn.urgent).inc()

    def count_job(self, job: str, outcome: str, seconds: float) -> None:
        self.job_runs.labels(job=job, outcome=outcome).inc()
        self.job_seconds.labels(job=job).observe(seconds)
        # Done by another process is as good: somebody did it.
        if outcome != "failed":
            self.job_done_at.labels(job=job).set(time.time())

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step in handling an update, also if it fails."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.step_seconds.labels(step=name).observe(time.perf_counter() - started)


def configure_logging(log_format: str) -> None:
    """Write all logs of the process, the libraries' too, as JSON lines (or for people to read)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_traces,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(_SILENT)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # Requests are counted already; an access log would hold people's addresses.
    logging.getLogger("uvicorn.access").setLevel(_SILENT)


def _without_traces(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep only the kind of an exception: messages and frames may quote a person or a secret."""
    info = event.pop("exc_info", None)
    if isinstance(info, tuple) and info[0] is not None:
        event["exception"] = info[0].__name__
    elif isinstance(info, BaseException):
        event["exception"] = type(info).__name__
    event.pop("stack_info", None)
    if str(event["event"]).startswith("Traceback "):
        event["event"] = "a trace, withheld"
    return event
