"""The knowledge in use: an immutable snapshot, replaced when a new version is published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

import structlog
from sqlalchemy.exc import SQLAlchemyError

from health_navigator import clock
from health_navigator.db import Database
from health_navigator.errors import DatabaseAwayError, LearningError
from health_navigator.heap import give_back
from health_navigator.knowledge import store
from health_navigator.knowledge.builder import SnapshotBuilder
from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.learning_process import Learn
from health_navigator.knowledge.snapshot import Content, Learnt, Snapshot, to_snapshot

log = structlog.get_logger()

_LOOK_SECONDS = 2.0
# What failed for lack of memory would fail again at once, and slow down those who ask.
_PAUSE_SECONDS = 30.0


class LiveKnowledge:
    """Readers stay on the snapshot they began with; a new one is built beside it and swapped in.

    New words are served at once with what was learnt before; learning anew takes seconds and
    follows, and the meanings of new sentences follow that. Expired facts are left out when the day
    changes, even if nothing was published.
    """

    def __init__(
        self, database: Database, builder: SnapshotBuilder, on_swap: Callable[[Snapshot], None]
    ) -> None:
        self._database = database
        self._builder = builder
        self._on_swap = on_swap
        self._snapshot: Snapshot | None = None
        self._learnt_of: tuple[int, date] | None = None
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
        """Serve what is published now, unless it is served already."""
        async with self._database.session() as session:
            number = await store.version(session)
            if self._snapshot is not None and self._snapshot.version == number:
                return
            self._items = await store.published(session)
        if self._snapshot is None:
            await self._begin(number)
        else:
            await self._serve_at_once(number)
        self._learn_anew()

    async def _begin(self, number: int) -> None:
        """Serve as soon as possible: with what was kept, or by words alone at first."""
        items = self._items
        content = await asyncio.to_thread(Content.of, items)
        learnt = await asyncio.to_thread(self._builder.kept, content, items)
        if learnt is None:
            learnt = await self._learnt(self._builder.learner.words, content, items)
        self._take(await asyncio.to_thread(to_snapshot, number, content, learnt))

    async def begin_day(self) -> None:
        """Leave out what expired yesterday; this needs no database."""
        before = self._snapshot
        if before is None or before.day == clock.today():
            return
        await self._serve_at_once(before.version)
        if self.snapshot.entries.keys() == before.entries.keys() and self._is_learnt(before):
            self._learnt_of = self.snapshot.edition
        self._learn_anew()

    async def _serve_at_once(self, number: int) -> None:
        content = await asyncio.to_thread(Content.of, self._items)
        snapshot = await asyncio.to_thread(to_snapshot, number, content, self.snapshot.learnt)
        # More may have been learnt meanwhile.
        self._swap(replace(snapshot, learnt=self.snapshot.learnt))

    def _is_learnt(self, snapshot: Snapshot) -> bool:
        """Whether what is learnt belongs to the snapshot's edition, even if by words alone."""
        return self._learnt_of == snapshot.edition

    @property
    def _is_behind(self) -> bool:
        return not self._is_learnt(self.snapshot) or self.snapshot.learnt.lacks_meaning

    def _learn_anew(self) -> None:
        if self._is_behind and (self._learning is None or self._learning.done()):
            self._learning = asyncio.create_task(self._learn())

    async def _learn(self) -> None:
        await self._catch_up()
        # Only now does nobody hold what was learnt before.
        give_back()

    async def _catch_up(self) -> None:
        """Learn until the edition in use is learnt, with its meanings."""
        learner = self._builder.learner
        while self._is_behind:
            version, items = self.snapshot.version, self._items
            knows_words = self._is_learnt(self.snapshot)
            content = await asyncio.to_thread(Content.of, items)
            learn = learner.whole if knows_words else learner.soon
            learnt = await self._learnt(learn, content, items)
            if knows_words:
                log.info("knowledge.meaning_learnt")
            snapshot = await asyncio.to_thread(to_snapshot, version, content, learnt)
            if self.snapshot.edition == snapshot.edition:
                self._take(snapshot)

    async def _learnt(self, learn: Learn, content: Content, items: Sequence[StoredItem]) -> Learnt:
        """What another process learns; if it ends without a result, the next one tries."""
        while True:
            try:
                return await self._builder.learn_in_process(learn, content, items)
            except LearningError as error:
                log.error("knowledge.not_learnt", error=str(error))
            await asyncio.sleep(_PAUSE_SECONDS)

    def _take(self, snapshot: Snapshot) -> None:
        """Serve a snapshot with what was learnt from it."""
        self._learnt_of = snapshot.edition
        self._swap(snapshot)

    def _swap(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        give_back()
        self._on_swap(snapshot)
        log.info(
            "knowledge.swapped",
            version=snapshot.version,
            entries=len(snapshot.entries),
            lacks_meaning=snapshot.learnt.lacks_meaning,
        )

    async def watch(self) -> None:
        """Look for new versions until cancelled, also while the database is away.

        Raises any other error; calling it again resumes.
        """
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self.begin_day()
            try:
                await self.refresh()
            except (DatabaseAwayError, SQLAlchemyError) as error:
                log.warning("knowledge.not_refreshed", error=type(error).__name__)
            await self._keep_learning()

    async def _keep_learning(self) -> None:
        """Restart learning that ended too early, once the error that ended it has been raised."""
        if self._learning is not None and self._learning.done():
            ended, self._learning = self._learning, None
            await ended
        self._learn_anew()

    async def close(self) -> None:
        """Stop learning if it is under way."""
        if self._learning is not None:
            self._learning.cancel()
            with suppress(asyncio.CancelledError):
                await self._learning
