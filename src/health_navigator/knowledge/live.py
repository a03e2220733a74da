"""The knowledge in use: an immutable snapshot, swapped when a new version was published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from health_navigator import clock
from health_navigator.db import Database
from health_navigator.errors import DatabaseAwayError
from health_navigator.knowledge import store
from health_navigator.knowledge.builder import SnapshotBuilder
from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.snapshot import Content, Snapshot, to_snapshot

log = structlog.get_logger()

_LOOK_SECONDS = 2.0


class LiveKnowledge:
    """Reads stay on the snapshot they began with; a new one is built beside it and swapped in.

    New words are served at once with what was learnt before; learning anew takes seconds and
    follows, and the meanings of new sentences follow that. What has expired is left out with the
    day, though nothing was published.
    """

    def __init__(
        self, database: Database, builder: SnapshotBuilder, on_swap: Callable[[Snapshot], None]
    ) -> None:
        self._database = database
        self._builder = builder
        self._on_swap = on_swap
        self._snapshot: Snapshot | None = None
        self._items: Sequence[StoredItem] = ()
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
        """Serve what is published now, unless it is what we have already."""
        async with self._database.session() as session:
            number = await store.version(session)
            if self._snapshot is not None and self._snapshot.version == number:
                return
            self._items = await store.published(session)
        if self._snapshot is None:
            self._swap(await asyncio.to_thread(self._builder.build, number, self._items))
            if not self.snapshot.learnt.lacks_meaning:
                return
        else:
            await self._serve_at_once(number)
        self._learn_anew()

    async def begin_day(self) -> None:
        """Leave out what expired with yesterday; the database is not needed for it."""
        if self._snapshot is None or self._snapshot.day == clock.today():
            return
        known = self._snapshot.entries.keys()
        await self._serve_at_once(self._snapshot.version)
        if self.snapshot.entries.keys() != known:
            self._learn_anew()

    async def _serve_at_once(self, number: int) -> None:
        content = await asyncio.to_thread(Content.of, self._items)
        self._swap(to_snapshot(number, content, self.snapshot.learnt))

    def _learn_anew(self) -> None:
        if self._learning is None or self._learning.done():
            self._learning = asyncio.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        """Learn until what is learnt is that of the edition in use, with its meanings."""
        is_behind = True
        while is_behind:
            number, items = self.snapshot.version, self._items
            if self.snapshot.learnt.lacks_meaning:
                await asyncio.to_thread(self._builder.learn, Content.of(items))
                log.info("knowledge.meaning_learnt")
            snapshot = await asyncio.to_thread(self._builder.build, number, items)
            is_in_use = self.snapshot.edition == snapshot.edition
            is_behind = snapshot.learnt.lacks_meaning or not is_in_use
            if is_in_use:
                self._swap(snapshot)

    def _swap(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._on_swap(snapshot)
        log.info(
            "knowledge.swapped",
            version=snapshot.version,
            entries=len(snapshot.entries),
            lacks_meaning=snapshot.learnt.lacks_meaning,
        )

    async def watch(self) -> None:
        """Look for new versions until cancelled; a database that is away is looked for again."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self.begin_day()
            try:
                await self.refresh()
            except (DatabaseAwayError, SQLAlchemyError) as error:
                log.warning("knowledge.not_refreshed", error=type(error).__name__)

    async def close(self) -> None:
        """Stop learning, if it is under way."""
        if self._learning is not None:
            self._learning.cancel()
            with suppress(asyncio.CancelledError):
                await self._learning
