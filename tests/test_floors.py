"""What the understanding reaches on the labelled messages, with words alone, never less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.knowledge import REPOSITORY
from tests.support.process import run_program

LABELLED = REPOSITORY / "benchmarks" / "data" / "dev.jsonl"
AT_LEAST = {"right@1": 0.83, "right@3": 0.91, "danger found": 0.95, "right danger": 0.91}
AT_MOST = {"wrong": 0.065, "false answers": 0.08, "false alarms": 0.015}
PLACES = ("place and kind", 0.93)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("evaluate")
    run = run_program(folder, "evaluate", str(LABELLED), "--json", encoder="none")
    assert run.returncode == 0, run.stderr[-2_000:]
    report: dict[str, Any] = json.loads(run.stdout)
    figures: dict[str, Any] = report["figures"]
    return figures


@pytest.mark.parametrize(("figure", "floor"), [*AT_LEAST.items(), PLACES])
def test_it_is_right_at_least_so_often(figures: dict[str, Any], figure: str, floor: float) -> None:
    assert figures[figure]["value"] >= floor


@pytest.mark.parametrize(("figure", "ceiling"), AT_MOST.items())
def test_it_is_wrong_at_most_so_often(figures: dict[str, Any], figure: str, ceiling: float) -> None:
    assert figures[figure]["value"] <= ceiling


def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "hola", "kind": "answer"}\n{"text": 5}\n')
    run = run_program(tmp_path, "evaluate", str(bad))
    assert run.returncode == 2
    assert "line 2" in run.stderr
