"""A small knowledge for tests of the machinery: quick to learn, its words edited by nobody."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from health_navigator.knowledge import yaml_text
from health_navigator.knowledge.builder import SnapshotBuilder
from health_navigator.knowledge.checks import checked_once
from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.sealed_cache import SealedCache
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.shipped import cache_path
from tests.support.server import KEY

REPOSITORY = Path(__file__).parents[2]
REAL = REPOSITORY / "knowledge"
SMALL_TOPICS = ("sis", "atencion", "bot")
SMALL_KINDS = ("albergue", "cem", "ong", "vih")


def small_knowledge(folder: Path) -> Path:
    """A copy of a few real files, in a folder that a test may change as it likes."""
    target = folder / "knowledge"
    for topic in SMALL_TOPICS:
        _copy(f"entries/{topic}.yaml", target)
    for kind in SMALL_KINDS:
        _copy(f"services/{kind}.yaml", target)
    for name in ("triage", "places", "lexicon", "out_of_scope", "eligibility/sis"):
        _copy(f"{name}.yaml", target)
    _drop_links_to_what_was_left_out(target)
    return target


def _copy(name: str, target: Path) -> None:
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(REAL / name, target / name)


def real_items() -> tuple[StoredItem, ...]:
    """The pieces of the real knowledge, which tests and programs read and check once."""
    return checked_once(REAL, SealedCache(cache_path("checked"), KEY.encode()))


def real_snapshot() -> Snapshot:
    """The real knowledge by words alone, which tests and programs learn once."""
    builder = SnapshotBuilder(
        None, cache_path("vectors.npz"), SealedCache(cache_path("learnt"), KEY.encode())
    )
    return builder.build_whole(real_items())


def read_yaml(path: Path) -> Any:
    """What a file says, read by libyaml: Python's own reader takes seconds for the long ones."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


def change_file(path: Path, change: Callable[[Any], None]) -> None:
    """Change what a knowledge file says, as somebody with an editor would."""
    value = read_yaml(path)
    change(value)
    path.write_text(yaml_text.dump(value), encoding="utf-8")


def _drop_links_to_what_was_left_out(target: Path) -> None:
    entries = _ids(target / "entries", "entries")
    services = _ids(target / "services", "services")
    for path in (target / "entries").iterdir():
        change_file(path, lambda file: _keep_known(file["entries"], "related", entries))
    for path in (target / "services").iterdir():
        change_file(path, lambda file: _keep_known(file["services"], "replaced_by", services))
    change_file(target / "triage.yaml", lambda file: _show_known(file["dangers"], entries))
    change_file(target / "places.yaml", lambda file: _drop_unknown(file["kinds"], entries))


def _keep_known(rows: list[dict[str, Any]], field: str, known: set[str]) -> None:
    for row in rows:
        if field in row:
            row[field] = [name for name in row[field] if name in known]


def _show_known(dangers: list[dict[str, Any]], entries: set[str]) -> None:
    for danger in dangers:
        if danger["entry"] not in entries:
            danger["entry"] = "emergencia-numeros"


def _drop_unknown(rows: list[dict[str, Any]], entries: set[str]) -> None:
    rows[:] = [row for row in rows if row["entry"] in entries]


def _ids(folder: Path, field: str) -> set[str]:
    return {row["id"] for path in folder.iterdir() for row in read_yaml(path)[field]}
