"""The program as an operator starts it: a process of its own, with its log in a file."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from health_navigator.telegram_bot.webhook import SECRET_HEADER
from tests.support.server import SECRET


@dataclass
class Served:
    """Its page and API, and what it logged so far."""

    client: httpx.Client
    log: Path

    def deliver(self, update: dict[str, Any]) -> None:
        """Deliver an update as Telegram does, until it is taken."""
        for _ in range(60):
            headers = {SECRET_HEADER: SECRET}
            response = self.client.post("/telegram/webhook", json=update, headers=headers)
            if response.status_code == 200:
                return
            time.sleep(0.2)
        raise AssertionError("the update was never taken")


OUR_OWN = (sys.executable, "-m", "health_navigator.cli")


@contextmanager
def serving(
    folder: Path, settings: Mapping[str, str], command: Sequence[str] = OUR_OWN
) -> Iterator[Served]:
    """`health-navigator serve` with these settings, until the block ends."""
    port = _free_port()
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "NAVIGATOR_PORT": str(port)}
    environment |= {f"NAVIGATOR_{name.upper()}": value for name, value in settings.items()}
    log = folder / "log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "serve"], cwd=folder, env=environment, stdout=output, stderr=output
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                _wait_until_ready(client, process, log)
                yield Served(client, log)
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _wait_until_ready(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text())
