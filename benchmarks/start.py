"""How long `serve` takes until it is ready, and how much memory it holds, with and without encoder.

Every start has a folder of its own with a fresh database; the vectors of the knowledge's sentences
and its checks are kept from a first start that is not counted, as on any start after an upgrade.
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


def wait_for_meanings(folder: Path) -> None:
    until = time.monotonic() + MOST_SECONDS_FOR_MEANINGS
    while b"knowledge.meaning_learnt" not in (folder / "log").read_bytes():
        assert time.monotonic() < until, "the meanings were not learnt"
        time.sleep(0.2)


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def megabytes(process: int, figure: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(figure))


def measure(encoder: str) -> dict[str, float]:
    with TemporaryDirectory() as name, serving(encoder, Path(name)) as (started, address):
        began = time.monotonic()
        wait_until_ready(address)
        ready, spent = time.monotonic() - began, processor_seconds(started.pid)
        if encoder != "none":
            wait_for_meanings(Path(name))
            time.sleep(1)
        return {
            "ready_seconds": round(ready, 2),
            "processor_seconds": round(spent, 2),
            "megabytes": megabytes(started.pid, "VmRSS"),
            "peak_megabytes": megabytes(started.pid, "VmHWM"),
        }


def main() -> None:
    results = {}
    for encoder in ("none", "auto"):
        measure(encoder)
        starts = [measure(encoder) for _ in range(STARTS)]
        results[encoder] = min(starts, key=lambda each: each["processor_seconds"])
        print(encoder, results[encoder])
    keep("start", {"machine": machine(), "best_of": STARTS, "results": results})


if __name__ == "__main__":
    main()
