"""A full disk, an encoder that fails, a crash in native code: one process survives them all."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from health_navigator.telegram_bot.webhook import SECRET_HEADER
from tests.reliability.fragile import COMMAND
from tests.support.process import Served, has_ended, serving
from tests.support.server import SECRET, telegram_settings
from tests.support.telegram import Body, Person, TelegramStandIn
from tests.support.waiting import PATIENCE, wait_until

# The knowledge says nothing in these words: only then is the encoder asked.
UNSURE = "mi primo dice que mejor otro dia"


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, shared_telegram: TelegramStandIn, few_entries: Path
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("fragile")
    (folder / "fate").write_text("well")
    settings = telegram_settings(shared_telegram.url, knowledge_dir=few_entries, encoder="auto")
    with serving(folder, settings, COMMAND) as served:
        wait_until(lambda: '"lacks_meaning": false' in served.log.read_text())
        yield served


def post(served: Served, update: Body) -> int:
    """The status of a delivery; 0 if the process died of it."""
    headers = {SECRET_HEADER: SECRET}
    try:
        url = f"{served.url}/telegram/webhook"
        return httpx.post(url, json=update, headers=headers, timeout=60).status_code
    except httpx.TransportError:
        return 0


def is_ready(served: Served) -> bool:
    return httpx.get(f"{served.url}/readyz", timeout=60).status_code == 200


@contextmanager
def no_room(served: Served) -> Iterator[None]:
    """Every write fails, as on a full disk, until the block ends."""
    assert served.process is not None
    before = resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, before)


def test_a_full_disk_postpones_and_loses_nothing(
    served: Served, telegram: TelegramStandIn, ana: Person
) -> None:
    update = ana.writes("que es el sis")
    assert is_ready(served)
    with no_room(served):
        assert [post(served, update) for _ in range(7)] == [503] * 7
        assert not is_ready(served)
    assert is_ready(served)
    assert post(served, update) == 200
    (message,) = telegram.sent(ana.chat_id)
    assert "Fuente:" in message["text"]


def test_an_update_on_which_the_encoder_fails_is_answered_by_words(
    served: Served, telegram: TelegramStandIn, ana: Person, numbers: Iterator[int]
) -> None:
    update, beto = ana.writes(UNSURE), Person(ana.chat_id + 1, numbers)
    (served.folder / "fate").write_text("error")
    assert post(served, update) == 503
    assert post(served, beto.writes("que es el sis")) == 200, "others are sure by words alone"
    assert post(served, update) == 200
    assert len(telegram.sent(ana.chat_id)) == 1


def test_an_update_on_which_the_process_crashes_is_answered_after_one_crash(
    served: Served, telegram: TelegramStandIn, ana: Person
) -> None:
    update = ana.writes(UNSURE)
    (served.folder / "fate").write_text("crash")
    assert post(served, update) == 0
    assert served.process is not None
    assert served.process.wait(PATIENCE) == 139
    served.start()
    assert post(served, update) == 200
    assert len(telegram.sent(ana.chat_id)) == 1
    assert post(served, ana.writes("que es el sis")) == 200


def test_killed_it_leaves_nobody_learning(
    tmp_path: Path, shared_telegram: TelegramStandIn, few_entries: Path
) -> None:
    """A learner left behind would go on for minutes, for nobody."""
    fate = tmp_path / "fate"
    fate.write_text("wait")
    settings = telegram_settings(shared_telegram.url, knowledge_dir=few_entries, encoder="auto")
    with serving(tmp_path, settings, COMMAND) as served:
        wait_until(lambda: fate.read_text() == "waits")
        (learning,) = served.children()
        served.kill()
    wait_until(lambda: has_ended(learning))
