"""The program as its own process, which a test may kill."""

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

import httpx

from tests.support.server import KEY, SECRET, TOKEN

# Long enough for a machine that does ten other things.
_START_SECONDS = 240


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Served:
    """`health-navigator serve` in a folder of its own; start it as often as it is killed."""

    folder: Path
    variables: Mapping[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    python: Path = Path(sys.executable)
    program: Sequence[str] = ("-m", "health_navigator.cli")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / f"log-{self.port}.jsonl"

    def start(self) -> None:
        """Start and wait until it would answer a question."""
        environment = {
            "PATH": os.environ["PATH"],
            "NAVIGATOR_PORT": str(self.port),
            "NAVIGATOR_SECRET_KEY": KEY,
            "NAVIGATOR_ENCODER": "none",
            **self.variables,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.python), *self.program, "serve"],
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()[-2_000:]
            assert time.monotonic() < deadline, "the program did not become ready"
            time.sleep(0.05)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """As a power cut would: no chance to tidy up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """Ask it to end, as an operator would; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)


def telegram_variables(url: str, **more: str) -> dict[str, str]:
    return {
        "NAVIGATOR_TELEGRAM_TOKEN": TOKEN,
        "NAVIGATOR_TELEGRAM_API_URL": url,
        "NAVIGATOR_PUBLIC_URL": "https://bot.example.org",
        "NAVIGATOR_WEBHOOK_SECRET": SECRET,
        **more,
    }


@contextmanager
def serving(
    folder: Path,
    variables: Mapping[str, str],
    program: Sequence[str] = ("-m", "health_navigator.cli"),
) -> Iterator[Served]:
    served = Served(folder, variables, program=program)
    served.start()
    try:
        yield served
    finally:
        if served.process is not None and served.process.poll() is None:
            served.kill()
