"""The knowledge in use: an immutable snapshot, swapped when a new version was published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from health_navigator.db import Database
from health_navigator.knowledge import store
from health_navigator.knowledge.builder import SnapshotBuilder
from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.snapshot import Snapshot

log = structlog.get_logger()

_LOOK_SECONDS = 2.0


class LiveKnowledge:
    """Reads stay on the snapshot they began with; a new one is built beside it and swapped in."""

    def __init__(
        self, database: Database, builder: SnapshotBuilder, on_swap: Callable[[Snapshot], None]
    ) -> None:
        self._database = database
        self._builder = builder
        self._on_swap = on_swap
        self._snapshot: Snapshot | None = None
        self._learning: asyncio.Task[None] | None = None

    @property
    def snapshot(self) -> Snapshot:
        if self._snapshot is None:
            raise RuntimeError("the knowledge is not loaded yet")
        return self._snapshot

    @property
    def is_loaded(self) -> bool:
        return self._snapshot is not None and bool(self._snapshot.entries)

    async def refresh(self) -> None:
        """Build and swap in what is published now, unless it is what we have already."""
        async with self._database.session() as session:
            number = await store.version(session)
            if self._snapshot is not None and self._snapshot.version == number:
                return
            items = await store.published(session)
        await self._build_and_swap(number, items)

    async def _build_and_swap(self, number: int, items: Sequence[StoredItem]) -> None:
        snapshot = await asyncio.to_thread(self._builder.build, number, items)
        self._snapshot = snapshot
        self._on_swap(snapshot)
        log.info(
            "knowledge.swapped",
            version=number,
            entries=len(snapshot.entries),
            lacks_meaning=snapshot.lacks_meaning,
        )
        if snapshot.lacks_meaning and (self._learning is None or self._learning.done()):
            self._learning = asyncio.create_task(self._learn(number, items))

    async def _learn(self, number: int, items: Sequence[StoredItem]) -> None:
        """Learn the vectors that are missing while words alone answer, then build once more."""
        await asyncio.to_thread(self._builder.learn, items)
        log.info("knowledge.meaning_learnt")
        if self.snapshot.version == number:
            await self._build_and_swap(number, items)

    async def watch(self) -> None:
        """Look for new versions until cancelled; a database that is away is looked for again."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.refresh()
            except (SQLAlchemyError, OSError) as error:
                log.warning("knowledge.not_refreshed", error=type(error).__name__)

    async def close(self) -> None:
        """Stop learning, if it is under way."""
        if self._learning is not None:
            self._learning.cancel()
            with suppress(asyncio.CancelledError):
                await self._learning
