"""The program itself, served on loopback from a thread, with the settings that a test wants."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from health_navigator.app import create_app
from health_navigator.config import Settings
from health_navigator.middleware import BoundedProtocol
from health_navigator.telegram_bot.webhook import SECRET_HEADER
from tests.support.waiting import PATIENCE

TOKEN = "123456:AAtesttokentesttokentesttokentesttok"
SECRET = "a-secret-of-the-webhook"
# One for all tests, so that what one program learnt, the next takes from the shelf.
KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCD"


def settings_for(folder: Path, **values: Any) -> Settings:
    """Settings of a test's own: nothing from the environment, a database in its folder."""
    defaults: dict[str, Any] = {
        "database_url": f"sqlite:///{folder}/test.sqlite3",
        "secret_key": KEY,
        "encoder": "none",
    }
    return Settings(_env_file=None, **{**defaults, **values})


def telegram_settings(url: str, **values: Any) -> dict[str, Any]:
    return {
        "telegram_token": TOKEN,
        "telegram_api_url": url,
        "public_url": "https://bot.example.org",
        "webhook_secret": SECRET,
        **values,
    }


@dataclass
class Program:
    """A running Health Navigator and an HTTP client for it."""

    settings: Settings
    client: httpx.Client = field(init=False)

    @contextmanager
    def running(self) -> Iterator[Program]:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            server = uvicorn.Server(
                uvicorn.Config(
                    create_app(self.settings),
                    log_config=None,
                    access_log=False,
                    http=BoundedProtocol,
                    ws="none",
                )
            )
            thread = threading.Thread(
                target=server.run, kwargs={"sockets": [listening]}, daemon=True
            )
            thread.start()
            _wait(lambda: server.started or not thread.is_alive())
            assert server.started, "the program did not start"
            port = listening.getsockname()[1]
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as self.client:
                try:
                    yield self
                finally:
                    server.should_exit = True
                    thread.join(20)

    @property
    def url(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def post_update(self, update: dict[str, Any], secret: str = SECRET) -> httpx.Response:
        """Deliver an update as Telegram would."""
        return self.client.post("/telegram/webhook", json=update, headers={SECRET_HEADER: secret})

    def deliver(self, update: dict[str, Any], tries: int = 20) -> httpx.Response:
        """Deliver, and redeliver as long as the program asks for it, without its full waits."""
        response = self.post_update(update)
        while response.status_code == 503 and tries:
            time.sleep(0.1)
            response = self.post_update(update)
            tries -= 1
        return response

    def ask(self, text: str, **more: Any) -> dict[str, Any]:
        response = self.client.post("/api/v1/ask", json={"text": text, **more})
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer


def _wait(is_true: Any, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.01)
