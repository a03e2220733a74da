"""Questions for the directory: told from other questions, with their kind and place."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_navigator.matching.places import Gazetteer
from health_navigator.matching.where import KindName, Kinds, WhereReader, compile_kinds

QUESTIONS = Path(__file__).with_name("where_questions.tsv")


def asked_questions() -> list[tuple[str, str, str]]:
    with QUESTIONS.open(encoding="utf-8", newline="") as lines:
        return [(text, kind, place) for text, kind, place in csv.reader(lines, delimiter="\t")]


def answered(reader: WhereReader, text: str) -> tuple[str, str] | None:
    asked = reader.find_where(text)
    if asked is None or asked.place is None:
        return None
    place = asked.place.place
    return asked.kind, f"{place.department}/{place.province or ''}/{place.district or ''}"


def test_kind_and_place_are_read_in_nearly_all_questions(reader: WhereReader) -> None:
    asked = asked_questions()
    wrong = [text for text, kind, place in asked if answered(reader, text) != (kind, place)]
    assert len(wrong) <= 0.03 * len(asked), wrong


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("posta cerca de mi casa", "centro_salud"),
        ("donde queda el hospital", "hospital"),
        ("hay un psicologo por aqui?", "salud_mental"),
        ("cual es el cem mas cercano", "cem"),
    ],
)
def test_a_short_question_may_lack_the_place(reader: WhereReader, text: str, kind: str) -> None:
    asked = reader.find_where(text)
    assert asked is not None
    assert asked.kind == kind
    assert asked.place is None


@pytest.mark.parametrize(
    "text",
    [
        "cuanto cuesta la prueba de vih",
        "como saco el sis si vivo en Comas desde hace un año y no tengo carné",
        "en Tumbes me pidieron la cédula y quiero saber si tengo derecho al sis",
        "llegué a Lima en 2019 y tengo tos hace dos semanas",
        "mi hijo nació en Trujillo, puede tener DNI",
        "qué síntomas da la tuberculosis",
        "hola buenas tardes",
        "quiero denunciar a mi vecino",
    ],
)
def test_other_questions_are_left_to_the_answers(reader: WhereReader, text: str) -> None:
    assert reader.find_where(text) is None


def test_the_particular_wins_over_the_general(reader: WhereReader) -> None:
    for text, kind in (
        ("en que hospital de Comas hacen la prueba de vih", "vih"),
        ("posta donde vacunen bebes en Ate", "vacunacion"),
        ("refugio para mujeres en Lima", "albergue"),
        ("hospital con psicologo en Tacna", "salud_mental"),
        ("posta que atienda con sis en Ate", "centro_salud"),
    ):
        asked = reader.find_where(text)
        assert asked is not None, text
        assert asked.kind == kind, text


@pytest.mark.parametrize(
    "text",
    ["¿y en Comas?", "San Juan de Lurigancho", "estoy en Ate", "Tacna por favor", "por Zárate"],
)
def test_a_place_alone_goes_on_from_before(reader: WhereReader, text: str) -> None:
    assert reader.find_place_alone(text) is not None


@pytest.mark.parametrize("text", ["hola", "vivo en Comas y tengo fiebre", "posta en Ate", ""])
def test_a_place_with_more_is_no_place_alone(reader: WhereReader, text: str) -> None:
    assert reader.find_place_alone(text) is None


def test_typos_in_the_service_are_forgiven(reader: WhereReader) -> None:
    for text in (
        "hosptal en Comas",
        "alvergue en tacna",
        "sicologa en comas",
        "migrasiones trujiyo",
    ):
        assert reader.find_where(text) is not None, text


def test_short_names_are_matched_as_they_are_spelt() -> None:
    kinds = compile_kinds([KindName("cem", "violencia-pareja", ("cem",))])
    assert kinds.find("el CEM de Ate") is not None
    assert kinds.find("sem") is None


def test_the_first_group_wins() -> None:
    groups = [KindName("vih", "vih-prueba", ("prueba",)), KindName("hospital", "x", ("hospital",))]
    found = compile_kinds(groups).find("hospital para la prueba")
    assert found is not None
    assert found.kind == "vih"


def test_nothing_known_asks_nothing() -> None:
    assert WhereReader(Gazetteer(), Kinds()).find_where("hospital en Lima") is None


@given(st.text(max_size=300))
def test_any_text_is_survived(reader: WhereReader, text: str) -> None:
    reader.find_where(text)
    reader.find_place_alone(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("estoy en el cono norte de Tacna, por San Martín, que posta hay", "Tacna"),
        ("vivo en Huancayo por el jiron Lima, posta", "Junín"),
        ("en cusco por la calle Tacna, que posta hay", "Cusco"),
        ("hospital en piura, me queda por el paradero santa rosa", "Piura"),
        ("posta en Comas por el ovalo Naranjal", "Lima"),
        ("no vivo en Lima, vivo en Ica, que posta hay", "Ica"),
        ("me vine de Tumbes a Sullana, posta en Sullana", "Piura"),
        ("posta en el cercado de Arequipa", "Arequipa"),
    ],
)
def test_the_city_wins_over_street_and_landmark(reader: WhereReader, text: str, place: str) -> None:
    asked = reader.find_where(text)
    assert asked is not None
    assert asked.place is not None
    assert asked.place.place.department == place
    assert not asked.place.is_ambiguous


@pytest.mark.parametrize(
    "text", ["cuales ospitales ay en piura", "ospital en piura", "kuales hospitales abra en piura"]
)
def test_asking_is_heard_however_it_is_spelt(reader: WhereReader, text: str) -> None:
    asked = reader.find_where(text)
    assert asked is not None
    assert asked.kind == "hospital"
    assert asked.is_bare


@pytest.mark.parametrize(
    "text", ["subcentro de salud en Tumbes", "ambulatorio en Ica", "hay un dispensario en Piura"]
)
def test_neighbours_words_for_a_health_centre_are_known(reader: WhereReader, text: str) -> None:
    asked = reader.find_where(text)
    assert asked is not None
    assert asked.kind == "centro_salud"


def test_which_one_is_asked_without_a_place(reader: WhereReader) -> None:
    asked = reader.find_where("en cual hospital hacen cesareas, el que este mas cerca")
    assert asked is not None
    assert asked.place is None
