"""What the understanding reaches on the labelled messages, with words alone, never less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.knowledge import REPOSITORY
from tests.support.process import run_program
from tests.support.server import KEY

LABELLED = REPOSITORY / "benchmarks" / "data" / "dev.jsonl"
# Messages that were sent before they said anything: «mi ahijada», «es por mi comadre».
BEGUN = REPOSITORY / "tests" / "data" / "begun.jsonl"
AT_LEAST = {"right@1": 0.83, "right@3": 0.91, "danger found": 0.95, "right danger": 0.91}
AT_MOST = {"wrong": 0.065, "false answers": 0.08, "false alarms": 0.015}
PLACES = ("place and kind", 0.93)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return _figures(LABELLED, tmp_path_factory.mktemp("evaluate"))


def _figures(labelled: Path, folder: Path) -> dict[str, Any]:
    run = run_program(folder, "evaluate", str(labelled), "--json", encoder="none", secret_key=KEY)
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


def test_who_only_began_to_write_is_asked_for_more_and_not_alarmed(tmp_path: Path) -> None:
    figures = _figures(BEGUN, tmp_path)
    assert figures["right@3"]["value"] >= 0.9
    assert figures["false alarms"]["value"] <= 0.08


def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "hola", "kind": "answer"}\n{"text": 5}\n')
    run = run_program(tmp_path, "evaluate", str(bad))
    assert run.returncode == 2
    assert "line 2" in run.stderr
