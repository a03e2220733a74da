"""Where to go: by a shared location or a typed place, with what one must know before going."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.chat import Chat, rows_of, states
from tests.support.server import Program

CERCADO = (-12.0464, -77.0428)


def test_location_and_typed_place_are_equal_choices(chat: Chat) -> None:
    asked = chat.presses(chat.says("/cerca"), "Hospital")
    assert "Escribe tu distrito" in asked.text
    assert "No la guardamos" in asked.text
    (share, *others) = asked.keyboard
    assert share == "📍 Compartir mi ubicación"
    assert others == ["🏠 Temas", "🆘 Emergencia"]
    assert asked.markup["keyboard"][0][0]["request_location"] is True


def test_a_shared_location_brings_the_five_nearest(chat: Chat) -> None:
    chat.presses(chat.says("/cerca"), "Hospital")
    removed, found = chat.shares(*CERCADO)
    assert removed.markup == {"remove_keyboard": True}
    assert "no la guardo" in removed.text
    assert "5. " in found.text
    assert "6. " not in found.text
    assert " km" in found.text
    assert "📞" in found.text
    assert "Verificado: " in found.text
    maps = [button.url for button in found.buttons if button.url]
    assert maps
    assert all(url.startswith("https://www.openstreetmap.org/") for url in maps)


def test_coordinates_are_dropped(chat: Chat, whole_bot: Program) -> None:
    chat.presses(chat.says("/cerca"), "Hospital")
    chat.shares(-12.046412, -77.042834)
    kept = str(list(states(whole_bot)))
    assert "12.04641" not in kept
    assert "77.04283" not in kept
    stored = str(rows_of(whole_bot, "select * from outgoing_message"))
    assert "77.04283" not in stored


def test_a_typed_place_brings_services_and_removes_the_keyboard(chat: Chat) -> None:
    chat.presses(chat.says("/cerca"), "Hospital")
    removed, found = chat.does(chat.person.writes("trujillo"))
    assert removed.markup == {"remove_keyboard": True}
    assert found.first_line == "Hospital · Trujillo (La Libertad)"


def test_the_keyboards_own_buttons_work(chat: Chat) -> None:
    chat.presses(chat.says("/cerca"), "Hospital")
    assert "106" in chat.says("🆘 Emergencia").text
    assert "Elige un tema" in chat.says("🏠 Temas").text


def test_see_more_goes_on_until_nothing_is_left(chat: Chat) -> None:
    message = chat.says("hospital en Lima")
    pages = [message.text]
    while "Ver más" in message.labels:
        message = chat.presses(message, "Ver más")
        pages.append(message.text)
    assert 2 <= len(pages) <= 4
    assert len(set(pages)) == len(pages)


def test_another_place_asks_again(chat: Chat) -> None:
    asked = chat.presses(chat.says("hospital en Trujillo"), "Otro lugar")
    assert "¿dónde estás?" in asked.text
    assert "Piura" in chat.says("Piura").first_line


@pytest.mark.parametrize(
    "point", [(-12.5, -79.5), (40.4, -3.7), (0.0, 0.0), (90.0, 180.0), (-33.4, -70.6)]
)
def test_a_point_in_the_sea_or_abroad_is_kindly_refused(
    chat: Chat, point: tuple[float, float]
) -> None:
    chat.presses(chat.says("/cerca"), "Hospital")
    message = chat.shares(*point)[-1]
    assert "fuera del Perú o en el mar" in message.text
    assert "Otro lugar" in message.labels


def test_a_name_that_many_places_share_is_asked_back_in_short_lists(chat: Chat) -> None:
    chat.presses(chat.says("/cerca"), "Hospital")
    message = chat.says("Santa Rosa")
    assert "varios lugares con ese nombre" in message.text
    offered = [button for button in message.buttons if (button.data or "").startswith("p:")]
    assert 5 <= len(offered) <= 8
    more = chat.presses(message, "Ver más")
    assert "Santa Rosa (" in more.labels[0]
    chosen = chat.presses(more, more.labels[0])
    assert "Santa Rosa (" in chosen.first_line


def test_an_unknown_place_is_no_dead_end(chat: Chat) -> None:
    chat.presses(chat.says("/cerca"), "Hospital")
    message = chat.says("Xyzzylandia")
    assert "No conozco ese lugar" in message.text
    assert message.keyboard
    assert "Trujillo" in chat.says("trujillo").first_line


def test_another_question_while_a_place_is_awaited_is_answered(chat: Chat) -> None:
    chat.presses(chat.says("/cerca"), "Hospital")
    assert "Fuente:" in chat.says("cuales son los sintomas de la mpox").text


def test_a_closed_service_says_so_and_what_is_open(chat: Chat) -> None:
    for asked in ("casa de todos", "casa de todos direccion"):
        text = chat.says(asked).text
        assert "está cerrado" in text
        assert "parroquia más cercana" in text


@pytest.mark.parametrize(
    "told",
    [
        "me negaron la atencion en la posta de ate",
        "el doctor del hospital de vitarte me trato mal",
        "en el hospital de lima llaman a migraciones?",
    ],
)
def test_what_happened_at_a_place_is_no_question_for_places(chat: Chat, told: str) -> None:
    assert "Fuente:" in chat.says(told).text


def test_closed_ones_are_never_listed(someone: Callable[[], Chat]) -> None:
    assert "Casa de Todos" not in someone().says("albergue en Lima").text


def test_shelters_say_for_whom_they_are_and_survivors_refuges_come_last(chat: Chat) -> None:
    text = chat.says("albergue en Comas").text
    assert "Para: " in text
    assert text.index("Ronald") < text.index("Refugio Temporal para mujeres")


@pytest.mark.parametrize(
    ("asked", "phone"),
    [
        ("telefono del hospital dos de mayo", "(01) 328-0028"),
        ("a q hora abre el ospital sergio bernales", "Collique"),
        ("como llego al hospital hipolito unanue de tacna", "Tacna"),
        ("hospital loaiza", "Loayza"),
        ("donde queda el hospital de ventanilla", "Hospital de Ventanilla"),
    ],
)
def test_a_hospital_asked_for_by_name_is_shown(chat: Chat, asked: str, phone: str) -> None:
    text = chat.says(asked).text
    assert phone in text
    assert "\n2. " not in text


def test_namesakes_are_all_shown_and_a_place_tells_them_apart(chat: Chat) -> None:
    both = chat.says("donde queda el hospital hipolito unanue").text
    assert "Hospital Nacional Hipólito Unanue" in both
    assert "Hospital Hipólito Unanue de Tacna" in both
    assert "Tacna" not in chat.says("hospital hipolito unanue en el agustino, lima").text


@pytest.mark.parametrize(
    "told",
    [
        "en el hospital dos de mayo me trataron mal por ser venezolana",
        "me cobraron por la emergencia en el hospital loayza",
        "en que año se fundo el hospital loayza",
    ],
)
def test_a_hospital_named_in_passing_is_not_what_is_asked_for(chat: Chat, told: str) -> None:
    assert "📞 (01)" not in chat.says(told).text


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("donde me ponen la vacuna de la mpox en lima", "No está confirmado que hoy haya"),
        ("se me rompio el condon donde voy en comas", "Ve ahora mismo a la emergencia"),
        ("donde consigo hormonas en trujillo", "No encontramos un servicio público"),
        ("ong para gente con vih en lima", "Sí hay organizaciones que acompañan"),
    ],
)
def test_what_a_list_would_hide_is_said_before_it(chat: Chat, asked: str, first: str) -> None:
    answer, listed = chat.does(chat.person.writes(asked))
    assert first in answer.text
    assert "1. " in listed.text


def test_what_was_just_said_is_not_said_again(chat: Chat) -> None:
    answer, asked = chat.does(chat.person.writes("donde consigo hormonas"))
    assert "No encontramos un servicio público" in answer.text
    assert "¿dónde estás?" in asked.text
    removed, listed = chat.does(chat.person.writes("trujillo"))
    assert removed.markup == {"remove_keyboard": True}
    assert "1. " in listed.text


def test_open_day_and_night_is_not_said_of_what_only_its_emergency_is(chat: Chat) -> None:
    text = chat.says("telefono del hospital dos de mayo").text
    assert "Emergencia las 24 horas; los consultorios tienen otro horario." in text
    assert "Abierto ahora" not in text


def test_one_tap_reports_a_closed_place(chat: Chat, whole_bot: Program) -> None:
    message = chat.says("hospital en Trujillo")
    assert "Avísanos: toca el ⚠️ con su número." in message.text
    thanks = chat.presses(message, "⚠️ 1")
    assert "Gracias" in thanks.text
    service = message.data_of("⚠️ 1").removeprefix("w:")
    assert (service,) in rows_of(whole_bot, "select service from reported_service")
