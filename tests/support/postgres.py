"""A PostgreSQL of the test's own, which it may stop and crash as it likes."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.process import free_port

_OPTIONS = "-c listen_addresses=127.0.0.1 -c shared_buffers=16MB -c unix_socket_directories=''"


@dataclass(frozen=True)
class Cluster:
    folder: Path
    programs: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self._control("start", "-w", "-l", "log", "-o", f"-p {self.port} {_OPTIONS}")

    def stop(self, mode: str = "fast") -> None:
        """`fast` cuts every connection; `immediate` is a crash that needs recovery."""
        self._control("stop", "-w", "-m", mode)

    def execute(self, statement: str) -> None:
        self.run("psql", "-q", "-c", statement, self.url)

    def _control(self, *arguments: str) -> None:
        self.run("pg_ctl", "-D", "data", *arguments)

    def run(self, program: str, *arguments: str) -> None:
        """Run as another user if we are root, as whom PostgreSQL refuses to run."""
        subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            user=_owner(),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )


def _owner() -> int | None:
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _programs() -> Path | None:
    """Where Debian puts PostgreSQL's programs, newest version first, or else on the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = versions[0] if versions else shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    programs = _programs()
    if programs is None:
        pytest.skip("no initdb on this machine: apt-get install postgresql")
    # pytest's own folders are closed to the user that PostgreSQL runs as.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if (owner := _owner()) is not None:
            os.chown(folder, owner, -1)
        cluster = Cluster(folder, programs, free_port())
        cluster.run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-N")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("immediate")
