"""The places of the real knowledge, compiled once."""

from collections.abc import Iterable

import pytest
import yaml
from tests.support.knowledge import REAL

from health_navigator.knowledge.models import PlacesFile
from health_navigator.knowledge.where import where_reader
from health_navigator.matching.normalise import tokens
from health_navigator.matching.places import Gazetteer
from health_navigator.matching.where import WhereReader


@pytest.fixture(scope="session")
def reader() -> WhereReader:
    places = yaml.safe_load((REAL / "places.yaml").read_text(encoding="utf-8"))
    return where_reader(PlacesFile(**places), frozenset(_questions()))


@pytest.fixture(scope="session")
def gazetteer(reader: WhereReader) -> Gazetteer:
    return reader.gazetteer


def _questions() -> Iterable[str]:
    for path in sorted((REAL / "entries").glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["entries"]:
            for question in entry["questions"]:
                yield from tokens(question)
