"""What the benchmarks measure on: the knowledge in this repository and the labelled messages."""

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from health_navigator.evaluation import Question, read_questions
from health_navigator.matching.asking import clauses
from health_navigator.matching.encoder import (
    Encoder,
    Prepared,
    bounded,
    load_encoder,
    read_vectors,
    write_vectors,
)
from health_navigator.matching.features import FloatArray
from health_navigator.matching.rank import Document, Reader, learn_reader, meant

ROOT = Path(__file__).parent.parent
KNOWLEDGE = ROOT / "knowledge"
MESSAGES = ROOT / "benchmarks" / "data" / "dev.jsonl"
VECTORS = ROOT / "var" / "benchmark-vectors.npz"
DANGER_VECTORS = ROOT / "var" / "benchmark-danger-vectors.npz"
RESULTS = ROOT / "benchmarks" / "results"
FIGURES = ROOT / "docs" / "figures"


@cache
def documents() -> tuple[Document, ...]:
    entries = [
        Document(entry["id"], entry["title"], tuple(entry["questions"]), entry["answer"])
        for path in sorted((KNOWLEDGE / "entries").glob("*.yaml"))
        for entry in _yaml(path)["entries"]
    ]
    groups = [
        Document(group["id"], group["title"], tuple(group["examples"]), in_scope=False)
        for group in _yaml(KNOWLEDGE / "out_of_scope.yaml")["groups"]
    ]
    return (*entries, *groups)


@cache
def concepts() -> Mapping[str, tuple[str, ...]]:
    said = _yaml(KNOWLEDGE / "lexicon.yaml")["concepts"]
    return {concept["word"]: tuple(concept["says"]) for concept in said}


@cache
def messages() -> tuple[Question, ...]:
    """All labelled messages except those about danger, which the triage answers."""
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()
    return tuple(each for each in read_questions(lines) if each.kind != "crisis")


def _heard(reader: Reader) -> Iterator[str]:
    for each in messages():
        yield from map(reader.write, (each.text, *clauses(each.text)))


@cache
def prepared_encoder() -> Encoder | None:
    """The encoder, with every vector that the benchmarks need cached from the last run."""
    encoder = load_encoder()
    if encoder is None:
        return None
    reader = learn_reader(documents(), concepts())
    questions, titles = meant(documents(), reader)
    return _prepared(encoder, [*questions, *titles, *_heard(reader)], VECTORS)


def prepared(encoder: Encoder, texts: Sequence[str]) -> Encoder:
    """The encoder, with the vectors of danger's phrases cached from the last run."""
    return _prepared(encoder, texts, DANGER_VECTORS)


def _prepared(encoder: Encoder, texts: Sequence[str], file: Path) -> Encoder:
    needed = {*map(bounded, texts)}
    kept = read_vectors(file, encoder)
    missing = sorted(needed - kept.keys())
    if missing:
        kept |= dict(zip(missing, encoder.encode(missing), strict=True))
        write_vectors(file, encoder, kept)
    return _Bounding(Prepared(encoder, kept))


class _Bounding:
    """Asks for the bounded text, which is the key of the cached vectors."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> FloatArray:
        return self._encoder.encode([bounded(text) for text in texts])


def machine() -> str:
    """What this ran on, so that runs can be compared."""
    names = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    processor = names[0].partition(":")[2].strip() if names else platform.processor()
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}"


def keep(name: str, result: object) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _yaml(path: Path) -> dict[str, list[dict[str, str]]]:
    loaded: dict[str, list[dict[str, str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
