"""What is deployed works: the container's steps, the scripts, the metrics that are displayed."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from health_navigator.config import PREFIX, Settings
from health_navigator.observability import Metrics
from health_navigator.shipped import cache_path
from tests.support.knowledge import REPOSITORY
from tests.support.process import serving
from tests.support.server import telegram_settings
from tests.support.telegram import Person, TelegramStandIn

DEPLOY = REPOSITORY / "deploy"
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()
Instruction = tuple[str, str]


def instructions(text: str) -> list[Instruction]:
    """(name, rest) of each instruction, lines joined and comments dropped."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [
        (name, rest)
        for line in joined.splitlines()
        if line.strip()
        for name, _, rest in [line.partition(" ")]
    ]


def stages() -> list[list[Instruction]]:
    found: list[list[Instruction]] = []
    for instruction in instructions(DOCKERFILE):
        if instruction[0] == "FROM":
            found.append([])
        found[-1].append(instruction)
    return found


def values(stage: list[Instruction], name: str) -> list[str]:
    return [rest for each, rest in stage if each == name]


def test_the_image_is_built_in_two_stages_and_runs_as_nobody() -> None:
    build, final = stages()
    assert values(build, "FROM")[0].endswith(" AS build")
    assert values(final, "USER") == ["65532:65532"]
    assert not values(final, "RUN"), "the last stage has no shell"
    assert values(final, "HEALTHCHECK")
    assert values(final, "ENTRYPOINT")[0].startswith("["), "signals must reach the program"
    assert [names for names, _ in final].index("USER") < [n for n, _ in final].index("ENTRYPOINT")


def test_the_image_is_built_from_pinned_packages() -> None:
    build, final = stages()
    for base in (*values(build, "FROM"), *values(final, "FROM")):
        name = base.split(" ")[0]
        assert ":" in name
        assert not name.endswith(":latest")
    installs = [rest for rest in values(build, "RUN") if "pip install" in rest]
    assert installs
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)
    assert not values(build, "ADD")


def test_the_image_holds_no_secret() -> None:
    everything = [rest for stage in stages() for name, rest in stage if name in ("ENV", "ARG")]
    for rest in everything:
        assert not re.search(r"TOKEN|SECRET|PASSWORD|KEY", rest)
    ignored = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert not any(line.startswith("!") and (".env" in line or "var" in line) for line in ignored)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder in which the Dockerfile's own steps have run, with its paths moved there."""
    root = tmp_path_factory.mktemp("image")
    source, target = root / "src", root / "navigator"
    source.mkdir()
    (build, _) = stages()
    for name, rest in build:
        if name == "COPY":
            _copy(rest, source)
        if name == "RUN" and "apt-get" not in rest:
            command = rest.replace("/opt/navigator", str(target)).replace("/data", f"{root}/data")
            subprocess.run(
                ["bash", "-o", "pipefail", "-ec", command],
                cwd=source,
                check=True,
                env=os.environ | {"PIP_NO_COMPILE": "1"},
                timeout=900,
            )
    return target


def _copy(rest: str, target: Path) -> None:
    *sources, destination = rest.split()
    for name in sources:
        origin = REPOSITORY / name
        if origin.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(origin, target / destination, ignore=ignored)
        else:
            place = target / destination
            place = place / origin.name if destination.endswith("/") else place
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, place)


def test_the_steps_of_the_dockerfile_give_a_bot_that_answers(
    installed: Path, tmp_path: Path, telegram: TelegramStandIn, ana: Person
) -> None:
    """From its own wheel, with its own knowledge, far from this checkout."""
    (_, final) = stages()
    assert values(final, "ENTRYPOINT") == ['["/opt/navigator/bin/health-navigator"]']
    program = (str(installed / "bin" / "health-navigator"),)
    before = contents(installed)
    with serving(tmp_path, telegram_settings(telegram.url), program) as served:
        served.deliver(ana.writes("que es el sis"))
        assert "SIS" in telegram.texts(ana.chat_id)[-1]
    assert contents(installed) == before, "its file system is read-only in the container"


def contents(folder: Path) -> dict[Path, int]:
    """Every file with the time of its last change, without what Python compiles."""
    paths = (path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return {path: path.stat().st_mtime_ns for path in paths if path.is_file()}


def test_a_service_that_may_not_write_to_its_checkout_keeps_what_it_learnt_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """systemd shows it a read-only disk except for its own folder, in which it works."""
    assert cache_path("learnt") == REPOSITORY / "var" / "learnt"
    monkeypatch.setattr(os, "access", lambda path, _: path != REPOSITORY)
    assert cache_path("learnt") == Path("var/learnt")


def test_the_image_stays_under_500_megabytes(installed: Path) -> None:
    """Distroless Python is about 55 MB; what we add to it is measured here."""
    size = sum(path.lstat().st_size for path in installed.rglob("*") if not path.is_symlink())
    assert size < 440_000_000, f"{size:,}"


def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((REPOSITORY / "compose.yaml").read_text())
    return content


def test_every_service_is_hardened() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        for secret in service.get("environment", {}):
            assert not re.search(r"(TOKEN|SECRET|PASSWORD|KEY)$", secret), secret


def test_only_the_proxy_is_reached_from_outside() -> None:
    services = compose()["services"]
    assert [name for name in services if "ports" in services[name]] == ["proxy"]
    assert compose()["networks"]["back"] == {"internal": True}
    address = services["proxy"]["networks"]["front"]["ipv4_address"]
    assert services["bot"]["environment"]["NAVIGATOR_TRUSTED_PROXIES"] == address


def test_compose_and_systemd_know_only_settings_that_exist() -> None:
    known = {PREFIX + name.upper() for name in (*Settings.model_fields, "secrets_dir")}
    unit = (DEPLOY / "health-navigator.service").read_text()
    text = (REPOSITORY / "compose.yaml").read_text() + unit + DOCKERFILE
    for name in re.findall(rf"\b{PREFIX}[A-Z_]+", text):
        assert name in known, name
    secrets = compose()["services"]["bot"]["secrets"]
    assert {name.upper() for name in secrets} <= known


def test_the_proxy_hides_what_is_the_operators() -> None:
    text = (DEPLOY / "Caddyfile").read_text()
    for path in ("/metrics", "/readyz", "/healthz"):
        assert path in text
    assert "exclude http.log.error" in text


@pytest.mark.parametrize("script", sorted(DEPLOY.glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_sound_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)
    text = script.read_text()
    assert "set -eu" in text
    assert not re.search(r"--(password|dbname=postgres(ql)?://)", text)


def libpq(url: str) -> dict[str, str]:
    """A URL as libpq's variables, which no process list shows."""
    parts = urlsplit(url)
    return os.environ | {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path[1:],
    }


def script(name: str, *arguments: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        ["sh", DEPLOY / name, *arguments], env=env, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def wipe(database_url: str, tmp_path: Path) -> Callable[[], None]:
    """Loses the database, as a failed disk does."""

    def lose() -> None:
        if database_url.startswith("sqlite"):
            for path in tmp_path.glob("test.sqlite3*"):
                path.unlink()
            return
        statement = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE newer (x int)"
        subprocess.run(["psql", "-qc", statement], env=libpq(database_url), check=True)

    return lose


def test_dump_wipe_restore_answer(
    database_url: str,
    tmp_path: Path,
    wipe: Callable[[], None],
    telegram: TelegramStandIn,
    ana: Person,
    few_entries: Path,
) -> None:
    """What staff published is back, the bot answers, and the backup held no chat."""
    file = [str(tmp_path / "test.sqlite3")] if database_url.startswith("sqlite") else []
    env = None if file else libpq(database_url)
    settings = telegram_settings(telegram.url, database_url=database_url, knowledge_dir=few_entries)
    with serving(tmp_path, settings) as served:
        served.deliver(ana.writes("que es el sis"))
        backup = Path(script("backup.sh", str(tmp_path / "backups"), *file, env=env))
        version = served.metrics().split("navigator_knowledge_version ")[1]
    assert backup.stat().st_mode & 0o077 == 0
    wipe()
    script("restore.sh", str(backup), *file, env=env)
    with serving(tmp_path, settings) as served:
        figures = served.metrics()
        assert figures.split("navigator_knowledge_version ")[1].split()[0] == version.split()[0]
        served.deliver(ana.writes("que es el sis"))
    assert len(telegram.texts(ana.chat_id)) >= 2
    assert "SIS" in telegram.texts(ana.chat_id)[-1]
    assert _chats_in(backup, tmp_path) == 0


@pytest.mark.parametrize("is_gone", [False, True])
def test_what_root_restores_belongs_to_the_service(tmp_path: Path, *, is_gone: bool) -> None:
    service, folder = 65_534 if os.geteuid() == 0 else os.geteuid(), tmp_path / "var"
    folder.mkdir()
    file, backup = folder / "bot.sqlite3", tmp_path / "backup.sqlite3"
    for path in (file, backup):
        path.write_bytes(b"x")
    for path in (folder, file):
        os.chown(path, service, -1)
    if is_gone:
        file.unlink()
    script("restore.sh", str(backup), str(file))
    assert file.stat().st_uid == service
    assert file.stat().st_mode & 0o077 == 0


def _chats_in(backup: Path, folder: Path) -> int:
    """Rows about conversations in a backup."""
    if backup.suffix == ".dump":
        listing = subprocess.run(
            ["pg_restore", "--list", backup], check=True, capture_output=True, text=True
        ).stdout
        data = [line for line in listing.splitlines() if " TABLE DATA " in line]
        private = ("conversation_state", "telegram_update", "outgoing_message", "staff_session")
        return sum(any(f" {table} " in line for table in private) for line in data)
    with sqlite3.connect(backup) as connection:
        tables = ("conversation_state", "telegram_update", "outgoing_message")
        counts = [connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables]  # noqa: S608
    connection.close()
    return sum(counts)


def known_figures() -> set[str]:
    """Every series that /metrics can show."""
    series: set[str] = set()
    for family in Metrics().registry.collect():
        series |= {family.name, f"{family.name}_total"}
        series |= {f"{family.name}_{part}" for part in ("bucket", "count", "sum", "info")}
    return series


def expressions() -> Iterator[str]:
    rules = yaml.safe_load((DEPLOY / "prometheus-alerts.yaml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"]


def test_dashboard_and_alerts_ask_for_figures_that_exist() -> None:
    known = known_figures()
    asked = {name for each in expressions() for name in re.findall(r"\bnavigator_\w+", each)}
    assert asked
    assert asked <= known, asked - known


def test_every_alert_says_what_to_do() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus-alerts.yaml").read_text())
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    operations = (REPOSITORY / "docs" / "operations.md").read_text()
    assert len({alert["alert"] for alert in alerts}) == len(alerts)
    for alert in alerts:
        assert alert["labels"]["severity"] in ("page", "ticket")
        assert alert["annotations"]["summary"]
        assert alert["annotations"]["mend"]
        assert f"`{alert['alert']}`" in operations, alert["alert"]


def test_no_panel_lies_over_another() -> None:
    panels = json.loads((DEPLOY / "grafana-dashboard.json").read_text())["panels"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    for before, after in pairwise(panels):
        assert before["id"] < after["id"]
