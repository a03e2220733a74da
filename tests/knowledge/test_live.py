"""The knowledge in use while it is learnt: words at once, meanings after."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from health_navigator.db import Database
from health_navigator.knowledge import store
from health_navigator.knowledge.builder import SnapshotBuilder
from health_navigator.knowledge.checks import checked_directory
from health_navigator.knowledge.live import LiveKnowledge
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.features import FloatArray
from tests.knowledge.conftest import Spoil


class Lengths:
    """An encoder to whom sentences mean how long they are."""

    name = "lengths"

    def encode(self, texts: Sequence[str]) -> FloatArray:
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


async def _load(database: Database, folder: Path) -> None:
    async with database.session() as session:
        await store.load(session, checked_directory(folder))


async def test_words_serve_at_once_and_meanings_follow(
    folder: Path, spoil: Spoil, tmp_path: Path
) -> None:
    """Also those of a change that was published while they were being learnt."""
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'live.sqlite3'}")
    await database.migrate()
    await _load(database, folder)
    builder = SnapshotBuilder(Lengths(), tmp_path / "vectors.npz")
    live = LiveKnowledge(database, builder, lambda _: None)
    await live.refresh()
    assert live.snapshot.learnt.lacks_meaning
    assert live.snapshot.ranker.by_words is not None
    spoil(
        "entries/salud.yaml", "- me atienden de urgencia aunque no tenga papeles", "- hay zoologico"
    )
    await _load(database, folder)
    await live.refresh()
    async with asyncio.timeout(30):
        while live.snapshot.learnt.lacks_meaning or not _knows(live.snapshot, "zoologico"):
            await asyncio.sleep(0.01)
    assert live.snapshot.ranker.by_meaning is not None
    await live.close()
    await database.close()


def _knows(snapshot: Snapshot, word: str) -> bool:
    return any(word in question for question in snapshot.ranker.questions)
