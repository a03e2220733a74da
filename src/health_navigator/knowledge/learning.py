"""Learns from a state of the knowledge; the vector of each sentence is worked out only once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from health_navigator.knowledge.snapshot import Content, Learnt, learn, learn_meaning, sentences
from health_navigator.matching import rank
from health_navigator.matching.encoder import Encoder, Prepared, read_vectors, write_vectors
from health_navigator.matching.features import FloatArray

# This many new sentences are encoded on the spot, in about a second.
_FEW = 64
_BATCH = 32
# Encoding everything takes minutes: saving lets an interrupted run go on from there.
_BATCHES_SAVED = 32
# Vectors of removed sentences are kept up to this many, since they may come back.
_MOST_VECTORS = 20_000

Batches = Sequence[Sequence[str]]
# Iterates over the batches of sentences to encode, and may report progress.
Track = Callable[[Batches], Iterable[Sequence[str]]]
Vectors = dict[str, FloatArray]


@dataclass(frozen=True, slots=True)
class Learner:
    """Learns by words and, with an encoder, by meaning.

    Encoding all sentences of the knowledge takes minutes, so their vectors are kept in a file that
    is read only for learning: a serving process holds none of them.
    """

    encoder: Encoder | None
    vectors_file: Path

    def words(self, content: Content) -> Learnt:
        """As soon as possible: by words alone."""
        return learn(content, None, lacks_meaning=self.encoder is not None)

    def soon(self, content: Content) -> Learnt:
        """With meanings, unless too many vectors are missing."""
        if self.encoder is None:
            return self.words(content)
        wanted, known = sentences(content), self._known(self.encoder)
        if len(_lacking(wanted, known)) > _FEW:
            return self.words(content)
        return learn(content, self._prepared(self.encoder, wanted, known))

    def whole(self, content: Content, track: Track = iter) -> Learnt:
        """With meanings, however long they take."""
        learnt = self.words(content)
        if self.encoder is None:
            return learnt
        wanted, known = sentences(content), self._known(self.encoder)
        prepared = self._prepared(self.encoder, wanted, known, track)
        return learn_meaning(learnt, content, prepared)

    def rank(
        self, documents: Sequence[rank.Document], concepts: Mapping[str, Iterable[str]]
    ) -> rank.Ranker:
        """The ranker that `soon` would learn."""
        if self.encoder is None:
            return rank.fit(documents, concepts)
        questions, titles = rank.meant(documents, rank.learn_reader(documents))
        known = self._known(self.encoder)
        if len(_lacking((*questions, *titles), known)) > _FEW:
            return rank.fit(documents, concepts)
        return rank.fit(documents, concepts, Prepared(self.encoder, known))

    def _known(self, encoder: Encoder) -> Vectors:
        return read_vectors(self.vectors_file, encoder)

    def _prepared(
        self, encoder: Encoder, wanted: Sequence[str], known: Vectors, track: Track = iter
    ) -> Prepared:
        """The encoder with the vectors of all the sentences wanted, kept for the next time."""
        unknown = _lacking(wanted, known)
        if len(known) + len(unknown) > _MOST_VECTORS:
            known = {text: known[text] for text in wanted if text in known}
        batches = [unknown[start : start + _BATCH] for start in range(0, len(unknown), _BATCH)]
        for number, batch in enumerate(track(batches) if batches else (), start=1):
            # As exact as they will be read back, so that learning now or later gives the same.
            vectors = encoder.encode(batch).astype(np.float16).astype(np.float32)
            known.update(zip(batch, vectors, strict=True))
            if number % _BATCHES_SAVED == 0 or number == len(batches):
                write_vectors(self.vectors_file, encoder, known)
        return Prepared(encoder, known)


def _lacking(texts: Iterable[str], known: Mapping[str, FloatArray]) -> list[str]:
    return [text for text in texts if text not in known]
