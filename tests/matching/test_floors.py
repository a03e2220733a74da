"""The real knowledge against labelled messages, with words alone: floors a little below today's.

`benchmarks/thresholds.py` measures the whole way, with the sentence encoder.
"""

from pathlib import Path

import pytest
from tests.support.knowledge import REAL, read_yaml

from health_navigator.evaluation import Figures, Judged, Outcome, Question, measure, read_questions
from health_navigator.matching.decide import Answer, Clarify, decide
from health_navigator.matching.rank import Document, Ranker, fit

MESSAGES = Path(__file__).parents[2] / "benchmarks" / "data" / "dev.jsonl"


def _read(path: Path, key: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = read_yaml(path)[key]
    return found


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    entries = [
        each
        for path in sorted((REAL / "entries").glob("*.yaml"))
        for each in _read(path, "entries")
    ]
    groups = _read(REAL / "out_of_scope.yaml", "groups")
    concepts = {
        str(each["word"]): each["says"] for each in _read(REAL / "lexicon.yaml", "concepts")
    }
    documents = [
        *(Document(e["id"], e["title"], tuple(e["questions"]), e["answer"]) for e in entries),  # type: ignore[arg-type]
        *(Document(g["id"], g["title"], tuple(g["examples"]), in_scope=False) for g in groups),  # type: ignore[arg-type]
    ]
    return fit(documents, concepts)  # type: ignore[arg-type]


def _outcome(ranker: Ranker, asked: Question) -> Outcome:
    match decide(ranker.rank(asked.text)):
        case Answer(id=entry, confidence=confidence):
            return Outcome("answer", entry, confidence)
        case Clarify(ids=ids, confidence=confidence):
            return Outcome("clarify", None, confidence, ids)
        case _:
            return Outcome("no_answer")


@pytest.fixture(scope="module")
def figures(ranker: Ranker) -> Figures:
    asked = read_questions(MESSAGES.read_text(encoding="utf-8").splitlines())
    ordinary = [each for each in asked if each.kind != "crisis"]
    return measure([Judged(each, _outcome(ranker, each)) for each in ordinary])


@pytest.mark.parametrize(("figure", "floor"), [("right@1", 0.78), ("right@3", 0.90)])
def test_right_at_least(figures: Figures, figure: str, floor: float) -> None:
    assert figures[figure].value >= floor


@pytest.mark.parametrize(("figure", "ceiling"), [("wrong", 0.06), ("false answers", 0.08)])
def test_mistaken_at_most(figures: Figures, figure: str, ceiling: float) -> None:
    assert figures[figure].value <= ceiling
