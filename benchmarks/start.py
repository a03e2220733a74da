"""How long `serve` takes to be ready, and its memory, with and without the encoder.

A first start, which is not counted, fills the database and keeps what it learnt; the next ones find
both, as a restart does.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

from ground import keep, machine

STARTS = 3
# The meanings follow the first answers; the first time they take minutes.
MOST_SECONDS_FOR_MEANINGS = 900
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(encoder: str, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {"PATH": os.environ["PATH"], "NAVIGATOR_PORT": str(port), "NAVIGATOR_ENCODER": encoder}
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "health_navigator.cli", "serve"]
        started = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)  # noqa: S603
    try:
        yield started, f"http://127.0.0.1:{port}/readyz"
    finally:
        started.terminate()
        started.wait()


def wait_until_ready(address: str) -> None:
    while True:
        try:
            with urlopen(address, timeout=5) as answer:  # noqa: S310  our own address
                if answer.status == 200:
                    return
        except URLError:
            time.sleep(0.02)


def wait_until_whole(folder: Path) -> None:
    """Wait until nothing is left to learn, and what learning needed has been given back."""
    until = time.monotonic() + MOST_SECONDS_FOR_MEANINGS
    while b'"lacks_meaning": false' not in (folder / "log").read_bytes():
        assert time.monotonic() < until, "the meanings were not learnt"
        time.sleep(0.2)
    time.sleep(1)


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def megabytes(process: int, figure: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(figure))


def measure(encoder: str, folder: Path) -> dict[str, float]:
    began = time.monotonic()
    with serving(encoder, folder) as (started, address):
        wait_until_ready(address)
        ready, spent = time.monotonic() - began, processor_seconds(started.pid)
        wait_until_whole(folder)
        return {
            "ready_seconds": round(ready, 2),
            "processor_seconds": round(spent, 2),
            "megabytes": megabytes(started.pid, "VmRSS"),
            "peak_megabytes": megabytes(started.pid, "VmHWM"),
        }


def main() -> None:
    results = {}
    for encoder in ("none", "auto"):
        with TemporaryDirectory() as name:
            _, *starts = [measure(encoder, Path(name)) for _ in range(1 + STARTS)]
        results[encoder] = min(starts, key=lambda each: each["processor_seconds"])
        print(encoder, results[encoder])
    keep("start", {"machine": machine(), "best_of": STARTS, "results": results})


if __name__ == "__main__":
    main()
