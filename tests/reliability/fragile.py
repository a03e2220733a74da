"""The program with an encoder that breaks when the file `fate` says so: run by test_fragile.py."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import numpy as np

from health_navigator import app
from health_navigator.cli import main
from health_navigator.matching.features import FloatArray

COMMAND = (sys.executable, __file__)


class FragileEncoder:
    name = "fragile"

    def encode(self, texts: Sequence[str]) -> FloatArray:
        match Path("fate").read_text():
            case "crash":  # as native code does: nothing can catch it
                os._exit(139)
            case "error":
                raise RuntimeError("the encoder is broken")
            case "wait":
                Path("fate").write_text("waits")
                time.sleep(600)
        chance = np.random.default_rng(0)
        vectors: FloatArray = chance.standard_normal((len(texts), 8), np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


if __name__ == "__main__":
    # The learning process must find the encoder too, under a name other than __main__.
    root = str(Path(__file__).parent.parent.parent)
    os.environ["PYTHONPATH"] = root
    sys.path.insert(0, root)
    encoder = import_module("tests.reliability.fragile").FragileEncoder
    vars(app).update(load_encoder=encoder, cache_path=Path)
    main()
