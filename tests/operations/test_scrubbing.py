"""A question kept for the staff names nobody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from health_navigator.conversation.scrubbing import Knows, scrubbed
from health_navigator.knowledge.models import Entry, ItemKind, OutOfScopeFile
from health_navigator.matching.rank import Document, learn_reader
from tests.support.knowledge import real_items

_HERE = Path(__file__).parent
NAMED = [
    line.split("\t") for line in (_HERE / "named.txt").read_text(encoding="utf-8").splitlines()
]
UNNAMED = (_HERE / "unnamed.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def knows() -> Knows:
    """The words that the knowledge's own questions use."""
    items = real_items()
    entries = [Entry.model_validate(each.body) for each in items if each.kind is ItemKind.ENTRY]
    outside = next(each.body for each in items if each.id == "out_of_scope")
    groups = OutOfScopeFile.model_validate(outside).groups
    documents = [
        *(Document(each.id, each.title, each.questions, each.answer) for each in entries),
        *(Document(each.id, each.title, each.examples, in_scope=False) for each in groups),
    ]
    return learn_reader(documents).speller.knows


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Zoraida Quispealaya quiere saber del SIS", "… quiere saber del SIS"),
        ("mi vecina Rosa Mamani Quispe esta mal", "mi vecina … esta mal"),
        ("vivo en Jr. Cuculinchis 44719 y busco posta", "vivo en … y busco posta"),
        ("mi CE es 001234567, vale?", "mi CE es …, vale?"),
        ("mi numero es 987 654 321", "mi numero es …"),
        ("soy jhonaiker urdaneta busco chamba", "soy … busco chamba"),
        ("mi prima yuleisy gonzalez tiene tos", "mi prima … tiene tos"),
        ("necesito una luz y un poco de paz", "necesito una luz y un poco de paz"),
        ("me llamo juan perez y busco ayuda", "me llamo … y busco ayuda"),
        ("escriban a rosa@example.org o @rosa_m", "escriban a … o …"),
    ],
)
def test_what_could_name_a_person_is_gone(knows: Knows, said: str, kept: str) -> None:
    assert scrubbed(said, knows) == kept


@pytest.mark.parametrize(
    "said", ["¿Puedo sacar el SIS? Tengo PTP", "Necesito TARV en Lima", "hay vacunas gratis?"]
)
def test_the_question_itself_stays(knows: Knows, said: str) -> None:
    assert scrubbed(said, knows) == said


def test_names_are_gone_however_they_are_written(knows: Knows) -> None:
    """Lower case, invented, or words as well: of 80 messages, no name may remain."""
    remaining = [
        said
        for said, names in NAMED
        if {*names.split()} & {*re.findall(r"\w+", scrubbed(said, knows))}
    ]
    assert len(NAMED) == 80
    assert remaining == []


def test_the_staff_can_still_read_what_was_asked(knows: Knows) -> None:
    """Of 80 messages without names, most stay whole, and nearly every word stays."""
    whole = [said for said in UNNAMED if scrubbed(said, knows) == said]
    words = sum(len(said.split()) for said in UNNAMED)
    kept = sum(len(scrubbed(said, knows).replace("…", " ").split()) for said in UNNAMED)
    assert len(UNNAMED) == 80
    assert len(whole) >= 64
    assert kept >= words * 0.95
