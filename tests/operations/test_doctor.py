"""The doctor is green for a sound bot, and red with the right advice for each broken one."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import time
from collections import namedtuple
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from health_navigator import doctor
from health_navigator.app import load_knowledge
from health_navigator.config import Settings, read_settings
from health_navigator.db import Database
from health_navigator.doctor import Finding, Health, machine
from tests.operations.answering import answering
from tests.support.process import run_program
from tests.support.server import KEY, SECRET, TOKEN, Program
from tests.support.telegram import TelegramStandIn

Usage = namedtuple("Usage", "total used free")
Examine = Callable[..., list[Finding]]
WEAK_KEY = "k" * 40


async def prepare(settings: Settings) -> None:
    database = await Database.open(settings.database_url)
    await database.migrate()
    await load_knowledge(database, settings)
    await database.close()


@pytest.fixture
def examine(tmp_path: Path, little: Path, monkeypatch: pytest.MonkeyPatch) -> Examine:
    """A sound set-up, changed by the given variables, examined by the doctor."""
    monkeypatch.chdir(tmp_path)
    # A day on which nothing in this knowledge is due for review.
    monkeypatch.setattr("health_navigator.clock.today", lambda: date(2026, 12, 1))
    for name in [name for name in os.environ if name.startswith("NAVIGATOR_")]:
        monkeypatch.delenv(name)
    sound = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/bot.sqlite3",
        "SECRET_KEY": KEY,
        "KNOWLEDGE_DIR": str(little),
        "ENCODER": "none",
        "PORT": "1",
    }

    def look(*, prepared: bool = True, **changes: str) -> list[Finding]:
        for name, value in {**sound, **changes}.items():
            monkeypatch.setenv(f"NAVIGATOR_{name}", value)
        if prepared:
            asyncio.run(prepare(read_settings()))
        return list(doctor.examine())

    return look


def reds(findings: list[Finding]) -> dict[str, str]:
    """Each red part, with what was found and what is advised."""
    return {f.part: f"{f.says} | {f.mend}" for f in findings if f.health is Health.RED}


def telegram_values(stand_in: TelegramStandIn) -> dict[str, str]:
    stand_in.webhook = {"url": "https://bot.example.org/telegram/webhook"}
    return {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_URL": stand_in.url,
        "PUBLIC_URL": "https://bot.example.org",
        "WEBHOOK_SECRET": SECRET,
    }


def test_a_sound_bot_is_green(examine: Examine, telegram: TelegramStandIn) -> None:
    """Nothing is red; the only yellow here is that nothing is serving."""
    findings = examine(**telegram_values(telegram))
    assert not reds(findings)
    assert {f.part for f in findings if f.health is Health.YELLOW} == {"server"}
    assert {f.part for f in findings} >= {
        "configuration",
        "secret key",
        "disk",
        "database",
        "migrations",
        "knowledge in use",
        "knowledge files",
        "clock",
        "encoder",
        "telegram",
        "webhook",
    }


def test_a_first_start_is_not_red(examine: Examine) -> None:
    """Before `serve` has made anything, nothing is broken, and the doctor makes nothing."""
    findings = examine(prepared=False)
    assert not reds(findings)
    assert not Path("bot.sqlite3").exists()


def test_what_is_not_green_says_how_to_mend_it(examine: Examine) -> None:
    for finding in examine(DATABASE_URL="postgresql://u@127.0.0.1:1/x", prepared=False):
        assert (finding.mend is None) == (finding.health is Health.GREEN)


def test_wrong_configuration(examine: Examine) -> None:
    findings = examine(PUBLIC_URL="https://x.example", TELEGRAM_TOKEN=TOKEN, prepared=False)
    assert "NAVIGATOR_WEBHOOK_SECRET" in reds(findings)["configuration"]


def test_an_address_that_telegram_does_not_call(
    examine: Examine, telegram: TelegramStandIn
) -> None:
    values = telegram_values(telegram) | {"PUBLIC_URL": "http://bot.example.org:8000"}
    assert "443, 80, 88 or 8443" in reds(examine(**values))["configuration"]


def test_a_dotenv_that_others_can_read(examine: Examine) -> None:
    Path(".env").write_text("NAVIGATOR_LOG_FORMAT=json\n")
    Path(".env").chmod(0o644)
    assert "chmod 600 .env" in reds(examine())["configuration"]


def test_a_database_that_is_away(examine: Examine) -> None:
    """The finding says where the database is, and never its password."""
    url = "postgresql://navigator:geheim@127.0.0.1:1/navigator"
    found = reds(examine(DATABASE_URL=url, prepared=False))["database"]
    assert "127.0.0.1/navigator" in found
    assert "start PostgreSQL" in found
    assert "geheim" not in found


@pytest.mark.parametrize("option", ["sslmode=require", "nonsense=1"])
def test_a_database_url_with_options(examine: Examine, postgres: str, option: str) -> None:
    """One option is libpq's and understood, the other nobody's; this PostgreSQL has no TLS."""
    url = postgres.replace("//postgres@", "//postgres:geheim@") + "?" + option
    found = reds(examine(DATABASE_URL=url, prepared=False))["database"]
    assert "options in NAVIGATOR_DATABASE_URL" in found
    assert ("TypeError" in found) is (option == "nonsense=1")
    assert "geheim" not in found


def test_a_damaged_database(examine: Examine, tmp_path: Path) -> None:
    (tmp_path / "bot.sqlite3").write_bytes(b"no database at all" * 1000)
    assert "restore the last backup" in reds(examine(prepared=False))["database"]


def test_missing_migrations(examine: Examine, tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "bot.sqlite3").execute("CREATE TABLE other (x)").connection.close()
    assert "start the program" in reds(examine(prepared=False))["migrations"]


def test_a_database_of_a_newer_program(examine: Examine, tmp_path: Path) -> None:
    examine()
    with sqlite3.connect(tmp_path / "bot.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "newer program" in reds(examine(prepared=False))["migrations"]


def test_broken_knowledge(examine: Examine, little: Path, tmp_path: Path) -> None:
    """The first problem is named with its file and line."""
    examine()
    broken = tmp_path / "knowledge"
    shutil.copytree(little, broken)
    (broken / "entries" / "sis.yaml").write_text("topic: sis\nentries: 3\n")
    found = reds(examine(prepared=False, KNOWLEDGE_DIR=str(broken)))["knowledge files"]
    assert "entries/sis.yaml:" in found
    assert "knowledge check" in found


def test_an_empty_database(examine: Examine, tmp_path: Path) -> None:
    examine()
    with sqlite3.connect(tmp_path / "bot.sqlite3") as connection:
        connection.execute("DELETE FROM knowledge_version")
    connection.close()
    assert "knowledge load" in reds(examine(prepared=False))["knowledge in use"]


def test_a_token_that_telegram_does_not_know(examine: Examine, telegram: TelegramStandIn) -> None:
    refusal = '{"ok": false, "error_code": 401, "description": "Unauthorized"}'
    with answering(401, refusal) as url:
        values = telegram_values(telegram) | {"TELEGRAM_API_URL": url}
        found = reds(examine(**values))["telegram"]
    assert "BotFather" in found
    assert TOKEN not in found


def test_a_telegram_out_of_reach(examine: Examine, telegram: TelegramStandIn) -> None:
    values = telegram_values(telegram) | {"TELEGRAM_API_URL": "http://127.0.0.1:1"}
    found = reds(examine(**values))["telegram"]
    assert "firewall" in found
    assert TOKEN not in found


@pytest.mark.parametrize(
    ("failed", "advice"),
    [
        ("Wrong response from the webhook: 403 Forbidden", "Secret-Token"),
        ("Wrong response from the webhook: 502 Bad Gateway", "does not reach the program"),
        ("SSL error {error:0A000086}", "certificate"),
        ("Failed to resolve host: Name or service not known", "DNS"),
        ("Connection refused", "port 443"),
    ],
)
def test_a_webhook_that_fails(
    examine: Examine, telegram: TelegramStandIn, failed: str, advice: str
) -> None:
    values = telegram_values(telegram)
    telegram.webhook |= {"last_error_date": int(time.time()), "last_error_message": failed}
    assert advice in reds(examine(**values))["webhook"]


def test_a_webhook_that_leads_elsewhere(examine: Examine, telegram: TelegramStandIn) -> None:
    values = telegram_values(telegram)
    telegram.webhook["url"] = "https://other.example/telegram/webhook"
    assert "other.example" in reds(examine(**values))["webhook"]


def test_a_clock_that_is_wrong(examine: Examine, telegram: TelegramStandIn) -> None:
    with answering(404, date="Mon, 01 Jan 2024 00:00:00 GMT") as url:
        values = telegram_values(telegram) | {"TELEGRAM_API_URL": url}
        found = reds(examine(**values))["clock"]
    assert "timedatectl" in found


def test_a_day_that_cannot_be(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even without Telegram the knowledge shows it: nothing was verified tomorrow."""
    monkeypatch.setattr("health_navigator.clock.today", lambda: date(2020, 1, 1))
    assert "timedatectl" in reds(examine())["clock"]


def test_a_key_that_can_be_guessed(examine: Examine) -> None:
    found = reds(examine(SECRET_KEY=WEAK_KEY))["secret key"]
    assert "token_urlsafe" in found
    assert WEAK_KEY not in found


def test_a_key_that_others_can_read(examine: Examine, tmp_path: Path) -> None:
    (tmp_path / "bot.key").write_text(KEY)
    (tmp_path / "bot.key").chmod(0o644)
    found = reds(examine(SECRET_KEY=""))["secret key"]
    assert f"chmod 600 {tmp_path}/bot.key" in found


def test_a_key_that_was_cut_off(examine: Examine, tmp_path: Path) -> None:
    (tmp_path / "bot.key").touch(mode=0o600)
    assert (
        "bot.key holds no whole key" in reds(examine(prepared=False, SECRET_KEY=""))["secret key"]
    )


def test_a_full_disk(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 10**6))
    assert "free some space" in reds(examine())["disk"]


def test_an_encoder_that_is_broken(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("wrong ELF class")

    monkeypatch.setattr(machine, "load_encoder", fail)
    assert "NAVIGATOR_ENCODER=none" in reds(examine(ENCODER="auto"))["encoder"]


def test_an_encoder_that_is_missing_is_no_disaster(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "load_encoder", lambda: None)
    findings = examine(ENCODER="auto")
    assert not reds(findings)
    (encoder,) = [finding for finding in findings if finding.part == "encoder"]
    assert encoder.health is Health.YELLOW


def test_a_server_that_is_not_ready(examine: Examine) -> None:
    with answering(503, '{"ready": false, "checks": {"database": false}}') as url:
        found = reds(examine(PORT=url.rpartition(":")[2]))["server"]
    assert "database" in found


def test_a_server_that_runs_is_green(examine: Examine, sqlite_bot: Program) -> None:
    port = str(sqlite_bot.client.base_url.port)
    findings = examine(PORT=port)
    assert [f.health for f in findings if f.part == "server"] == [Health.GREEN]


def test_the_command_exits_with_1_on_red(tmp_path: Path) -> None:
    """It also prints what programs can read."""
    done = run_program(tmp_path, "doctor", "--json", secret_key="short")
    (finding,) = json.loads(done.stdout)
    assert done.returncode == 1
    assert finding["health"] == "red"
    assert "NAVIGATOR_SECRET_KEY" in finding["says"]
    assert finding["mend"]
