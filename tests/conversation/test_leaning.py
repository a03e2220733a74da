"""Messages that lean on what was said before: another place, another kind, hours, where, more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.chat import Chat, states
from tests.support.server import Program


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("no, perdón, en Surquillo", "Surquillo"),
        ("vive en Surquillo", "Surquillo"),
        ("mejor en surquillo", "Surquillo"),
        ("ahora estoy en Surquillo", "Surquillo"),
        ("no estoy en Comas, estoy en Surquillo", "Surquillo"),
        ("ya no vivo en Comas vivo en Surquillo", "Surquillo"),
        ("y para mi mamá que está en Piura?", "Piura"),
    ],
)
def test_a_place_with_a_few_words_around_it_goes_on(chat: Chat, said: str, place: str) -> None:
    chat.says("hospital en Comas")
    found = chat.says(said)
    assert found.first_line.startswith(f"Hospital · {place}")


def test_so_it_does_where_a_place_was_asked_for(chat: Chat) -> None:
    chat.presses(chat.says("/cerca"), "Vacunas")
    assert "Huancayo" in chat.says("mi hermana vive en Huancayo").first_line


def test_no_comma_denies_what_a_comma_corrects(someone: Callable[[], Chat]) -> None:
    for said, goes_on in (("no, estoy en Surquillo", True), ("no estoy en Surquillo", False)):
        chat = someone()
        chat.says("hospital en Comas")
        assert ("Surquillo" in chat.says(said).first_line) is goes_on


def test_moving_is_still_a_question_of_its_own(chat: Chat) -> None:
    assert "Fuente:" in chat.says("me mude a Comas, como cambio mi centro del sis").text


def test_a_bare_kind_keeps_the_place(chat: Chat) -> None:
    chat.says("posta en Comas")
    assert chat.says("¿y hospital?").first_line.startswith("Hospital · Comas")


@pytest.mark.parametrize(
    "said", ["y donde la llevo", "¿y en qué lugar es?", "y dónde me atienden?"]
)
def test_where_without_a_thing_asks_for_the_place(chat: Chat, said: str) -> None:
    chat.taps("e:sis-ninos")
    asked = chat.says(said)
    assert "¿dónde estás?" in asked.text
    assert "Comas" in chat.says("Comas").first_line


@pytest.mark.parametrize("said", ["y el domingo atienden?", "a qué hora abren", "y de noche?"])
def test_hours_are_those_of_the_list(chat: Chat, said: str) -> None:
    first = chat.says("posta en Comas").text.split("\n")[2].removeprefix("1. ")
    hours = chat.says(said)
    assert hours.first_line == "Horarios"
    assert first in hours.text
    assert "Llama antes de ir" in hours.text


def test_hours_come_back_after_another_answer(chat: Chat) -> None:
    chat.says("posta en Comas")
    chat.taps("e:sis-que-es")
    assert chat.says("y los domingos atienden?").first_line == "Horarios"


def test_hours_of_another_place_are_no_hours_of_the_list(chat: Chat) -> None:
    chat.says("posta en Comas")
    assert "Piura" in chat.says("a que hora abre el hospital en Piura").text


def test_another_one_goes_on_with_the_list_and_then_asks(chat: Chat) -> None:
    chat.says("hospital en Lima")
    said = [chat.says("otro").text for _ in range(4)]
    assert len(set(said[:2])) == 2
    assert any("No conozco otro lugar así" in text for text in said)


@pytest.mark.parametrize("said", ["y uno más cerca?", "está muy lejos", "y otro mas cerca"])
def test_nearer_asks_where_she_is(chat: Chat, said: str) -> None:
    chat.says("hospital en Lima")
    asked = chat.says(said)
    assert "¿dónde estás?" in asked.text
    assert asked.keyboard


def test_the_same_answer_is_not_given_twice_in_a_row(chat: Chat) -> None:
    chat.says("mi hijo necesita las vacunas")
    again = chat.says("¿y eso duele mucho?")
    assert "respuesta de arriba" in again.text
    assert "📞 113" in again.text
    assert "🆘 Emergencia" in again.labels
    third = chat.says("¿y duele?")
    assert third.text != again.text


def test_what_the_answer_does_say_is_said_again(chat: Chat) -> None:
    chat.taps("e:vih-pep")
    again = chat.says("y si ya pasó el tiempo")
    assert "ve igual" in again.text


def test_a_button_shows_its_answer_however_often(chat: Chat) -> None:
    assert chat.taps("e:sis-que-es").text == chat.taps("e:sis-que-es").text


def test_after_exposure_a_place_leads_to_emergencies_that_never_close(chat: Chat) -> None:
    chat.says("se rompió el condón anoche")
    found = chat.says("en San Juan de Lurigancho")
    assert found.first_line.startswith("Hospital · ")
    assert "Emergencia las 24 horas" in found.text
    assert "de 8:00 a" not in found.text


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("violencia-pareja", "Protección y consejo (CEM)"),
        ("albergue-mujeres", "Un lugar para dormir"),
        ("violencia-sexual", "Hospital"),
        ("trata", "Organizaciones que ayudan"),
        ("emergencia-sin-seguro", "Hospital"),
    ],
)
def test_a_bare_place_goes_where_the_answer_sends(chat: Chat, answer: str, kind: str) -> None:
    chat.taps(f"e:{answer}")
    assert chat.says("en sjl").first_line.startswith(kind)


def test_what_is_remembered_of_a_list_are_ids(chat: Chat, whole_bot: Program) -> None:
    chat.says("mi hermana Yusmely busca posta en Comas")
    kept = [body for body in states(whole_bot) if body.get("listed")]
    assert kept
    assert "Yusmely" not in str(kept)
    assert all(" " not in each for body in kept for each in body["listed"])


def test_a_shared_location_serves_what_is_spoken_of(chat: Chat) -> None:
    chat.taps("e:alimentos")
    assert chat.shares(-12.05, -77.04)[-1].first_line.startswith("Comida")


def test_a_zone_of_a_city_lists_its_own_districts(chat: Chat) -> None:
    chat.says("hospital en Comas")
    shown = chat.says("no, en lima sur").text
    assert "San Bartolomé" not in shown
    assert "km" not in shown


def test_survivors_refuges_come_first_where_they_are_sought(chat: Chat) -> None:
    chat.taps("e:albergue-mujeres")
    text = chat.says("en Comas").text
    assert "Ronald" not in text or text.index("mujeres") < text.index("Ronald")


def test_the_test_that_is_spoken_of_is_meant(chat: Chat) -> None:
    chat.taps("e:tb-sintomas")
    assert chat.says("y donde me hago la prueba").text.startswith("Centro de salud")


def test_nearer_to_a_place_that_is_named_is_around_it(chat: Chat) -> None:
    chat.says("posta en Lima")
    assert "La Victoria" in chat.says("y otra más cerca de Gamarra").first_line


def test_an_unknown_place_is_asked_for_again_and_not_answered(chat: Chat) -> None:
    assert "¿dónde estás?" in chat.says("posta en Xyzlandia").text


def test_the_same_list_again_says_so(chat: Chat) -> None:
    first = chat.says("hospital en Comas").text
    again = chat.says("y el hospital?").text
    assert again != first
    assert "Son los mismos de arriba" in again


def test_none_of_a_list_goes_on_to_others(chat: Chat) -> None:
    first = chat.says("hospital en Lima")
    assert chat.says("ninguno").text != first.text


def test_a_lone_number_is_no_question(chat: Chat) -> None:
    assert "¿Cuál de estas" not in chat.says("1").text


def test_a_place_that_nobody_knows_is_said_to_be_unknown(chat: Chat) -> None:
    chat.says("hospital en Lima")
    assert "No conozco ese lugar" in chat.says("estoy por la av xyzzy").text
    assert "Ate" in chat.says("Ate").first_line


def test_a_house_alone_asks_for_the_place(chat: Chat) -> None:
    assert chat.says("hospital").text.startswith("Hospital: ¿dónde estás?")


def test_another_question_leaves_the_list(chat: Chat) -> None:
    chat.says("hospital en Lima")
    assert "No conozco otro lugar" not in chat.says("otra cosa").text


def test_what_was_named_before_is_meant_by_that(chat: Chat) -> None:
    """By itself the question finds another illness, of which the answer would be wrong."""
    assert "Contagio de mpox" in str(chat.says("mpox").buttons)
    assert "mpox" in chat.says("¿eso se contagia con un beso?").text
    assert "VIH" not in chat.says("¿y por la sábana?").text
