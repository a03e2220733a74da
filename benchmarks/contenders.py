"""The bots to be measured, each in processes of its own, and what they cost the machine."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from urllib.request import urlopen

import asyncpg
from ground import ROOT
from traffic import SECRET

from health_navigator.telegram_bot.profile import WEBHOOK_PATH

# The echo bots' libraries and ours need different versions of one package: they live apart.
ECHO_PYTHON = ROOT / ".venv-benchmark" / "bin" / "python"
POSTGRES = os.environ.get(
    "NAVIGATOR_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres"
)
START_SECONDS = 180
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Running:
    """A running bot: where it is called, and its processes."""

    addresses: list[tuple[int, str]] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def cpu_seconds(self) -> float:
        """Processor time of all its processes since they began."""
        return sum(_cpu_seconds(process.pid) for process in self.processes)

    def megabytes(self) -> list[float]:
        """The memory of each process."""
        return [_kilobytes(process.pid) / 1024 for process in self.processes]


Start = Callable[[str], AbstractContextManager[Running]]


@dataclass(frozen=True)
class Contender:
    name: str
    start: Start


def echo(script: str) -> Start:
    """A bot built on another library that says what it was told."""

    @contextmanager
    def start(telegram: str) -> Iterator[Running]:
        port = free_port()
        command = [str(ECHO_PYTHON), script, str(port), telegram, SECRET]
        with _spawned(command, ROOT / "benchmarks", {}) as process:
            _wait(lambda: _is_open(port), process)
            yield Running([(port, "/webhook")], [process])

    return start


def ours(processes: int = 1, *, encoder: bool = False, postgres: bool = False) -> Start:
    """`health-navigator serve` as an operator runs it, with all its guarantees on."""

    @contextmanager
    def start(telegram: str) -> Iterator[Running]:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            url = stack.enter_context(_database()) if postgres else f"sqlite:///{folder}/db"
            running = Running()
            for _ in range(processes):
                stack.enter_context(_served(Path(folder), telegram, url, encoder, running))
            yield running

    return start


@contextmanager
def _served(
    folder: Path, telegram: str, database: str, encoder: bool, running: Running
) -> Iterator[None]:
    port = free_port()
    variables = {
        "NAVIGATOR_PORT": str(port),
        "NAVIGATOR_DATABASE_URL": database,
        "NAVIGATOR_SECRET_KEY": "k" * 40,
        "NAVIGATOR_ENCODER": "auto" if encoder else "none",
        "NAVIGATOR_TELEGRAM_TOKEN": "1:ours",
        "NAVIGATOR_TELEGRAM_API_URL": telegram,
        "NAVIGATOR_PUBLIC_URL": "https://bot.example.org",
        "NAVIGATOR_WEBHOOK_SECRET": SECRET,
    }
    command = [sys.executable, "-m", "health_navigator.cli", "serve"]
    log = folder / f"{port}.jsonl"
    with _spawned(command, folder, variables, log) as process:
        _wait(lambda: _is_ready(port) and (not encoder or _knows_meaning(log)), process)
        running.addresses.append((port, WEBHOOK_PATH))
        running.processes.append(process)
        yield


@contextmanager
def _spawned(
    command: Sequence[str], folder: Path, variables: dict[str, str], log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    environment = {"PATH": os.environ["PATH"], **variables}
    with (log or Path(os.devnull)).open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603  our own commands
            command, cwd=folder, env=environment, stdout=sink, stderr=sink
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def _database() -> Iterator[str]:
    """A PostgreSQL database that exists while the block runs."""
    name = f"navigator_benchmark_{token_hex(4)}"
    _on_postgres(f"CREATE DATABASE {name}")
    try:
        yield f"{POSTGRES.rpartition('/')[0]}/{name}"
    finally:
        _on_postgres(f"DROP DATABASE {name} WITH (FORCE)")


def _on_postgres(statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(POSTGRES)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    # This thread may already run an event loop, that of the traffic.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(is_true: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_true():
        assert process.poll() is None, f"{process.args!r} ended"
        assert time.monotonic() < deadline, f"{process.args!r} did not start"
        time.sleep(0.1)


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _knows_meaning(log: Path) -> bool:
    """Whether the encoder has read the knowledge, which at first takes a minute or more."""
    return '"lacks_meaning": false' in log.read_text(encoding="utf-8")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
