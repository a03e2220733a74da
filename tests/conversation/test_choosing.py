"""Choices that are answered in writing: «1», «la segunda», «ninguna», as people type them."""

from __future__ import annotations

import pytest
from tests.support.chat import Chat, states
from tests.support.server import Program

UNCLEAR = "lo tengo vencido y me siento mal"


def choices(chat: Chat) -> list[str]:
    """What an unclear message may mean, by the buttons."""
    asked = chat.says(UNCLEAR)
    offered = [button.label for button in asked.buttons if (button.data or "").startswith("e:")]
    assert len(offered) >= 2
    return offered


@pytest.mark.parametrize("said", ["1", "1️⃣", "la primera", "el de arriba", "opcion 1 porfa", "1)"])
def test_the_first_choice_may_be_written(chat: Chat, said: str) -> None:
    first = choices(chat)[0]
    assert chat.says(said).text == chat.presses(chat.says(UNCLEAR), first).text


@pytest.mark.parametrize("said", ["la ultima", "el último", "el de abajo"])
def test_so_may_the_last(chat: Chat, said: str) -> None:
    last = choices(chat)[-1]
    assert chat.says(said).text == chat.presses(chat.says(UNCLEAR), last).text


@pytest.mark.parametrize("said", ["ninguna", "ninguno de esos", "no, otra cosa", "eso no"])
def test_none_of_them_asks_what_was_wanted(chat: Chat, said: str) -> None:
    choices(chat)
    assert "¿Qué buscabas?" in chat.says(said).text


def test_a_word_in_between_does_not_lose_the_choices(chat: Chat) -> None:
    choices(chat)
    chat.says("xyzzy")
    assert "Fuente:" in chat.says("2").text


def test_another_of_the_choices_may_be_taken_after_one(chat: Chat) -> None:
    first, second, *_ = choices(chat)
    chat.says("1")
    assert chat.says("el segundo").text == chat.presses(chat.says(UNCLEAR), second).text
    chat.says("que es el sis")
    assert chat.says("la primera").text != chat.presses(chat.says(UNCLEAR), first).text


def test_a_number_with_other_words_is_no_choice(chat: Chat) -> None:
    choices(chat)
    assert "Apoyo" not in chat.says("tengo 3 hijos").first_line


def test_kinds_and_places_may_be_chosen_so(chat: Chat) -> None:
    chat.says("/cerca")
    assert chat.says("2").first_line.startswith("Hospital")
    asked = chat.says("santa rosa")
    second = [button.label for button in asked.buttons if (button.data or "").startswith("p:")][1]
    assert second in chat.says("la 2").first_line


def test_the_interview_takes_the_number_of_a_button(chat: Chat) -> None:
    chat.says("/sis")
    assert "otro seguro" in chat.says("3").text
    assert "embarazo" in chat.says("el segundo").text
    assert "La ventanilla tiene la última palabra" in chat.says("la última").text


def test_what_is_remembered_is_the_buttons_and_no_words(chat: Chat, whole_bot: Program) -> None:
    choices(chat)
    kept = [body for body in states(whole_bot) if body.get("choices")]
    assert kept
    assert all(len(choice) < 65 for body in kept for choice in body["choices"])
    assert "vencido" not in str(kept)


def test_a_service_of_the_list_may_be_chosen_by_its_number(chat: Chat) -> None:
    found = chat.says("posta en Comas")
    second = next(line for line in found.text.splitlines() if line.startswith("2. "))
    shown = chat.says("la segunda").text
    assert second.removeprefix("2. ") in shown
    assert found.text.splitlines()[2].removeprefix("1. ") not in shown
    assert chat.says("¿y hospital?").first_line.startswith("Hospital · Comas")


def test_the_same_choices_twice_help_nobody(chat: Chat) -> None:
    choices(chat)
    again = chat.says(UNCLEAR)
    assert not [button for button in again.buttons if (button.data or "").startswith("e:")]
    assert "113" in again.text
