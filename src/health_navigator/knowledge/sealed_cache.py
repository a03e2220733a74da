"""Results kept on disk, so that a start with nothing new need not work them out again."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import pickle
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy

from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.snapshot import Learnt
from health_navigator.matching.encoder import Encoder, Prepared
from health_navigator.shipped import program_digest, replacing

# A learnt state takes some fifty megabytes; several are in use while a change is tried and undone.
MOST_KEPT = 3
_SEAL_BYTES = 32


@dataclass(frozen=True, slots=True)
class SealedCache:
    """A folder of results, sealed with a secret key.

    A file made by another program, key or knowledge, or touched since, is never opened: its result
    is worked out anew. Only because of the seal may the contents be trusted and unpickled.
    """

    folder: Path
    key: bytes

    def read(self, name: str) -> memoryview | None:
        """What was kept under this name; None if there is nothing."""
        path = self.folder / name
        try:
            content = memoryview(path.read_bytes())
        except OSError:
            return None
        seal, kept = content[:_SEAL_BYTES], content[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(name, kept)):
            return None
        with suppress(OSError):
            # What is in use is dropped last.
            os.utime(path)
        return kept

    def write(self, name: str, content: bytes) -> None:
        """Keep *content*; if it cannot be kept, the next start works it out again."""
        with suppress(OSError):
            with replacing(self.folder / name) as file:
                file.writelines((self._seal(name, content), content))
            self._drop_unused()

    def _seal(self, name: str, content: bytes | memoryview) -> bytes:
        key = hashlib.sha256(self.key).digest()
        seal = hashlib.blake2b(name.encode(), key=key, digest_size=_SEAL_BYTES)
        seal.update(content)
        return seal.digest()

    def _drop_unused(self) -> None:
        kept = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in kept[:-MOST_KEPT]:
            path.unlink(missing_ok=True)


def name_of(served: Iterable[str], items: Sequence[StoredItem], encoder: Encoder | None) -> str:
    """A name that changes with the items, the entries *served*, the program or the encoder."""
    versions = [sys.version, np.__version__, scipy.__version__, program_digest()]
    bodies = [item.body for item in items]
    parts = [versions, encoder.name if encoder else None, [*served], bodies]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def pack(learnt: Learnt) -> bytes:
    file = io.BytesIO()
    _Packer(file, protocol=5).dump(learnt)
    return file.getvalue()


def unpack(packed: memoryview, encoder: Encoder | None) -> Learnt:
    """What was packed, to work with *encoder*."""
    learnt: Learnt = _Unpacker(packed, encoder).load()
    return learnt


class _Packer(pickle.Pickler):
    """Leaves the encoder out: every process has its own."""

    def persistent_id(self, obj: object) -> str | None:
        return "encoder" if isinstance(obj, Prepared) else None


class _Unpacker(pickle.Unpickler):
    def __init__(self, packed: memoryview, encoder: Encoder | None) -> None:
        super().__init__(io.BytesIO(packed))
        self._encoder = encoder

    def persistent_load(self, _: str) -> Encoder | None:
        return self._encoder
