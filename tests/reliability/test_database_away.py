"""The database stops, crashes and comes back: nothing is lost, and the program says how it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.reliability.crowds import chats_of, is_answered
from tests.support.courier import deliver_all
from tests.support.postgres import Cluster, own_cluster
from tests.support.server import Program, settings_for, telegram_settings
from tests.support.swallowing import Network, network_to
from tests.support.telegram import Person, TelegramStandIn
from tests.support.waiting import PATIENCE


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with own_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def program(
    cluster: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
    shared_telegram: TelegramStandIn,
    few_entries: Path,
) -> Iterator[Program]:
    values = telegram_settings(
        shared_telegram.url, knowledge_dir=few_entries, database_url=cluster.url
    )
    folder = tmp_path_factory.mktemp("away")
    with Program(settings_for(folder, **values)).running() as program:
        yield program


def _is_ready(program: Program) -> bool:
    return program.client.get("/readyz").status_code == 200


def test_while_the_database_is_away_everybody_is_told_to_come_back(
    cluster: Cluster, program: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    assert _is_ready(program)
    cluster.stop()
    update = ana.writes("que es el sis")
    try:
        for _ in range(7):
            response = program.post_update(update)
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) >= 1
        ready = program.client.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]["database"]) == (503, False)
        assert program.client.get("/healthz").status_code == 200
        page = program.client.post("/", data={"text": "hola"})
        assert page.status_code == 503
        assert "106" in page.text
        assert program.client.get("/api/v1/entries").status_code == 200
    finally:
        cluster.start()
    assert program.deliver(update, tries=100).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 1
    assert _is_ready(program)
    assert program.client.post("/", data={"text": "hola"}).status_code == 200


def test_while_the_database_is_away_the_staff_lose_no_text(
    cluster: Cluster, program: Program
) -> None:
    program.client.get("/admin/entrar")
    cluster.stop()
    try:
        program.client.cookies.set("staff", "x")
        page = program.client.get("/admin/entradas?buscar=sis")
        sent = program.client.post(
            "/admin/entradas/sis/comentar", data={"texto": "Falta el <precio>", "_ficha": "0"}
        )
    finally:
        program.client.cookies.clear()
        cluster.start()
    assert (page.status_code, sent.status_code) == (503, 503)
    assert 'href="/admin/entradas?buscar=sis"' in page.text
    assert 'action="/admin/entradas/sis/comentar"' in sent.text
    assert 'name="texto" value="Falta el &lt;precio&gt;"' in sent.text
    for answer in (page, sent):
        assert "106" not in answer.text
        assert "Escribe tu pregunta" not in answer.text


def test_an_update_that_cannot_even_be_claimed_comes_back(
    cluster: Cluster, program: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    """The database answers, but not as this program expects; the update is not to blame."""
    update = ana.writes("que es el sis")
    cluster.execute("ALTER TABLE telegram_update RENAME COLUMN attempts TO tries")
    try:
        response = program.post_update(update)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) >= 1
    finally:
        cluster.execute("ALTER TABLE telegram_update RENAME COLUMN tries TO attempts")
    assert program.deliver(update, tries=20).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 1


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_restarted_under_load_it_loses_no_update(
    cluster: Cluster, program: Program, telegram: TelegramStandIn, numbers: Iterator[int], mode: str
) -> None:
    chats = chats_of(numbers, people=20, messages=4)
    seconds_until_ready: list[float] = []

    def restart() -> None:
        cluster.stop(mode)
        cluster.start()
        started = time.monotonic()
        while not _is_ready(program):
            time.sleep(0.02)
        seconds_until_ready.append(time.monotonic() - started)

    async def restart_midway() -> None:
        while len(telegram.sent()) < 20:
            await asyncio.sleep(0.005)
        await asyncio.to_thread(restart)

    async def both() -> None:
        await asyncio.gather(deliver_all(lambda: [program.url], chats), restart_midway())

    asyncio.run(both())
    assert all(is_answered(telegram, chat) for chat in chats)
    # What was sent but not yet marked when the connection was cut comes again.
    assert len(telegram.sent()) <= 80 + 20
    assert seconds_until_ready[0] < 10
    log = program.client.get("/metrics").text
    assert 'navigator_updates_total{outcome="parked"} 0.0' in log


@pytest.fixture
def network(cluster: Cluster) -> Iterator[Network]:
    with network_to(cluster.url) as network:
        yield network


@pytest.fixture
def far(
    network: Network,
    cluster: Cluster,
    tmp_path: Path,
    telegram: TelegramStandIn,
    few_entries: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Program]:
    """A program that reaches its database through that network."""
    monkeypatch.setattr("health_navigator.db._ANSWER_SECONDS", 1)
    monkeypatch.setattr("health_navigator.db._CONNECT_SECONDS", 1)
    url = network.through(cluster.url)
    values = telegram_settings(telegram.url, knowledge_dir=few_entries, database_url=url)
    with Program(settings_for(tmp_path, **values)).running() as program:
        yield program


def test_a_database_that_neither_answers_nor_refuses_is_away(
    network: Network, far: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    assert far.post_update(ana.writes("hola")).status_code == 200
    update = ana.writes("que es el sis")
    with network.swallowing():
        for _ in range(3):
            started = time.monotonic()
            assert far.post_update(update).status_code == 503
            assert time.monotonic() - started < 20
        assert not _is_ready(far)
    assert far.deliver(update, tries=100).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 2
    assert _is_ready(far)


def test_a_statement_that_is_never_answered_comes_to_an_end(
    network: Network, far: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    """The statement here records that the reply was sent: at worst it is sent twice."""
    update = ana.writes("que es el sis")
    telegram.answers_with(1.0)
    with ThreadPoolExecutor(1) as pool:
        posted = pool.submit(far.post_update, update)
        while telegram.script:
            time.sleep(0.01)
        with network.swallowing():
            assert posted.result(PATIENCE).status_code == 503
    assert far.deliver(update, tries=100).status_code == 200
    assert far.post_update(ana.writes("gracias")).status_code == 200
    assert len(telegram.sent(ana.chat_id)) in (2, 3)
