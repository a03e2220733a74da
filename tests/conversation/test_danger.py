"""Danger within a talk: which alarm is a hint only, and what an alarm leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.support.chat import DANGER, Chat
from tests.support.knowledge import real_snapshot

from health_navigator.conversation.danger import hear
from health_navigator.conversation.models import State
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.features import FloatArray
from health_navigator.matching.rank import Reader
from health_navigator.matching.triage import Danger, fit, fit_meaning

LISTENERS = "📞 113 · Apoyo psicológico"


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


# What outlasts an alarm


def test_thanks_after_an_alarm_leave_the_line_to_call(chat: Chat) -> None:
    chat.says(DANGER)
    assert chat.says("gracias igual").text.startswith(LISTENERS)


def test_an_ordinary_answer_after_an_alarm_stands_below_the_line(chat: Chat) -> None:
    chat.says(DANGER)
    assert LISTENERS in chat.says("que es el sis").text
    assert LISTENERS in chat.says("qzxw plmk wvbn").text


def test_the_answer_to_the_danger_itself_does_not_repeat_its_line(chat: Chat) -> None:
    chat.presses(chat.says(DANGER), "Ayuda ahora mismo")
    assert LISTENERS not in chat.taps("e:suicidio").text


def test_who_never_was_in_danger_sees_no_line(chat: Chat) -> None:
    chat.says("que es el sis")
    assert LISTENERS not in chat.says("gracias").text


@pytest.mark.parametrize(
    ("danger", "place", "kind"),
    [
        (DANGER, "estoy en tacna", "Apoyo emocional"),
        ("mi marido me golpea", "en ate", "Protección y consejo (CEM)"),
        ("me violaron anoche", "vivo en trujillo", "Hospital"),
        ("mi papá se desmayó y no respira", "estoy en piura", "Hospital"),
    ],
)
def test_a_place_after_an_alarm_brings_what_fits_the_danger(
    chat: Chat, danger: str, place: str, kind: str
) -> None:
    chat.says("donde me hago la prueba del vih en lima")
    chat.says(danger)
    assert chat.says(place).first_line.startswith(kind)


def test_who_has_no_credit_after_an_alarm_reads_that_the_lines_are_free(chat: Chat) -> None:
    chat.says(DANGER)
    told = chat.says("no tengo saldo para llamar").text
    assert "Línea 100, gratis" in told
    assert "113, gratis" in told


def test_it_is_over_when_the_chat_is_forgotten(chat: Chat) -> None:
    chat.says(DANGER)
    chat.says("/borrar")
    assert LISTENERS not in chat.says("gracias").text


# Who began to write, and who told something


@pytest.mark.parametrize("begun", ["mi vecino", "es por mi tía", "mi comadre y yo"])
def test_who_only_named_somebody_is_asked_for_more(chat: Chat, begun: str) -> None:
    assert chat.says(begun).text.startswith("Te leo. Cuéntame")


def test_who_told_something_of_somebody_is_not(chat: Chat) -> None:
    assert "no quiero adivinar" in chat.says("mi vecino compró un carro nuevo").text
