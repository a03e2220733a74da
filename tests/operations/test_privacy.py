"""No trace of a person stays: not in a table, not in a file, not in the log."""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.main import get_command

from health_navigator import jobs
from health_navigator.admin import audit, sessions
from health_navigator.cli import app
from health_navigator.config import PREFIX, Settings
from health_navigator.conversation import memory
from health_navigator.db import Database
from health_navigator.observability import Metrics
from health_navigator.tables import ALL_TABLES
from health_navigator.telegram_bot import ledger
from health_navigator.telegram_bot.updates import chat_keys
from tests.support.chat import Chat
from tests.support.knowledge import REPOSITORY
from tests.support.process import Served, serving
from tests.support.server import KEY, SECRET, TOKEN, Program, settings_for, telegram_settings
from tests.support.telegram import Person, TelegramStandIn

OLD_KEY = "o" * 40
# Words that occur nowhere in the knowledge, so that any trace is one.
WORDS = "Zoraida Quispealaya, Jr. Cuculinchis 44719382, llama al 987 654 321 por su xilofonista"


# What the bot publishes: everyday words occur there in plenty.
PUBLISHED = {"item", "revision"}


async def everything_kept(url: str, but: set[str]) -> str:
    """Every cell of every table, as one text."""
    database = await Database.open(url)
    try:
        async with database.session() as session:
            tables = [table for table in ALL_TABLES if table.name not in but]
            rows = [row for table in tables for row in await session.execute(select(table))]
    finally:
        await database.close()
    return "\n".join(repr(tuple(row)) for row in rows)


def kept(url: str, but: set[str] = PUBLISHED) -> str:
    return asyncio.run(everything_kept(url, but))


def converse(served: Served, person: Person) -> None:
    """Everything a person can do: questions, danger, places, taps, an interview, garbage."""
    for update in (
        person.writes("/start"),
        person.writes(WORDS),
        person.writes("mi marido me pega y tengo miedo de que me mate"),
        person.writes("tengo vih y no tengo papeles, donde consigo mis pastillas"),
        person.writes("/cerca"),
        person.writes("San Juan de Miraflores"),
        person.shares(-12.123987, -77.019876),
        person.writes("/sis"),
        person.writes("tengo 44719382 años"),
        person.taps("u:sis-que-es"),
        person.taps("nonsense"),
        person.edits(WORDS),
        person.sends(voice={"file_id": "x", "file_unique_id": "y", "duration": 1}),
    ):
        served.deliver(update)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def lived(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    few_entries: Path,
    numbers: Iterator[int],
) -> Iterator[tuple[Served, Person, str, TelegramStandIn]]:
    """A person who has done everything with the bot, on each kind of database."""
    folder = tmp_path_factory.mktemp("lived")
    url = f"sqlite:///{folder}/bot.sqlite3"
    if request.param == "postgresql":
        url = request.getfixturevalue("module_postgres_url")
    person = Person(918_273_645_564, numbers)
    with TelegramStandIn().running() as telegram:
        settings = telegram_settings(telegram.url, database_url=url, knowledge_dir=few_entries)
        with serving(folder, settings) as served:
            converse(served, person)
            yield served, person, settings_for(folder, database_url=url).database_url, telegram


Lived = tuple[Served, Person, str, TelegramStandIn]


def traces_of(person: Person) -> Sequence[str]:
    """What would identify a person: number, hash, name, words, place."""
    hashes = chat_keys([KEY.encode()], person.chat_id)
    words = (
        "Zoraida",
        "Quispealaya",
        "Cuculinchis",
        "44719382",
        "987 654 321",
        "12.123987",
        "77.019876",
    )
    return (str(person.chat_id), *hashes, "Ana", *words)


def test_the_log_knows_nobody(lived: Lived) -> None:
    """Neither numbers nor hashes nor words, and no secret of the bot."""
    served, person, _, _ = lived
    log = served.log.read_text()
    assert '"event": "update.answered"' in log
    for trace in (*traces_of(person), "xilofonista", "marido", "pastillas", TOKEN, SECRET, KEY):
        assert trace not in log, trace


def test_every_line_of_the_log_is_json(lived: Lived) -> None:
    served, _, _, _ = lived
    for line in served.log.read_text().splitlines():
        event = json.loads(line)
        assert {"event", "level", "timestamp"} <= set(event)


def test_metrics_know_nobody(lived: Lived) -> None:
    served, person, _, _ = lived
    figures = served.metrics()
    assert "navigator_turns_total" in figures
    for trace in (*traces_of(person), "marido", TOKEN, SECRET, KEY):
        assert trace not in figures, trace


def test_what_is_kept_names_nobody(lived: Lived) -> None:
    """The conversation itself is kept for its half hour, but without name or words."""
    _, person, url, _ = lived
    cells = kept(url)
    (chat,) = chat_keys([KEY.encode()], person.chat_id)
    assert chat in cells
    for trace in traces_of(person):
        if trace != chat:
            assert trace not in cells, trace


def test_danger_is_not_kept_for_the_staff(lived: Lived) -> None:
    _, _, url, _ = lived
    assert "me pega" not in kept(url)


def test_borrar_leaves_no_trace(lived: Lived) -> None:
    """No cell of any table holds the chat, and the reply repeats nothing."""
    served, person, url, telegram = lived
    served.deliver(person.writes("/borrar"))
    cells = kept(url)
    for trace in traces_of(person):
        assert trace not in cells, trace
    everything = kept(url, but=set())
    for trace in traces_of(person):
        assert trace == "Ana" or trace not in everything, trace
    said = telegram.texts(person.chat_id)[-1]
    for trace in ("Zoraida", "Miraflores", "VIH", "SIS"):
        assert trace not in said, trace


def test_who_blocks_the_bot_is_forgotten(lived: Lived) -> None:
    served, person, url, _ = lived
    served.deliver(person.writes("/cerca"))
    served.deliver(person.blocks())
    for trace in traces_of(person):
        assert trace not in kept(url), trace


def test_a_new_secret_key_keeps_the_conversation(
    tmp_path: Path, telegram: TelegramStandIn, few_entries: Path, ana: Person
) -> None:
    """The old key is the previous one; afterwards only the chat's new name is kept."""
    values = telegram_settings(telegram.url, knowledge_dir=few_entries)
    with Program(settings_for(tmp_path, **values, secret_key=OLD_KEY)).running() as program:
        chat = Chat(program, telegram, ana)
        chat.taps("l:pt")
        asked = chat.says("/sis")
    before = telegram.texts(ana.chat_id)[-1]
    turned = values | {"secret_key": KEY, "secret_key_previous": OLD_KEY}
    settings = settings_for(tmp_path, **turned)
    with Program(settings).running() as program:
        chat = Chat(program, telegram, ana)
        # The buttons of an interview were sealed with the old key, under the chat's old name.
        assert chat.presses(asked, "No").data_of("Voltar")
        assert chat.says("no").data_of("Voltar")
        program.deliver(ana.writes("/ayuda"))
        in_portuguese = telegram.texts(ana.chat_id)[-1]
        program.deliver(ana.writes("/borrar"))
        program.deliver(ana.writes("/ayuda"))
    assert before
    assert in_portuguese != telegram.texts(ana.chat_id)[-1]
    new, old = chat_keys(settings.keys(), ana.chat_id)
    cells = kept(settings.database_url)
    assert old not in cells
    assert new in cells


INVENTORY = REPOSITORY / "docs" / "privacidad.md"
_TABLE = re.compile(r"^### .*\(`(\w+)`\)$")
_COLUMN = re.compile(r"^\| `(\w+)` \| (.+) \|$")


def inventory() -> dict[str, dict[str, str]]:
    """The tables and columns that the inventory explains."""
    tables: dict[str, dict[str, str]] = {}
    for line in INVENTORY.read_text().splitlines():
        if heading := _TABLE.match(line):
            columns: dict[str, str] = tables.setdefault(heading[1], {})
        elif cell := _COLUMN.match(line):
            columns[cell[1]] = cell[2]
    return tables


def test_the_inventory_tells_of_every_column() -> None:
    """Whoever adds a column must say in plain Spanish what it is for."""
    models = {table.name: {column.name for column in table.columns} for table in ALL_TABLES}
    assert {name: set(columns) for name, columns in inventory().items()} == models


def test_the_inventory_explains_in_words() -> None:
    for table, columns in inventory().items():
        for column, meaning in columns.items():
            assert len(meaning.split()) >= 3, f"{table}.{column}"


def test_the_inventory_gives_the_times_that_the_program_keeps() -> None:
    text = INVENTORY.read_text()
    assert f"{memory.STATE_LIFE.total_seconds() / 60:.0f} minutos" in text
    assert f"{hours(ledger.UPDATE_LIFE)} horas" in text
    assert f"{jobs.QUESTION_LIFE.days} días" in text
    assert f"tras {hours(sessions.IDLE)} horas sin uso" in text
    assert f"tras {hours(sessions.ABSOLUTE)} horas." in text
    assert audit.KEPT.days == 2 * 365
    assert "dos años" in text


def hours(span: timedelta) -> int:
    return round(span.total_seconds() / 3600)


def documented_events() -> set[str]:
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    section = text.partition("## Events in the log")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([a-z_.]+)` \|", section, re.MULTILINE))


def logged_events() -> set[str]:
    pattern = re.compile(r'log\.(?:info|warning|error)\(\s*"([a-z_.]+)"')
    sources = (REPOSITORY / "src" / "health_navigator").rglob("*.py")
    return {event for path in sources for event in pattern.findall(path.read_text())}


def test_every_event_of_the_log_is_explained() -> None:
    """And nothing is explained that no longer exists."""
    assert documented_events() == logged_events()


def test_every_command_is_explained() -> None:
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    table = text.partition("## Commands")[2].partition("\n## ")[0]
    told = {" ".join(words.split()[:2]) for words in re.findall(r"`([a-z][^`]+)`", table)}
    program: Any = get_command(app)
    for name, command in program.commands.items():
        inner = getattr(command, "commands", {})
        for each in [f"{name} {word}" for word in inner] or [name]:
            assert any(f"{words} ".startswith(f"{each} ") for words in told), each


def test_every_setting_is_explained() -> None:
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    for name in (*Settings.model_fields, "secrets_dir"):
        assert f"`{PREFIX}{name.upper()}`" in text, name


def test_every_figure_is_explained() -> None:
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    families: Any = Metrics().registry.collect()
    for family in families:
        if family.name.startswith("navigator_"):
            assert f"`{family.name}`" in text, family.name


def test_every_dependency_is_reviewed() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["encoder"]]
    names = {re.split(r"[\[>=;< ]", each)[0] for each in wanted}
    text = (REPOSITORY / "docs" / "security.md").read_text()
    row = re.compile(r"^\| ([a-z0-9-]+)(?: \(optional\))? \| .+ \| \d{4}-\d\d \| ", re.MULTILINE)
    assert set(row.findall(text)) == names
