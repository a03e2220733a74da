"""Start, menu, links and commands: all that is needed without typing a word."""

from __future__ import annotations

import pytest
from tests.support.chat import Chat


def test_start_says_in_three_lines_what_it_does_and_keeps(chat: Chat) -> None:
    message = chat.says("/start")
    assert len(message.text.splitlines()) == 3
    assert "No guardo" in message.text
    assert {"Mpox", "Vacunas y niños", "🆘 Emergencia", "📍 Cerca de mí"} <= set(message.labels)


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("sis", "¿Es una emergencia en este momento?"),
        ("mpox", "¿Qué quieres saber?"),
        ("MPOX", "¿Qué quieres saber?"),
        ("vih-prueba", "Esto es lo que sabemos:"),
        ("cerca", "¿Qué buscas?"),
        ("vacunacion", "¿dónde estás?"),
        ("emergencia", "106"),
        ("privacidad", "/borrar"),
    ],
)
def test_a_posters_link_opens_what_it_names(chat: Chat, link: str, says: str) -> None:
    assert says in chat.says(f"/start {link}").text


@pytest.mark.parametrize("link", ["nada", "../../etc", "x" * 64, "i:a:xx", "%00"])
def test_an_unknown_link_gets_the_greeting(chat: Chat, link: str) -> None:
    assert chat.says(f"/start {link}").text.startswith("Hola.")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("/ayuda", "Respondo dudas"),
        ("/emergencia", "106"),
        ("/sis", "¿Es una emergencia"),
        ("/cerca", "¿Qué buscas?"),
        ("/privacidad", "No guardamos"),
        ("/borrar", "Ya no guardamos nada"),
        ("/idioma", "Elige un idioma"),
        ("/salir", "Hasta luego"),
        ("/mpox", "¿Qué quieres saber?"),
        ("/START@navigator_bot", "Hola."),
        ("/loquesea", "Elige un tema"),
        ("/", "Elige un tema"),
    ],
)
def test_each_command_answers(chat: Chat, command: str, says: str) -> None:
    assert says in chat.says(command).text


def test_the_menu_leads_to_an_answer_without_typing(chat: Chat) -> None:
    message = chat.presses(chat.says("/start"), "Mpox", "Síntomas de mpox")
    assert "Fuente:" in message.text
    assert "Verificado:" in message.text


def test_start_begins_anew(chat: Chat) -> None:
    chat.says("/sis")
    chat.says("/start")
    assert "SIS" not in "".join(chat.says("gracias").labels)
