"""The program with an encoder that breaks when the file `fate` says so: run by test_fragile.py."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from health_navigator import app
from health_navigator.cli import main
from health_navigator.matching.features import FloatArray


class FragileEncoder:
    name = "fragile"

    def encode(self, texts: Sequence[str]) -> FloatArray:
        match Path("fate").read_text():
            case "crash":  # as native code does: nobody can catch it
                os._exit(139)
            case "error":
                raise RuntimeError("the encoder is broken")
        chance = np.random.default_rng(0)
        vectors: FloatArray = chance.standard_normal((len(texts), 8), np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


if __name__ == "__main__":
    vars(app).update(load_encoder=FragileEncoder, kept=Path)
    main()
