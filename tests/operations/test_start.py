"""A start that fails says why in one line, and never with a trace or a secret."""

from __future__ import annotations

import fcntl
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.process import run_program


def start(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    done = run_program(folder, "serve", **{"encoder": "none", "port": "1", **settings})
    assert "Traceback" not in done.stdout + done.stderr
    return done


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return done.stderr.strip().splitlines()[-1]


def test_a_wrong_setting(tmp_path: Path) -> None:
    done = start(tmp_path, secret_key="geheim")
    assert done.returncode == 2
    assert "NAVIGATOR_SECRET_KEY" in last_line(done)
    assert "geheim" not in done.stderr


def test_a_database_that_is_away(tmp_path: Path) -> None:
    url = "postgresql://navigator:geheim@127.0.0.1:1/navigator"
    done = start(tmp_path, database_url=url, secret_key="0123456789abcdefghijklmnopqrstuvwxyz")
    assert done.returncode == 1
    assert "health-navigator doctor" in last_line(done)
    assert "geheim" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("jobs", "run"),
        ("knowledge", "load"),
        ("knowledge", "export", "there"),
        ("user", "add", "eva", "--role", "admin", "--token"),
    ],
    ids=" ".join,
)
def test_a_command_whose_database_is_away_says_so_in_one_line(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    settings = {"secret_key": "k" * 40, "database_url": "postgresql://u:geheim@127.0.0.1:1/x"}
    done = run_program(tmp_path, *command, **settings)
    assert done.returncode == 1
    (told,) = done.stderr.strip().splitlines()
    assert "health-navigator doctor" in told
    assert "geheim" not in told


@pytest.mark.parametrize("wrong", ["nobody:geheim@{}/postgres", "postgres:geheim@{}/nowhere"])
def test_a_database_that_does_not_let_us_in(tmp_path: Path, postgres: str, wrong: str) -> None:
    """Neither the log nor the last line holds the password."""
    url = "postgresql://" + wrong.format(urlsplit(postgres).netloc.rpartition("@")[2])
    done = start(tmp_path, database_url=url, secret_key="0123456789abcdefghijklmnopqrstuvwxyz")
    assert done.returncode == 1
    assert "DatabaseAwayError" in done.stderr
    assert "health-navigator doctor" in last_line(done)
    assert "geheim" not in done.stderr


def test_a_sqlite_file_that_another_process_serves(tmp_path: Path) -> None:
    with (tmp_path / "bot.sqlite3.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = start(tmp_path, database_url=f"sqlite:///{tmp_path}/bot.sqlite3")
    assert done.returncode == 2
    assert "PostgreSQL" in last_line(done)


def test_a_port_that_another_program_has(tmp_path: Path, few_entries: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = start(tmp_path, port=port, knowledge_dir=str(few_entries))
    assert done.returncode == 1
    assert "NAVIGATOR_PORT" in last_line(done)


def test_knowledge_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    done = start(tmp_path, knowledge_dir=str(tmp_path / "knowledge"))
    assert done.returncode == 2
    assert str(tmp_path / "knowledge") in done.stderr


def test_jobs_run_tells_of_each_job(tmp_path: Path) -> None:
    done = run_program(tmp_path, "jobs", "run")
    assert done.returncode == 0, done.stderr
    jobs = {line.split(":")[0] for line in done.stdout.splitlines()}
    assert {"forget_states", "forget_questions", "forget_updates"} <= jobs
