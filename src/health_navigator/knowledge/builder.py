"""From published items to a snapshot, with what was learnt: taken from the cache, or anew."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.learning import Learner, Track
from health_navigator.knowledge.learning_process import Learn, learn_in_process
from health_navigator.knowledge.sealed_cache import SealedCache, name_of, pack, unpack
from health_navigator.knowledge.snapshot import Content, Learnt, Snapshot, to_snapshot
from health_navigator.matching import rank
from health_navigator.matching.encoder import Encoder


class SnapshotBuilder:
    """Builds snapshots; what was learnt is kept in the cache, if there is one."""

    def __init__(
        self, encoder: Encoder | None, vectors_file: Path, cache: SealedCache | None = None
    ) -> None:
        self.learner = Learner(encoder, vectors_file)
        self._cache = cache

    @property
    def has_encoder(self) -> bool:
        return self.learner.encoder is not None

    def kept(self, content: Content, items: Sequence[StoredItem]) -> Learnt | None:
        """What was learnt from these items before, if all of it was kept."""
        if self._cache is None:
            return None
        packed = self._cache.read(self._name(content, items))
        return None if packed is None else unpack(packed, self.learner.encoder)

    async def learn_in_process(
        self, learn: Learn, content: Content, items: Sequence[StoredItem]
    ) -> Learnt:
        """Learn in a process of its own, by one of `learner`'s methods; keep a complete result."""
        packed = await learn_in_process(learn, content)
        return await asyncio.to_thread(self._unpacked, packed, content, items)

    def _unpacked(self, packed: bytes, content: Content, items: Sequence[StoredItem]) -> Learnt:
        learnt = unpack(memoryview(packed), self.learner.encoder)
        self._keep(learnt, packed, self._name(content, items))
        return learnt

    def build_whole(self, items: Sequence[StoredItem], track: Track = iter) -> Snapshot:
        """The snapshot of files, with meanings, however long they take; what is learnt is kept."""
        content = Content.of(items)
        learnt = self.kept(content, items)
        if learnt is None:
            learnt = self.learner.whole(content, track)
            self._keep(learnt, pack(learnt), self._name(content, items))
        return to_snapshot(0, content, learnt)

    def build(self, version: int, items: Sequence[StoredItem]) -> Snapshot:
        """A snapshot, with meanings unless too many vectors are missing; nothing is kept."""
        content = Content.of(items)
        return to_snapshot(version, content, self.learner.soon(content))

    def rank(
        self, documents: Sequence[rank.Document], concepts: Mapping[str, Iterable[str]]
    ) -> rank.Ranker:
        """The ranker that `build` would learn; nothing is kept."""
        return self.learner.rank(documents, concepts)

    def _keep(self, learnt: Learnt, packed: bytes, name: str) -> None:
        if self._cache is not None and not learnt.lacks_meaning:
            self._cache.write(name, packed)

    def _name(self, content: Content, items: Sequence[StoredItem]) -> str:
        return name_of(content.entries, items, self.learner.encoder)
