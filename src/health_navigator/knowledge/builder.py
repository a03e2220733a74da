"""From published items to a snapshot; the vectors of their sentences are learnt once and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.kept import Shelf, name_of, pack, unpack
from health_navigator.knowledge.snapshot import (
    Content,
    Learnt,
    Snapshot,
    learn,
    learn_meaning,
    sentences,
    to_snapshot,
)
from health_navigator.matching import rank
from health_navigator.matching.encoder import Encoder, Prepared, read_vectors, write_vectors
from health_navigator.matching.features import FloatArray

# So few new sentences are encoded on the spot: about a second.
_FEW = 64
_BATCH = 32
# To encode all takes minutes: who is stopped halfway goes on from here.
_BATCHES_SAVED = 32
# Vectors of sentences that are gone are kept up to this many, for they may come back.
_MOST_VECTORS = 20_000

Batches = Sequence[Sequence[str]]
# Goes through the sentences to encode, a batch at a time, and may tell how far it is.
Track = Callable[[Batches], Iterable[Sequence[str]]]


class SnapshotBuilder:
    """Builds with meanings where their vectors are known, else with words alone for the moment.

    To encode all sentences of the knowledge takes about a minute, so their vectors are kept in a
    file, which is read only to learn: what serves holds none of them. What was learnt is kept on
    the shelf, if there is one.
    """

    def __init__(
        self, encoder: Encoder | None, vectors_file: Path, shelf: Shelf | None = None
    ) -> None:
        self._encoder = encoder
        self._shelf = shelf
        self._file = vectors_file

    @property
    def has_encoder(self) -> bool:
        return self._encoder is not None

    def build_words(self, version: int, items: Sequence[StoredItem]) -> Snapshot:
        """A snapshot as soon as can be: whole if it was kept, else `add_meaning` makes it so."""
        content = Content.of(items)
        kept = self._read(content.entries, items)
        if kept is not None:
            return to_snapshot(version, content, kept)
        learnt = learn(content, None, lacks_meaning=self.has_encoder)
        return self.keep(to_snapshot(version, content, learnt), items)

    def add_meaning(
        self, snapshot: Snapshot, items: Sequence[StoredItem], track: Track = iter
    ) -> Snapshot:
        """The snapshot of these items with meanings, once their vectors are learnt."""
        if self._encoder is None:
            return snapshot
        content = Content.of(items)
        wanted, known = sentences(content), self._known(self._encoder)
        prepared = self._prepared(self._encoder, wanted, known, track)
        return replace(snapshot, learnt=learn_meaning(snapshot.learnt, content, prepared))

    def build_whole(self, items: Sequence[StoredItem], track: Track = iter) -> Snapshot:
        """The snapshot of files, with its meanings however long they take; it is kept."""
        snapshot = self.build_words(0, items)
        if not snapshot.learnt.lacks_meaning:
            return snapshot
        return self.keep(self.add_meaning(snapshot, items, track), items)

    def keep(self, snapshot: Snapshot, items: Sequence[StoredItem]) -> Snapshot:
        """Keep what was learnt of these items for the next start, if it is whole.

        What comes back is as that start will read it: read back, it takes less memory.
        """
        if self._shelf is None or snapshot.learnt.lacks_meaning:
            return snapshot
        name = name_of(snapshot.entries, items, self._encoder)
        self._shelf.write(name, pack(snapshot.learnt))
        kept = self._read(snapshot.entries, items)
        return snapshot if kept is None else replace(snapshot, learnt=kept)

    def _read(self, served: Iterable[str], items: Sequence[StoredItem]) -> Learnt | None:
        if self._shelf is None:
            return None
        kept = self._shelf.read(name_of(served, items, self._encoder))
        return None if kept is None else unpack(kept, self._encoder)

    def build(self, version: int, items: Sequence[StoredItem]) -> Snapshot:
        """A snapshot, with meanings unless too many vectors are lacking; nothing of it is kept."""
        content = Content.of(items)
        if self._encoder is None:
            return to_snapshot(version, content, learn(content, None))
        wanted, known = sentences(content), self._known(self._encoder)
        if len(_lacking(wanted, known)) > _FEW:
            return to_snapshot(version, content, learn(content, None, lacks_meaning=True))
        prepared = self._prepared(self._encoder, wanted, known)
        return to_snapshot(version, content, learn(content, prepared))

    def rank(
        self, documents: Sequence[rank.Document], concepts: Mapping[str, Iterable[str]]
    ) -> rank.Ranker:
        """What `build` would learn of who answers what; nothing of it is kept."""
        if self._encoder is None:
            return rank.fit(documents, concepts)
        questions, titles = rank.meant(documents, rank.learn_reader(documents))
        known = self._known(self._encoder)
        if len(_lacking((*questions, *titles), known)) > _FEW:
            return rank.fit(documents, concepts)
        return rank.fit(documents, concepts, Prepared(self._encoder, known))

    def _prepared(
        self,
        encoder: Encoder,
        wanted: Sequence[str],
        known: dict[str, FloatArray],
        track: Track = iter,
    ) -> Prepared:
        """The encoder with the vectors of all that is wanted, kept for the next time."""
        unknown = _lacking(wanted, known)
        if len(known) + len(unknown) > _MOST_VECTORS:
            known = {text: known[text] for text in wanted if text in known}
        batches = [unknown[start : start + _BATCH] for start in range(0, len(unknown), _BATCH)]
        for number, batch in enumerate(track(batches) if batches else (), start=1):
            known.update(zip(batch, encoder.encode(batch), strict=True))
            if number % _BATCHES_SAVED == 0 or number == len(batches):
                write_vectors(self._file, encoder, known)
        return Prepared(encoder, known)

    def _known(self, encoder: Encoder) -> dict[str, FloatArray]:
        return read_vectors(self._file, encoder)


def _lacking(texts: Iterable[str], known: Mapping[str, FloatArray]) -> list[str]:
    return [text for text in texts if text not in known]
