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

Progress = Callable[[int], None]


class SnapshotBuilder:
    """Builds with meanings where their vectors are known, else with words alone for the moment.

    To encode all sentences of the knowledge takes about a minute, so `learn` does it apart and
    keeps the vectors in a file, which is read only to learn: what serves holds none of them. What
    was learnt is kept on the shelf, if there is one.
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

    def add_meaning(self, snapshot: Snapshot, items: Sequence[StoredItem]) -> Snapshot:
        """The snapshot of these items with meanings, once their vectors are learnt."""
        if self._encoder is None:
            return snapshot
        content = Content.of(items)
        prepared = self._prepared(self._encoder, sentences(content), self._known(self._encoder))
        return replace(snapshot, learnt=learn_meaning(snapshot.learnt, content, prepared))

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

    def build(self, version: int, items: Sequence[StoredItem], *, wait: bool = False) -> Snapshot:
        """A snapshot; `wait` for the vectors it lacks instead of doing without meanings."""
        content = Content.of(items)
        if self._encoder is None:
            return to_snapshot(version, content, learn(content, None))
        wanted, known = sentences(content), self._known(self._encoder)
        if not wait and len(_lacking(wanted, known)) > _FEW:
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

    def unknown(self, content: Content) -> list[str]:
        """The sentences of the knowledge whose vectors are not known yet; none without encoder."""
        if self._encoder is None:
            return []
        return _lacking(sentences(content), self._known(self._encoder))

    def learn(self, content: Content, progress: Progress | None = None) -> None:
        """Encode what is unknown and keep it; vectors of sentences that are gone are dropped."""
        if self._encoder is not None:
            known = self._known(self._encoder)
            self._prepared(self._encoder, sentences(content), known, progress)

    def _prepared(
        self,
        encoder: Encoder,
        wanted: Sequence[str],
        known: dict[str, FloatArray],
        progress: Progress | None = None,
    ) -> Prepared:
        """The encoder with the vectors of all that is wanted."""
        unknown = _lacking(wanted, known)
        for start in range(0, len(unknown), _BATCH):
            batch = unknown[start : start + _BATCH]
            known.update(zip(batch, encoder.encode(batch), strict=True))
            if progress is not None:
                progress(len(batch))
        if unknown:
            known = {text: known[text] for text in wanted}
            write_vectors(self._file, encoder, known)
        return Prepared(encoder, known)

    def _known(self, encoder: Encoder) -> dict[str, FloatArray]:
        return read_vectors(self._file, encoder)


def _lacking(texts: Iterable[str], known: Mapping[str, FloatArray]) -> list[str]:
    return [text for text in texts if text not in known]
