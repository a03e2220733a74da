"""The program as an operator starts it: in a process of its own, which a test may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from health_navigator.telegram_bot.webhook import SECRET_HEADER
from tests.support.server import KEY, SECRET
from tests.support.waiting import PATIENCE

OUR_OWN = (sys.executable, "-m", "health_navigator.cli")
_LONGEST_SECONDS = 900


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """The settings as variables, and nothing else of this process's environment."""
    given = {f"NAVIGATOR_{name.upper()}": str(value) for name, value in settings.items()}
    return {"PATH": os.environ["PATH"], **given}


def run_program(folder: Path, *words: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run `health-navigator ...` in a folder, with these settings alone, until it ends."""
    return subprocess.run(
        [*OUR_OWN, *words],
        cwd=folder,
        env=environment_of(settings),
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
    )


@dataclass
class Served:
    """`health-navigator serve` in its own folder; it can be started again after each kill."""

    folder: Path
    settings: Mapping[str, Any]
    command: Sequence[str] = OUR_OWN
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    _logged: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / f"log-{self.port}.jsonl"

    def start(self) -> None:
        """Start and wait until it would answer a question."""
        self.begin()
        self.wait_until_ready()

    def begin(self) -> None:
        """Start without waiting."""
        defaults = {"port": self.port, "secret_key": KEY, "encoder": "none"}
        environment = environment_of({**defaults, **self.settings})
        self._logged = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, "serve"],
                cwd=self.folder,
                env=environment | {"HOME": str(self.folder)},
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        # A port that was free may belong to another program by now, whose readiness is not ours.
        while not (self._listens() and self.is_ready()):
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()[-2_000:]
            assert time.monotonic() < deadline, "the program did not become ready"
            time.sleep(0.05)

    def _listens(self) -> bool:
        return b"Uvicorn running on" in self.log.read_bytes()[self._logged :]

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def deliver(self, update: dict[str, Any]) -> None:
        """Deliver an update as Telegram does, again and again until it is accepted."""
        url, headers = f"{self.url}/telegram/webhook", {SECRET_HEADER: SECRET}
        for _ in range(60):
            if httpx.post(url, json=update, headers=headers, timeout=PATIENCE).status_code == 200:
                return
            time.sleep(0.2)
        raise AssertionError("the update was never taken")

    def metrics(self) -> str:
        return httpx.get(f"{self.url}/metrics", timeout=PATIENCE).text

    def children(self) -> list[int]:
        """The processes that it started and that still run."""
        assert self.process is not None
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(child) for each in tasks for child in each.read_text().split()]

    def kill(self) -> None:
        """Kill it as a power cut would, with no chance to tidy up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Ask it to end, as an operator would; return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(PATIENCE)


def has_ended(process: int) -> bool:
    """Whether the process is gone, or a zombie."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


@contextmanager
def serving(
    folder: Path, settings: Mapping[str, Any], command: Sequence[str] = OUR_OWN
) -> Iterator[Served]:
    """`health-navigator serve` with these settings, until the block ends."""
    served = Served(folder, settings, command)
    served.start()
    try:
        yield served
    finally:
        if served.process is not None and served.process.poll() is None:
            served.stop()
