"""Long polling: against our own stand-in, and against a Telegram that we did not write."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.knowledge import REPOSITORY
from tests.support.server import TOKEN, Program, settings_for
from tests.support.telegram import Person, TelegramStandIn, failure
from tests.support.waiting import wait_until

PEERS = REPOSITORY / "tests/peers"
PACKAGE = PEERS / "node_modules/telegram-test-api"
SERVER = """
const Server = require('telegram-test-api');
new Server({port: Number(process.argv[1]), host: '127.0.0.1'}).start();
"""
ME = {"id": 5, "is_bot": False, "first_name": "Ana"}
HERE = {"id": 5, "type": "private", "first_name": "Ana"}


@pytest.fixture(scope="module")
def polled_telegram() -> Iterator[TelegramStandIn]:
    with TelegramStandIn().running() as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def poller(
    tmp_path_factory: pytest.TempPathFactory, polled_telegram: TelegramStandIn, few_entries: Path
) -> Iterator[Program]:
    settings = settings_for(
        tmp_path_factory.mktemp("poller"),
        telegram_token=TOKEN,
        telegram_api_url=polled_telegram.url,
        knowledge_dir=few_entries,
    )
    with Program(settings).running() as program:
        yield program


@pytest.mark.usefixtures("poller")
def test_updates_are_fetched_answered_and_confirmed(
    polled_telegram: TelegramStandIn, ana: Person
) -> None:
    first, second = ana.writes("que es el sis"), ana.taps("m")
    polled_telegram.updates += [first, second]
    wait_until(lambda: len(polled_telegram.sent(ana.chat_id)) == 2)
    wait_until(lambda: {first["update_id"], second["update_id"]} <= {*polled_telegram.confirmed})
    assert "Fuente:" in polled_telegram.texts(ana.chat_id)[0]
    assert polled_telegram.called("deleteWebhook")


@pytest.mark.usefixtures("poller")
def test_an_update_that_nobody_can_read_stops_nobody(
    polled_telegram: TelegramStandIn, ana: Person
) -> None:
    broken = {"update_id": ana.writes("x")["update_id"], "message": {"message_id": 1}}
    good = ana.writes("que es el sis")
    polled_telegram.updates += [broken, good]
    wait_until(lambda: polled_telegram.sent(ana.chat_id))
    wait_until(lambda: broken["update_id"] in polled_telegram.confirmed)


@pytest.mark.usefixtures("poller")
def test_a_refused_message_is_sent_again_before_it_is_confirmed(
    polled_telegram: TelegramStandIn, ana: Person
) -> None:
    polled_telegram.answers_with(failure(429, "Too Many Requests", retry_after=1))
    update = ana.writes("que es el sis")
    polled_telegram.updates.append(update)
    wait_until(lambda: polled_telegram.sent(ana.chat_id))
    wait_until(lambda: update["update_id"] in polled_telegram.confirmed)
    assert len(polled_telegram.sent(ana.chat_id)) == 1


def test_what_is_finished_is_not_taken_up_again(
    poller: Program, polled_telegram: TelegramStandIn, ana: Person, numbers: Iterator[int]
) -> None:
    """While one update waits for Telegram, those after it come with every call."""
    polled_telegram.answers_with(failure(429, "Too Many Requests", retry_after=3))
    waits = ana.writes("que es el sis")
    polled_telegram.updates.append(waits)
    wait_until(lambda: not polled_telegram.script)
    beto = Person(ana.chat_id + 1, numbers)
    polled_telegram.updates.append(beto.writes("que es el sis"))
    wait_until(lambda: waits["update_id"] in polled_telegram.confirmed)
    assert len(polled_telegram.sent(beto.chat_id)) == 1
    assert 'updates_total{outcome="duplicate"} 0.0' in poller.client.get("/metrics").text


def test_a_webhook_that_could_not_be_taken_away_is_taken_away_later(
    tmp_path: Path, little: Path, ana: Person
) -> None:
    with TelegramStandIn().running() as telegram:
        telegram.webhook, telegram.fails = {"url": "https://old.example.org"}, {"deleteWebhook"}
        telegram.updates.append(ana.writes("hola"))
        settings = settings_for(
            tmp_path, telegram_token=TOKEN, telegram_api_url=telegram.url, knowledge_dir=little
        )
        with Program(settings).running():
            wait_until(lambda: telegram.sent(ana.chat_id))


@dataclass
class Peer:
    """telegram-test-api, and somebody who talks to the bot through it."""

    url: str

    def says(self, text: str, hears: str) -> dict[str, Any]:
        """The bot's message with the words that she hears after hers."""
        return self._answer("/sendMessage", {"from": ME, "chat": HERE, "text": text}, hears)

    def taps(self, data: str, hears: str) -> dict[str, Any]:
        message = {"message_id": 9, "date": 1, "chat": HERE}
        content = {"from": ME, "message": message, "data": data}
        return self._answer("/sendCallback", content, hears)

    def _answer(self, path: str, content: dict[str, Any], hears: str) -> dict[str, Any]:
        stamped = {"botToken": TOKEN, "date": int(time.time()), **content}
        httpx.post(self.url + path, json=stamped).raise_for_status()
        heard: list[dict[str, Any]] = []

        def is_heard() -> bool:
            heard.extend(each["message"] for each in self._fetch())
            return any(hears in message["text"] for message in heard)

        wait_until(is_heard)
        return next(message for message in heard if hears in message["text"])

    def _fetch(self) -> list[dict[str, Any]]:
        body = {"token": TOKEN, "chatId": HERE["id"]}
        answer = httpx.post(self.url + "/getUpdates", json=body).json()
        result: list[dict[str, Any]] = answer["result"]
        return result


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    if not PACKAGE.exists():
        pytest.skip("npm install --no-package-lock --prefix tests/peers was not run")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([node, "-e", SERVER, str(port)], cwd=PEERS)
    try:
        wait_until(lambda: _listens(port))
        yield Peer(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_conversation_over_a_telegram_that_we_did_not_write(
    peer: Peer, tmp_path: Path, few_entries: Path
) -> None:
    settings = settings_for(
        tmp_path, telegram_token=TOKEN, telegram_api_url=peer.url, knowledge_dir=few_entries
    )
    with Program(settings).running():
        peer.says("/start", "Hola.")
        peer.says("que es el sis", "Fuente:")
        peer.taps("i", "¿Es una emergencia")
        peer.says("cancelar", "lo dejamos aquí")
        rows = _keyboard(peer.says("/cerca", "¿Qué buscas?"))
        kinds = [button["callback_data"] for row in rows for button in row]
        assert "k:vih" in kinds
        asked = peer.taps("k:vih", "¿dónde estás?")
        assert "request_location" in json.dumps(asked["reply_markup"])
        peer.says("trujillo", "Trujillo (La Libertad)")
        peer.says("/borrar", "Ya no guardamos nada")


def _keyboard(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    markup = message["reply_markup"]
    markup = json.loads(markup) if isinstance(markup, str) else markup
    rows: list[list[dict[str, Any]]] = markup["inline_keyboard"]
    return rows
