"""The SIS interview as people live it: short, interrupted, misunderstood, and forgotten after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.chat import DANGER, Chat, Message, states
from tests.support.server import Program

OUTCOMES = ("Sí, según", "Todavía no", "No, porque", "No está claro")
FIRST = "¿Es una emergencia en este momento?"


def test_one_question_a_message_with_why_cancel_and_help(chat: Chat) -> None:
    message = chat.says("/sis")
    assert FIRST in message.text
    assert "se borran en media hora" in message.text
    assert {"¿Por qué preguntas?", "✖ Cancelar", "🆘 Emergencia", "No sé"} <= set(message.labels)
    assert "◀ Atrás" not in message.labels


def test_typed_answers_lead_to_a_result_with_everything(chat: Chat) -> None:
    chat.says("/sis")
    for words in ("nop", "no tengo", "solo mi cedula", "tengo 34", "no", "no", "no"):
        message = chat.says(words)
        if _is_result(message):
            break
    assert _is_result(message), message.text
    for part in ("Qué llevar:", "Dónde:", "Costo:", "Siguiente paso:", "Mientras tanto:"):
        assert part in message.text
    assert "La ventanilla tiene la última palabra" in message.text
    assert "Fuente:" in message.text


def test_why_explains_and_asks_again(chat: Chat) -> None:
    message = chat.presses(chat.says("/sis"), "¿Por qué preguntas?")
    assert "la vida va primero" in message.text
    assert FIRST in message.text


def test_back_and_cancel_by_button_and_by_word(chat: Chat) -> None:
    second = chat.presses(chat.says("/sis"), "No")
    assert FIRST in chat.presses(second, "◀ Atrás").text
    chat.says("no")
    assert FIRST in chat.says("atras").text
    assert "lo dejamos aquí" in chat.says("cancelar").text
    assert "lo dejamos aquí" in chat.presses(chat.says("/sis"), "✖ Cancelar").text


def test_nonsense_asks_again_then_names_who_helps(chat: Chat) -> None:
    chat.says("/sis")
    first = chat.says("qzxw plmk")
    assert "Eso no lo entendí" in first.text
    assert FIRST in first.text
    second = chat.says("wvbn rtyp")
    assert "113" in second.text
    assert FIRST in second.text
    assert FIRST not in chat.says("no").text


def test_half_an_answer_is_asked_again_and_guessed_by_nobody(chat: Chat) -> None:
    chat.presses(chat.says("/sis"), "No")
    for words in ("tengo essalud pero vencido", "mi esposo tiene essalud", "si gracias"):
        message = chat.says(words)
        assert "otro seguro de salud" in message.text, words
        chat.presses(message, "◀ Atrás")
        message = chat.says("no")
    assert "Te entendí a medias" in chat.says("si gracias, tengo essalud vencido").text


def test_a_yes_to_something_else_names_no_diagnosis(chat: Chat) -> None:
    _to_the_last_question(chat)
    message = chat.says("si estoy embarazada")
    assert "Te entendí a medias" in message.text
    assert "Última pregunta" in message.text
    assert "Última pregunta" in chat.says("si gracias").text


def test_a_bare_number_stays_in_the_interview(chat: Chat) -> None:
    message = _to_the_last_question(chat)
    message = chat.presses(message, "◀ Atrás")
    assert "¿Hay un embarazo" in message.text
    message = chat.says("35")
    assert "Te entendí a medias" in message.text
    assert "¿Hay un embarazo" in message.text
    message = chat.says("me equivoque quiero volver atras")
    assert "¿Qué edad" in message.text or "¿Nació" in message.text or "Ecuador" in message.text


def test_who_is_unsure_of_a_pregnancy_hears_that_the_rule_is_another(chat: Chat) -> None:
    chat.presses(_to_the_last_question(chat), "◀ Atrás")
    chat.says("no me ha bajado la regla")
    assert "Si al final hay un embarazo" in chat.says("no").text


def test_danger_interrupts_and_the_interview_can_go_on(chat: Chat) -> None:
    chat.presses(chat.says("/sis"), "No")
    danger = chat.says(DANGER)
    assert "113" in danger.text
    back = chat.presses(danger, "↩️ Seguir con las preguntas del SIS")
    assert FIRST not in back.text
    assert "◀ Atrás" in back.labels


def test_another_question_interrupts_and_the_interview_can_go_on(chat: Chat) -> None:
    chat.presses(chat.says("/sis"), "No")
    answer = chat.says("cuales son los sintomas de la mpox")
    assert "Fuente:" in answer.text
    assert "↩️ Seguir con las preguntas del SIS" in answer.labels
    assert "◀ Atrás" in chat.presses(answer, "↩️ Seguir con las preguntas del SIS").labels


def test_an_emergency_is_answered_as_one(chat: Chat) -> None:
    message = chat.presses(chat.says("/sis"), "Sí")
    assert "106" in message.text
    assert "🆘 Emergencia" in message.labels


def test_nothing_is_left_when_it_is_over(chat: Chat, whole_bot: Program) -> None:
    message = chat.says("/sis")
    assert any("interview" in state for state in states(whole_bot))
    message = chat.presses(message, "Sí")
    chat.says("/borrar")
    assert not [state for state in states(whole_bot) if state.get("last_tap") == message.text]


@pytest.mark.parametrize(
    "data",
    ["i:a:AAAAAAAAAAAAAAAA", "i:z:x", "i:a", "i:b:", "i:w:ñ", "i:a:a:b:c", "i:r:" + "A" * 58],
)
def test_forged_answers_are_refused(chat: Chat, data: str) -> None:
    assert "Ese botón ya es viejo" in chat.taps(data).text


def test_nobody_can_use_anothers_button(someone: Callable[[], Chat]) -> None:
    sealed = someone().says("/sis").data_of("No")
    assert "Ese botón ya es viejo" in someone().taps(sealed).text


def test_every_way_through_ends_in_a_result(someone: Callable[[], Chat]) -> None:
    """Always the first choice, always the second ...: each ends, and within few messages."""
    for position in range(4):
        chat, asked = someone(), 0
        message = chat.says("/sis")
        while "¿Por qué preguntas?" in message.labels:
            choices = message.labels[: message.labels.index("¿Por qué preguntas?")]
            message = chat.presses(message, choices[min(position, len(choices) - 1)])
            asked += 1
            assert asked < 12
        assert "Fuente:" in message.text


def _to_the_last_question(chat: Chat) -> Message:
    message = chat.says("/sis")
    for words in ("no", "no", "solo mi cedula", "34", "no", "no"):
        if "Última pregunta" in message.text:
            break
        message = chat.says(words)
    assert "Última pregunta" in message.text
    return message


def _is_result(message: Message) -> bool:
    return any(outcome in message.text for outcome in OUTCOMES)


def test_doubt_about_an_emergency_says_why_and_offers_to_go_on(chat: Chat) -> None:
    chat.says("/sis")
    urgent = chat.says("no sé")
    assert "Por si acaso, esto va primero" in urgent.text
    assert "106" in urgent.text
    assert "otro seguro" in chat.presses(urgent, "No es emergencia: seguir").text


def test_after_an_emergency_nothing_is_asked_by_itself(chat: Chat) -> None:
    chat.says("/sis")
    chat.says("sí")
    answer = chat.says("que es el sis")
    assert "Fuente:" in answer.text
    assert "otro seguro" in chat.presses(answer, "Seguir con las preguntas").text


def test_who_tells_of_herself_after_an_emergency_goes_on(chat: Chat) -> None:
    chat.says("/sis")
    chat.says("no sé")
    assert "otro seguro" in chat.says("tengo 41").text


@pytest.mark.parametrize(
    "said",
    ["ya pasó, sigo con lo del sis", "quiero seguir con las preguntas", "continuemos el sis"],
)
def test_going_on_may_be_written(chat: Chat, said: str) -> None:
    chat.says("/sis")
    chat.says("no")
    assert "me duele el pecho" not in chat.says("me duele mucho el pecho y no respiro").text
    assert chat.says(said).text.startswith("¿La persona tiene otro seguro")


def test_what_answers_a_later_question_is_put_off_and_not_lost_sight_of(chat: Chat) -> None:
    chat.says("/sis")
    chat.says("no")
    asked = chat.says("tengo el carné vencido")
    assert "Eso lo vemos enseguida" in asked.text
    assert "otro seguro" in asked.text


def test_an_expired_card_is_one_answer(chat: Chat) -> None:
    for said in ("/sis", "no", "no"):
        chat.says(said)
    assert "vigente" not in chat.says("tengo carné pero vencido").text


def test_a_city_of_venezuela_is_where_somebody_is_from(chat: Chat) -> None:
    for said in ("/sis", "no", "no", "solo pasaporte", "tengo 34", "no"):
        asked = chat.says(said)
        if "Ecuador" in asked.text:
            break
    else:
        pytest.fail("the question for Ecuador never came")
    assert "Ecuador" not in chat.says("soy de Maracaibo, Venezuela").text
