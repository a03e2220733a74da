"""A small knowledge for tests of the machinery: quick to learn, and nobody edits its words."""

from __future__ import annotations

import shutil
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
REAL = REPOSITORY / "knowledge"
SMALL_TOPICS = ("sis", "atencion", "bot")
SMALL_KINDS = ("albergue", "cem", "vih")


def small_knowledge(folder: Path) -> Path:
    """A copy of a few real files: a folder that a test may change as it likes."""
    target = folder / "knowledge"
    for topic in SMALL_TOPICS:
        _copy(f"entries/{topic}.yaml", target)
    for kind in SMALL_KINDS:
        _copy(f"services/{kind}.yaml", target)
    for name in ("triage", "places", "lexicon", "out_of_scope", "eligibility/sis"):
        _copy(f"{name}.yaml", target)
    return target


def _copy(name: str, target: Path) -> None:
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(REAL / name, target / name)
