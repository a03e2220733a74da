"""Files seed, the database serves: check, load, export and their kin, by the command line."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.cli import main
from health_navigator.config import read_settings
from health_navigator.knowledge import store
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Item, Revision
from tests.knowledge.conftest import GOOD, Spoil
from tests.support.database import Result, run_in
from tests.support.knowledge import REAL
from tests.support.server import KEY

SALUD = "entries/salud.yaml"


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Shell:
    """The program as an operator runs it, on one folder and one database."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str) -> Ran:
        self.monkeypatch.setattr("sys.argv", ["health-navigator", "knowledge", *words])
        self.capsys.readouterr()
        try:
            main()
            code: object = 0
        except SystemExit as done:
            code = done.code
        return Ran(int(str(code or 0)), *self.capsys.readouterr())

    def load(self, *words: str) -> str:
        ran = self.run("load", *words)
        assert ran.code == 0, ran.err
        return ran.out

    def export(self, target: Path) -> dict[str, str]:
        assert self.run("export", str(target)).code == 0
        return files_in(target)

    def in_database(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        return run_in(read_settings().database_url, work)

    def edit(self, entry: str, **changes: object) -> None:
        """Publish a change of an entry as the staff's pages do."""

        async def work(session: AsyncSession) -> None:
            row = await session.get_one(Item, (ItemKind.ENTRY, entry))
            store.publish(session, row, {**row.body, **changes}, author="rosa")
            await store.grow_version(session)

        self.in_database(work)

    def title(self, entry: str) -> object:
        async def work(session: AsyncSession) -> object:
            return (await session.get_one(Item, (ItemKind.ENTRY, entry))).body["title"]

        return self.in_database(work)


@pytest.fixture
def desk(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    """A shell for commands that read files only."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NAVIGATOR_KNOWLEDGE_DIR", str(folder))
    return Shell(folder, monkeypatch, capsys)


@pytest.fixture
def shell(desk: Shell, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("NAVIGATOR_DATABASE_URL", database_url)
    monkeypatch.setenv("NAVIGATOR_SECRET_KEY", KEY)
    return desk


def files_in(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8")
        for path in folder.rglob("*.yaml")
    }


def test_good_files_pass_the_check(desk: Shell) -> None:
    assert desk.run("check").code == 0
    assert desk.run("check", str(GOOD)).code == 0


def test_a_check_tells_file_line_and_field_of_every_problem(desk: Shell, spoil: Spoil) -> None:
    spoil(SALUD, "  - dientes\n", "  - vacunas\n")
    spoil("services/hospital.yaml", "hours: Mo-Fr", "hours: lunes")
    ran = desk.run("check")
    assert ran.code == 2
    assert ran.err.startswith("entries/salud.yaml:32: related.0: ")
    assert "\nservices/hospital.yaml:17: hours: " in ran.err


def test_the_first_load_adds_everything_and_the_second_does_nothing(shell: Shell) -> None:
    assert "14 added, 0 changed, 0 retired, 0 unchanged" in shell.load()
    number = shell.in_database(store.version)
    assert "0 added, 0 changed, 0 retired, 14 unchanged" in shell.load()
    assert shell.in_database(store.version) == number


def test_a_broken_file_leaves_the_database_as_it_was(shell: Shell, spoil: Spoil) -> None:
    shell.load()
    before = shell.in_database(store.exportable)
    spoil(SALUD, "title: ¿Dónde me curan los dientes?", "title: ¿Dónde hay dentista?")
    spoil("services/hospital.yaml", "status: closed", "status: cerrado")
    ran = shell.run("load")
    assert (ran.code, ran.out) == (2, "")
    assert "services/hospital.yaml:32: status: " in ran.err
    assert shell.in_database(store.exportable) == before


def test_a_change_is_a_revision_and_the_old_one_is_kept(shell: Shell, spoil: Spoil) -> None:
    shell.load()
    spoil(SALUD, "title: ¿Dónde me curan los dientes?", "title: ¿Dónde hay dentista?")
    assert "0 added, 1 changed" in shell.load()

    async def titles(session: AsyncSession) -> list[object]:
        statement = select(Revision).where(Revision.id == "dientes").order_by(Revision.number)
        return [each.body["title"] for each in await session.scalars(statement)]

    assert shell.in_database(titles) == ["¿Dónde me curan los dientes?", "¿Dónde hay dentista?"]


def test_what_left_the_files_is_retired_and_comes_back_with_them(shell: Shell) -> None:
    shell.load()
    kept = shell.folder.parent / "kept.yaml"
    shutil.move(shell.folder / "services/albergue.yaml", kept)
    assert "0 added, 0 changed, 1 retired" in shell.load()
    assert "services/albergue.yaml" not in shell.export(shell.folder.parent / "without")
    shutil.move(kept, shell.folder / "services/albergue.yaml")
    assert "0 added, 1 changed, 0 retired" in shell.load()
    assert shell.export(shell.folder.parent / "with") == files_in(GOOD)


def test_what_staff_edited_is_reported_and_kept(shell: Shell, spoil: Spoil) -> None:
    shell.load()
    shell.edit("dientes", title="¿Y mi muela?")
    spoil(SALUD, "title: ¿Dónde me curan los dientes?", "title: ¿Dónde hay dentista?")
    out = shell.load()
    assert "entry/dientes: edited or retired by staff" in out
    assert shell.title("dientes") == "¿Y mi muela?"
    assert "entry/dientes: edited" in shell.load("--take", "database")
    assert shell.title("dientes") == "¿Y mi muela?"


def test_files_win_where_the_operator_says_so(shell: Shell, spoil: Spoil) -> None:
    shell.load()
    shell.edit("dientes", title="¿Y mi muela?")
    spoil(SALUD, "title: ¿Dónde me curan los dientes?", "title: ¿Dónde hay dentista?")
    assert "1 changed" in shell.load("--take", "files")
    assert shell.title("dientes") == "¿Dónde hay dentista?"
    assert "edited" not in shell.load()


def test_an_edit_that_the_files_take_over_is_an_edit_no_more(shell: Shell) -> None:
    shell.load()
    shell.edit("dientes", title="¿Y mi muela?")
    shell.export(shell.folder)
    assert "0 added, 0 changed, 0 retired, 14 unchanged" in shell.load()
    assert "title: ¿Y mi muela?" in (shell.folder / SALUD).read_text(encoding="utf-8")


def test_a_load_and_an_export_change_no_byte(shell: Shell) -> None:
    shell.load()
    assert shell.export(shell.folder.parent / "out") == files_in(GOOD)
    assert "0 of them changed" in shell.run("export", str(shell.folder)).out


def test_a_file_that_the_database_does_not_know_is_named(shell: Shell) -> None:
    shell.load()
    shutil.copy(shell.folder / SALUD, shell.folder / "entries" / "vieja.yaml")
    assert (
        "vieja.yaml: the database has nothing for it" in shell.run("export", str(shell.folder)).out
    )


def test_files_written_by_hand_can_be_brought_into_form(desk: Shell, spoil: Spoil) -> None:
    spoil(SALUD, "  - dientes\n", '  - "dientes"\n')
    spoil(SALUD, "  - name: SAMU\n    phone: '106'\n", '  - {name: SAMU, phone: "106"}\n')
    assert desk.run("format").out == "1 files changed\n"
    assert files_in(desk.folder) == files_in(GOOD)
    assert desk.run("format").out == "0 files changed\n"


def test_the_stale_are_listed_with_line_and_source_the_oldest_first(desk: Shell) -> None:
    ran = desk.run("check", "--stale", "--on", "2027-02-22")
    assert ran.code == 0
    assert [line.split(" ")[:2] for line in ran.out.splitlines()[1:-1]] == [
        ["services/albergue.yaml:17:", "review_by:"],
        ["entries/salud.yaml:83:", "review_by:"],
        ["services/migraciones.yaml:16:", "review_by:"],
    ]
    assert "albergue-luz" in ran.out
    assert "Una ONG" in ran.out
    assert len(desk.run("check", "--stale", "--on", "2027-01-21").out.splitlines()) == 2


def test_an_entry_past_its_end_is_listed_as_stale(desk: Shell) -> None:
    out = desk.run("check", "--stale", "--on", "2028-01-02").out
    assert "entries/salud.yaml:47: expires_on: " in out


def test_the_list_has_every_title_with_first_line_source_and_date(desk: Shell) -> None:
    page = desk.run("list").out
    assert "## Salud\n" in page
    row = next(line for line in page.splitlines() if "`dientes`" in line)
    for part in (
        "¿Dónde me curan los dientes?",
        "No está confirmado que todos los centros de salud tengan dentista.",
        "[Diario](https://example.org/dientes) (2025)",
        "2026-11-21",
        "2027-02-21",
    ):
        assert part in row


def test_the_real_knowledge_survives_load_and_export(shell: Shell, tmp_path: Path) -> None:
    real = Path(shutil.copytree(REAL, tmp_path / "real"))
    shell.run("format", str(real))
    shell.monkeypatch.setenv("NAVIGATOR_KNOWLEDGE_DIR", str(real))
    shell.load()
    assert shell.export(tmp_path / "out") == files_in(real)
