"""Who learns is a process of its own: it may die, it ends when told, it knows no secret."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import structlog

from health_navigator.db import Database
from health_navigator.knowledge import store
from health_navigator.knowledge.builder import SnapshotBuilder
from health_navigator.knowledge.checks import checked_directory
from health_navigator.knowledge.live import LiveKnowledge
from health_navigator.knowledge.sealed_cache import SealedCache
from health_navigator.matching.encoder import Encoder
from health_navigator.matching.features import FloatArray
from tests.support.process import has_ended
from tests.support.waiting import until

_ROOT = Path(__file__).parent.parent.parent
_SECRET = "nobody else may know this secret key"


@dataclass
class Acting:
    """An encoder that does something in the process that learns, and tells of it in a file."""

    told: Path
    name: str = "acting"

    def act(self) -> None:
        raise NotImplementedError

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.act()
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


class KilledOnce(Acting):
    def act(self) -> None:
        if not self.told.exists():
            self.told.touch()
            os.kill(os.getpid(), signal.SIGKILL)


class FailingOnce(Acting):
    def act(self) -> None:
        if not self.told.exists():
            self.told.touch()
            raise MemoryError


class Waiting(Acting):
    def act(self) -> None:
        self.told.write_text(str(os.getpid()), encoding="ascii")
        time.sleep(600)


class Telling(Acting):
    def act(self) -> None:
        arguments = Path("/proc/self/cmdline").read_text(encoding="utf-8")
        self.told.write_text(json.dumps([arguments, dict(os.environ)]), encoding="utf-8")


@pytest.fixture(autouse=True)
def _knows_these_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process must find the encoders of this file."""
    monkeypatch.setenv("PYTHONPATH", str(_ROOT))


@asynccontextmanager
async def _serving(folder: Path, encoder: Encoder, kept: Path) -> AsyncIterator[LiveKnowledge]:
    database = await Database.open("sqlite+aiosqlite://")
    await database.migrate()
    async with database.session() as session:
        await store.load(session, checked_directory(folder))
    shelf = SealedCache(kept / "learnt", _SECRET.encode())
    builder = SnapshotBuilder(encoder, kept / "vectors.npz", shelf)
    live = LiveKnowledge(database, builder, lambda _: None)
    await live.refresh()
    try:
        yield live
    finally:
        await live.close()
        await database.close()


@pytest.mark.parametrize(
    ("kind", "error"), [(KilledOnce, "exit code -9"), (FailingOnce, "MemoryError")]
)
async def test_who_dies_learning_is_followed_by_another(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Acting], error: str
) -> None:
    monkeypatch.setattr("health_navigator.knowledge.live._PAUSE_SECONDS", 0.01)
    with structlog.testing.capture_logs() as logged:
        async with _serving(folder, kind(tmp_path / "told"), tmp_path) as live:
            assert live.snapshot.learnt.lacks_meaning
            await until(lambda: not live.snapshot.learnt.lacks_meaning)
    failed = [each for each in logged if each["event"] == "knowledge.not_learnt"]
    assert [each["error"] for each in failed] == [error]


async def test_where_nothing_can_be_kept_it_still_learns(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    encoder = Telling(tmp_path / "told")
    async with _serving(folder, encoder, tmp_path / "file" / "below") as live:
        await until(lambda: not live.snapshot.learnt.lacks_meaning)
        assert live.snapshot.ranker.by_meaning is not None


async def test_a_stop_ends_it_at_once(folder: Path, tmp_path: Path) -> None:
    encoder = Waiting(tmp_path / "told")
    async with _serving(folder, encoder, tmp_path):
        await until(lambda: encoder.told.exists() and encoder.told.read_text())
        learning = int(encoder.told.read_text())
        assert not has_ended(learning)
    assert has_ended(learning)


async def test_it_is_told_no_secret(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAVIGATOR_SECRET_KEY", _SECRET)
    encoder = Telling(tmp_path / "told")
    async with _serving(folder, encoder, tmp_path) as live:
        await until(lambda: not live.snapshot.learnt.lacks_meaning)
    assert "PYTHONPATH" in encoder.told.read_text()
    assert _SECRET not in encoder.told.read_text()
