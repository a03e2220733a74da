"""The places of the real knowledge, compiled once."""

from collections.abc import Iterable

import pytest
from tests.support.knowledge import REAL, read_yaml

from health_navigator.knowledge.models import PlacesFile
from health_navigator.knowledge.where import where_reader
from health_navigator.matching.normalise import tokens
from health_navigator.matching.places import Gazetteer
from health_navigator.matching.where import WhereReader


@pytest.fixture(scope="session")
def reader() -> WhereReader:
    places = read_yaml(REAL / "places.yaml")
    return where_reader(PlacesFile(**places), frozenset(_questions()))


@pytest.fixture(scope="session")
def gazetteer(reader: WhereReader) -> Gazetteer:
    return reader.gazetteer


def _questions() -> Iterable[str]:
    for path in sorted((REAL / "entries").glob("*.yaml")):
        for entry in read_yaml(path)["entries"]:
            for question in entry["questions"]:
                yield from tokens(question)
