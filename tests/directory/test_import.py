"""`facilities import`: the Ministry's registry by the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from tests.support.process import run_program
from tests.support.registry import POST, csv_of

Import = Callable[[Path], CompletedProcess[str]]


@pytest.fixture
def import_(tmp_path: Path, little: Path) -> Import:
    """The command as an operator runs it, on a database of its own."""
    return lambda file: run_program(
        tmp_path, "facilities", "import", str(file), knowledge_dir=little, encoder="none"
    )


def test_the_same_file_again_changes_nothing(tmp_path: Path, import_: Import) -> None:
    file = tmp_path / "ipress.csv"
    file.write_text(csv_of(POST), encoding="utf-8")
    assert "1 added, 0 changed, 0 retired" in import_(file).stdout
    assert "0 added, 0 changed, 0 retired, 1 unchanged" in import_(file).stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file or directory"),
        ("a,b\n1,2\n", "the registry lacks these columns"),
        (csv_of(POST) + "x" * 200_000, "line 3 is no CSV"),
    ],
    ids=["no file", "other columns", "no table"],
)
def test_a_file_that_is_no_registry_is_told_in_one_line(
    tmp_path: Path, import_: Import, content: str | None, told: str
) -> None:
    file = tmp_path / "ipress.csv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    done = import_(file)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert told in last
    assert "Traceback" not in done.stderr
