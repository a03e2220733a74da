"""The page for staff: its good example is good, and its bad one is told off as the page says."""

from __future__ import annotations

import re
from pathlib import Path

from health_navigator.i18n import DEFAULT_LOCALE, translator
from health_navigator.knowledge.models import Entry
from tests.knowledge.conftest import problems_in
from tests.support.knowledge import REPOSITORY

PAGE = (REPOSITORY / "docs" / "es" / "conocimiento.md").read_text(encoding="utf-8")
GOOD_EXAMPLE, BAD_EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def _alone(folder: Path, example: str) -> Path:
    (folder / "entries").mkdir()
    text = f"topic: ejemplo\ntitle: Ejemplo\nentries:\n{example}"
    (folder / "entries" / "ejemplo.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_good_example_has_no_problem(tmp_path: Path) -> None:
    assert problems_in(_alone(tmp_path, GOOD_EXAMPLE)) == ()


def test_the_page_tells_every_problem_of_the_bad_example(tmp_path: Path) -> None:
    translate = translator(DEFAULT_LOCALE)
    problems = problems_in(_alone(tmp_path, BAD_EXAMPLE))
    assert len(problems) > 10
    told = [line for line in PAGE.splitlines() if line.startswith("- `")]
    assert {f"- `{each.field}`: {each.text(translate)}" for each in problems} <= {*told}


def test_every_field_of_an_answer_is_explained() -> None:
    for field in Entry.model_fields.keys() - {"topic"}:
        assert f"| `{field}` |" in PAGE, field
