"""The knowledge in use: an immutable snapshot, swapped when a new version was published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from health_navigator.db import Database
from health_navigator.knowledge import store
from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.snapshot import Snapshot

log = structlog.get_logger()

_LOOK_SECONDS = 2.0

Build = Callable[[int, Sequence[StoredItem]], Snapshot]


class LiveKnowledge:
    """Reads stay on the snapshot they began with; a new one is built beside it and swapped in."""

    def __init__(
        self, database: Database, build: Build, on_swap: Callable[[Snapshot], None]
    ) -> None:
        self._database = database
        self._build = build
        self._on_swap = on_swap
        self._snapshot: Snapshot | None = None

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
        snapshot = await asyncio.to_thread(self._build, number, items)
        self._snapshot = snapshot
        self._on_swap(snapshot)
        log.info("knowledge.swapped", version=number, entries=len(snapshot.entries))

    async def watch(self) -> None:
        """Look for new versions until cancelled; a database that is away is looked for again."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.refresh()
            except (SQLAlchemyError, OSError) as error:
                log.warning("knowledge.not_refreshed", error=type(error).__name__)
