"""The knowledge in use while it is learnt: words at once, meanings after; what is kept of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from health_navigator.db import Database
from health_navigator.knowledge import store
from health_navigator.knowledge.builder import SnapshotBuilder
from health_navigator.knowledge.checks import checked_directory, checked_once
from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.live import LiveKnowledge
from health_navigator.knowledge.sealed_cache import MOST_KEPT, SealedCache
from health_navigator.knowledge.snapshot import Content, Learnt, Snapshot
from health_navigator.matching.features import FloatArray
from tests.knowledge.conftest import Spoil
from tests.support.waiting import until


class Lengths:
    """An encoder to whom sentences mean how long they are."""

    name = "lengths"

    def encode(self, texts: Sequence[str]) -> FloatArray:
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


class Counting(Lengths):
    """Counts what it encodes, and breaks after so many times."""

    def __init__(self, breaks_after: int = 1_000_000) -> None:
        self.encoded: list[str] = []
        self._left = breaks_after

    def encode(self, texts: Sequence[str]) -> FloatArray:
        if not self._left:
            raise KeyboardInterrupt
        self._left -= 1
        self.encoded += texts
        return super().encode(texts)


async def _load(database: Database, folder: Path) -> None:
    async with database.session() as session:
        await store.load(session, checked_directory(folder))


@pytest.fixture
async def database(folder: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """One that the knowledge of the folder is loaded into."""
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'live.sqlite3'}")
    await database.migrate()
    await _load(database, folder)
    yield database
    await database.close()


async def test_words_serve_at_once_and_meanings_follow(
    database: Database,
    folder: Path,
    spoil: Spoil,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also those of a change that was published while they were being learnt."""
    # The process that learns must find the encoder of this file.
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent.parent))
    builder = SnapshotBuilder(Lengths(), tmp_path / "vectors.npz")
    live = LiveKnowledge(database, builder, lambda _: None)
    await live.refresh()
    assert live.snapshot.learnt.lacks_meaning
    assert live.snapshot.ranker.by_words is not None
    spoil(
        "entries/salud.yaml", "- me atienden de urgencia aunque no tenga papeles", "- hay zoologico"
    )
    await _load(database, folder)
    await live.refresh()
    await until(
        lambda: not live.snapshot.learnt.lacks_meaning and _knows(live.snapshot, "zoologico")
    )
    assert live.snapshot.ranker.by_meaning is not None
    assert live.snapshot.triage != live.snapshot.by_words().triage
    await live.close()


def _knows(snapshot: Snapshot, word: str) -> bool:
    return any(word in question for question in snapshot.ranker.questions)


def _builder(folder: Path, key: bytes = b"a secret") -> SnapshotBuilder:
    return SnapshotBuilder(Lengths(), folder / "vectors.npz", SealedCache(folder / "learnt", key))


def _items(folder: Path) -> list[StoredItem]:
    return [item.to_stored() for item in checked_directory(folder)]


def _kept(builder: SnapshotBuilder, items: list[StoredItem]) -> Learnt | None:
    return builder.kept(Content.of(items), items)


def test_a_start_with_nothing_new_learns_nothing(folder: Path, tmp_path: Path) -> None:
    items = _items(folder)
    whole = _builder(tmp_path).build_whole(items)
    again = _kept(_builder(tmp_path), items)
    assert again is not None
    assert not again.lacks_meaning
    for text in ("me atienden sin papeles", "me quiero morir", "donde queda la posta"):
        assert again.ranker.rank(text) == whole.ranker.rank(text)
        assert again.triage.assess(text) == whole.triage.assess(text)


def test_new_knowledge_is_learnt_anew(folder: Path, spoil: Spoil, tmp_path: Path) -> None:
    _builder(tmp_path).build_whole(_items(folder))
    spoil(
        "entries/salud.yaml", "- me atienden de urgencia aunque no tenga papeles", "- hay zoologico"
    )
    assert _kept(_builder(tmp_path), _items(folder)) is None


def test_who_was_stopped_while_learning_goes_on_from_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("health_navigator.knowledge.learning._BATCH", 8)
    monkeypatch.setattr("health_navigator.knowledge.learning._BATCHES_SAVED", 1)
    stopped, again = Counting(breaks_after=1), Counting()
    with pytest.raises(KeyboardInterrupt):
        SnapshotBuilder(stopped, tmp_path / "vectors.npz").build_whole(_items(folder))
    SnapshotBuilder(again, tmp_path / "vectors.npz").build_whole(_items(folder))
    assert stopped.encoded
    assert again.encoded
    assert not {*stopped.encoded} & {*again.encoded}


def test_a_sentence_that_comes_back_is_not_encoded_again(
    folder: Path, spoil: Spoil, tmp_path: Path
) -> None:
    before, gone, back = Counting(), Counting(), Counting()
    said = "- me atienden de urgencia aunque no tenga papeles"
    SnapshotBuilder(before, tmp_path / "vectors.npz").build_whole(_items(folder))
    spoil("entries/salud.yaml", said, "- hay zoologico")
    SnapshotBuilder(gone, tmp_path / "vectors.npz").build_whole(_items(folder))
    spoil("entries/salud.yaml", "- hay zoologico", said)
    SnapshotBuilder(back, tmp_path / "vectors.npz").build_whole(_items(folder))
    assert gone.encoded
    assert not back.encoded


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("spoiled", [_damage, lambda path: path.write_bytes(b"short")])
def test_what_was_touched_is_not_opened(
    folder: Path, tmp_path: Path, spoiled: Callable[[Path], object]
) -> None:
    _builder(tmp_path).build_whole(_items(folder))
    (kept,) = (tmp_path / "learnt").iterdir()
    spoiled(kept)
    assert _kept(_builder(tmp_path), _items(folder)) is None


def test_what_another_key_sealed_is_not_opened(folder: Path, tmp_path: Path) -> None:
    """Who can write to the folder but does not know the key makes the program run nothing."""
    _builder(tmp_path, key=b"somebody else's").build_whole(_items(folder))
    assert _kept(_builder(tmp_path), _items(folder)) is None


@pytest.fixture
def _no_more_room_than_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs in tests have more."""
    monkeypatch.setattr("health_navigator.knowledge.sealed_cache.MOST_KEPT", MOST_KEPT)


@pytest.mark.usefixtures("_no_more_room_than_ever")
def test_only_the_last_few_are_kept(folder: Path, spoil: Spoil, tmp_path: Path) -> None:
    for at in range(MOST_KEPT + 2):
        spoil("entries/salud.yaml", "- me atienden", f"- me atienden {at}")
        _builder(tmp_path).build_whole(_items(folder))
    assert len([*(tmp_path / "learnt").iterdir()]) == MOST_KEPT


@pytest.mark.usefixtures("_no_more_room_than_ever")
def test_what_is_read_again_and_again_is_kept(tmp_path: Path) -> None:
    """However many changes are tried beside what every start reads."""
    shelf = SealedCache(tmp_path, b"a secret")
    shelf.write("in use", b"learnt")
    for number in range(MOST_KEPT + 2):
        # As if time had passed: some file systems count in coarse steps.
        for path in tmp_path.iterdir():
            moment = path.stat().st_mtime - 10
            os.utime(path, (moment, moment))
        assert bytes(shelf.read("in use") or b"") == b"learnt"
        shelf.write(f"tried {number}", b"learnt")


def test_what_is_only_tried_is_not_kept(folder: Path, tmp_path: Path) -> None:
    """A draft tried in the console must not push out what is live."""
    shelf = SealedCache(tmp_path / "learnt", b"a secret")
    SnapshotBuilder(None, tmp_path / "vectors.npz", shelf).build(-1, _items(folder))
    assert not (tmp_path / "learnt").exists()


async def test_the_files_and_the_database_say_the_same_in_the_same_order(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    """So what `ask` learns of the files is what `serve` finds, and the other way round."""
    async with database.session() as session:
        published = await store.published(session)
    assert published == checked_once(folder, SealedCache(tmp_path / "checked", b"a secret"))


async def test_what_is_published_is_kept_without_an_encoder_too(
    database: Database, folder: Path, spoil: Spoil, tmp_path: Path
) -> None:
    shelf = SealedCache(tmp_path / "learnt", b"a secret")
    live = LiveKnowledge(
        database, SnapshotBuilder(None, tmp_path / "vectors.npz", shelf), lambda _: None
    )
    await live.refresh()
    spoil("entries/salud.yaml", "- me atienden", "- hay zoologico")
    await _load(database, folder)
    await live.refresh()
    await until(lambda: _knows(live.snapshot, "zoologico"))
    assert len([*(tmp_path / "learnt").iterdir()]) == 2
    await live.close()
