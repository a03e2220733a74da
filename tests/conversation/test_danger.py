"""Danger within a talk: which alarm is a hint only, and what an alarm leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.support.chat import Chat
from tests.support.knowledge import real_snapshot

from health_navigator.conversation.danger import hear
from health_navigator.conversation.models import State
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.features import FloatArray
from health_navigator.matching.rank import Reader
from health_navigator.matching.triage import Danger, fit, fit_meaning


# What is only a hint


class Startled:
    """An encoder that knows one thing: losartán is a blow."""

    name = "startled"

    def encode(self, texts: Sequence[str]) -> FloatArray:
        told = [any(word in text for word in ("losart", "pega", "golpea")) for text in texts]
        return np.array([[1.0, 0.0] if blow else [0.0, 1.0] for blow in told], dtype=np.float32)


BEATEN = ("mi esposo me pega", "se me acabó la paz, me pega", "me golpea siempre")
KNOWN = [
    Danger("violencia", BEATEN),
    Danger("suicidio", ("me quiero morir hoy", "no quiero vivir más")),
]
CALM = ["dónde hay una posta cerca", "mi esposo necesita sus pastillas", "qué cubre el sis"]


@pytest.fixture(scope="module")
def startled() -> Snapshot:
    """All that the bot knows, but for danger, of which it knows little."""
    heard = fit_meaning(fit(KNOWN, CALM), KNOWN, CALM, Startled(), Reader())
    snapshot = real_snapshot()
    return replace(snapshot, learnt=replace(snapshot.learnt, triage=heard))


def test_an_alarm_of_the_encoder_alone_is_a_hint_where_words_surely_know_the_question(
    startled: Snapshot,
) -> None:
    asked = "soy hipertensa, se me acabó el losartan"
    assert startled.triage.assess(asked).by_meaning
    heard = hear(startled, asked, State())
    assert (heard.danger, heard.weak) == (None, "violencia")
    assert hear(startled, "se me acabó el losartan", State()).danger == "violencia"


def test_a_brief_question_more_that_is_hardly_a_danger_is_a_hint(startled: Snapshot) -> None:
    more, on_sis = "y a mi esposo no quiero", State(entry="sis-que-es")
    assert startled.triage.assess(more).danger == "suicidio"
    assert hear(startled, more, State()).danger == "suicidio"
    heard = hear(startled, more, on_sis)
    assert (heard.danger, heard.weak) == (None, "suicidio")
    assert hear(startled, more, on_sis.but(entry="suicidio")).danger == "suicidio"
    assert hear(startled, "y ya no quiero vivir más", on_sis).danger == "suicidio"


def test_a_danger_that_begins_with_and_is_heard_after_an_answer(chat: Chat) -> None:
    chat.says("como saco el sis")
    told = chat.says("y ahora mi bebé no respira")
    assert told.text.startswith("106")
    assert "🆘 Más números" in told.labels


# Who began to write, and who told something


@pytest.mark.parametrize("begun", ["mi vecino", "es por mi tía", "mi comadre y yo"])
def test_who_only_named_somebody_is_asked_for_more(chat: Chat, begun: str) -> None:
    assert chat.says(begun).text.startswith("Te leo. Cuéntame")


def test_who_told_something_of_somebody_is_not(chat: Chat) -> None:
    assert "no quiero adivinar" in chat.says("mi vecino compró un carro nuevo").text
