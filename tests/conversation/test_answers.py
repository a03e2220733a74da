"""Answers as people read them, what they think of them, and what the bot does not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.chat import DANGER, Chat, inbox
from tests.support.server import Program


def test_an_answer_stands_with_source_month_and_what_to_ask_next(chat: Chat) -> None:
    message = chat.says("que es el sis")
    assert message.text.startswith("<b>")
    assert "<i>Fuente: " in message.text
    assert " de 20" in message.text.splitlines()[-1]
    assert {"👍 Me sirvió", "👎 No me sirvió", "🏠 Temas", "🆘 Emergencia"} <= set(message.labels)
    assert len(message.body["reply_markup"]["inline_keyboard"]) >= 4


def test_a_sensitive_answer_begins_with_a_neutral_line(chat: Chat) -> None:
    assert chat.taps("e:vih-prueba").first_line == "Esto es lo que sabemos:"
    assert chat.taps("e:violencia-pareja").first_line == "Esto es lo que sabemos:"


def test_thanks_for_a_thumb_up(chat: Chat) -> None:
    assert "Gracias" in chat.presses(chat.taps("e:mpox-sintomas"), "👍").text


def test_a_thumb_down_asks_once_and_leaves_the_question_for_the_staff(
    chat: Chat, whole_bot: Program
) -> None:
    asked = chat.presses(chat.taps("e:mpox-sintomas"), "👎")
    assert "¿Qué buscabas?" in asked.text
    thanks = chat.says("me llamo Rosa Quispe, mi numero es 987654321, una bici para la escuela")
    assert "¿Qué buscabas?" not in thanks.text
    (kept,) = [text for text in inbox(whole_bot) if "escuela" in text]
    assert "Rosa" not in kept
    assert "987654321" not in kept
    assert "¿Qué buscabas?" not in chat.says("hola").text


def test_a_wish_that_we_can_answer_is_answered(chat: Chat) -> None:
    chat.taps("n")
    assert "Fuente:" in chat.says("cuales son los sintomas de la mpox").text


def test_danger_in_a_wish_is_danger_and_never_kept(chat: Chat, whole_bot: Program) -> None:
    chat.taps("n")
    assert "113" in chat.says(DANGER).text
    assert not [text for text in inbox(whole_bot) if "morir" in text]


def test_two_misses_in_a_row_bring_topics_and_people_never_a_loop(chat: Chat) -> None:
    first = chat.says("qzxw plmk wvbn")
    assert "113" in first.text
    second = chat.says("wvbn qzxw rtyp")
    assert second.text != first.text
    assert "0800-15170" in second.text
    assert "Mpox" in second.labels


def test_nonsense_is_never_an_answer_to_what_was_asked_before(chat: Chat) -> None:
    chat.says("que es el sis")
    for nonsense in ("xyzzy plugh", "blabla", "asdfgh", "??", "jajaja lol"):
        assert "Fuente:" not in chat.says(nonsense).text, nonsense


def test_follow_ups_go_on_with_topic_and_place(someone: Callable[[], Chat]) -> None:
    chat = someone()
    chat.says("donde hago la prueba de vih en trujillo")
    assert "Comas" in chat.says("¿y en Comas?").first_line
    assert "prueba" in chat.says("¿cuánto cuesta?").text
    assert "respuesta de arriba" in chat.says("¿y para mi hijo?").text
    assert "mpox" in chat.says("cuales son los sintomas de la mpox").text.lower()


def test_the_last_place_serves_the_next_kind(chat: Chat) -> None:
    chat.says("hospital en Trujillo")
    assert "Trujillo" in chat.taps("k:vacunacion").first_line
    assert "¿dónde estás?" in chat.taps("o:vacunacion").text


def test_a_vague_word_is_asked_back_with_neutral_buttons(someone: Callable[[], Chat]) -> None:
    """Which words are vague is learnt, so that one of several must do."""
    vague = ("prueba", "tratamiento", "pastillas", "control", "salud", "papel", "dolor", "renovar")
    replies = [someone().says(word) for word in vague]
    asked = next(reply for reply in replies if "¿Cuál de estas" in reply.text)
    assert "Ninguna de estas" in asked.labels
    assert 3 <= len(asked.labels) <= 6
    assert "¿Qué buscabas?" in someone().presses(asked, "Ninguna de estas").text


@pytest.mark.parametrize(
    ("told", "answered"),
    [
        ("mi papa es sordo", "discapacidad"),
        ("mi hijo ve borroso", "lentes"),
        ("mi esposo fuma marihuana", "temblor fuerte"),
    ],
)
def test_who_tells_what_somebody_has_is_not_asked_to_tell_more(
    chat: Chat, told: str, answered: str
) -> None:
    assert answered in chat.says(told).text


@pytest.mark.parametrize(
    ("told", "answered"),
    [
        ("hola buenas como saco el sis gracias", "SIS"),
        ("necesito pañales ayuda por favor", "pañales"),
        ("buenas necesito insulina ayuda", "insulina"),
    ],
)
def test_politeness_hides_no_question(chat: Chat, told: str, answered: str) -> None:
    text = chat.says(told).text
    assert answered in text
    assert "Fuente:" in text


@pytest.mark.parametrize("said", ["hola buenas noches", "necesito ayuda", "muchas gracias amiga"])
def test_small_talk_alone_stays_small_talk(chat: Chat, said: str) -> None:
    assert "Fuente:" not in chat.says(said).text


def test_who_only_names_somebody_is_asked_to_tell_more(someone: Callable[[], Chat]) -> None:
    for begun in ("mi ahijada", "mi hijo tiene", "es por mi yerno y yo"):
        assert "Cuéntame un poco más" in someone().says(begun).text
