"""Places in messages, with the names that the knowledge itself holds."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_navigator.matching.places import (
    Gazetteer,
    NamedPlace,
    NamedZone,
    Place,
    compile_gazetteer,
)

LIMA = ("Lima", "Lima")


def levels(gazetteer: Gazetteer, text: str) -> tuple[str | None, ...] | None:
    mention = gazetteer.find(text)
    if mention is None:
        return None
    place = mention.place
    return place.department, place.province, place.district


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SJL", (*LIMA, "San Juan de Lurigancho")),
        ("posta en smp", (*LIMA, "San Martín de Porres")),
        ("hay psicologo en VMT?", (*LIMA, "Villa María del Triunfo")),
        ("vivo por JLO", ("Lambayeque", "Chiclayo", "José Leonardo Ortiz")),
        ("estoy en huaycan", (*LIMA, "Ate")),
        ("por gamarra", (*LIMA, "La Victoria")),
        ("Pucallpa", ("Ucayali", "Coronel Portillo", "Callería")),
        ("Puerto Maldonado", ("Madre de Dios", "Tambopata", "Tambopata")),
        ("en Tingo María", ("Huánuco", "Leoncio Prado", "Rupa-Rupa")),
        ("sta anita", (*LIMA, "Santa Anita")),
        ("nvo chimbote", ("Áncash", "Santa", "Nuevo Chimbote")),
    ],
)
def test_popular_names_and_abbreviations(
    gazetteer: Gazetteer, text: str, expected: tuple[str, ...]
) -> None:
    assert levels(gazetteer, text) == expected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("trugillo", "Trujillo"),
        ("villa el salbador", "Villa El Salvador"),
        ("donde hay posta en sullna", "Sullana"),
        ("san juan de luringancho", "San Juan de Lurigancho"),
        ("posta en uancayo", "Huancayo"),
        ("guanuco", "Huánuco"),
        ("arekipa", "Arequipa"),
        ("el cayao", "Callao"),
        ("ventaniya", "Ventanilla"),
        ("villaelsalvador", "Villa El Salvador"),
        ("vivo en santanita", "Santa Anita"),
        ("puente pidra", "Puente Piedra"),
        ("VIVO EN CHORILLOS", "Chorrillos"),
    ],
)
def test_misspelt_names_are_known_by_their_sound(
    gazetteer: Gazetteer, typed: str, meant: str
) -> None:
    mention = gazetteer.find(typed)
    assert mention is not None
    assert mention.place.name == meant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lima", ("Lima", "Lima", None)),
        ("Callao", ("Callao", "Callao", None)),
        ("Tacna", ("Tacna", None, None)),
        ("Trujillo", ("La Libertad", "Trujillo", None)),
        ("Chincha", ("Ica", "Chincha", None)),
        ("Iquitos", ("Loreto", "Maynas", "Iquitos")),
        ("cercado de Lima", (*LIMA, "Lima")),
    ],
)
def test_a_name_means_the_widest_place_that_bears_it(
    gazetteer: Gazetteer, text: str, expected: tuple[str | None, ...]
) -> None:
    assert levels(gazetteer, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ay jesus maria que hago",
        "no pierdo la esperanza ni la fe",
        "me llama mi mama",
        "yo no supe que decirle",
        "mala atencion en el hospital",
        "chao",
        "me gritaron en la ventanilla del seguro",
        "antes de que nazca mi bebe tengo que ir",
        "que me coma el tigre",
        "mi hija Mercedes tiene fiebre desde ayer en la noche",
        "la paz con vos",
        "el sis no me cubre",
        "quiero una copa de agua para la niña que tiene sed",
        "está en av. Arequipa 1234",
        "encuentros sjm telefono por favor",
        "me operaron en el Dos de Mayo hace un mes",
    ],
)
def test_everyday_words_are_no_places(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find(text) is None


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("vivo en ate", "Ate"),
        ("¿y en Comas?", "Comas"),
        ("cem de ate", "Ate"),
        ("en La Victoria me robaron", "La Victoria"),
        ("posta comas", "Comas"),
        ("Jesús María", "Jesús María"),
        ("estamos en independencia", "Independencia"),
    ],
)
def test_the_same_words_are_places_where_something_says_so(
    gazetteer: Gazetteer, text: str, district: str
) -> None:
    mention = gazetteer.find(text)
    assert mention is not None
    assert mention.place.district == district


def test_whoever_was_asked_for_a_place_is_believed(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("supe") is None
    mention = gazetteer.find("supe", asked=True)
    assert mention is not None
    assert mention.place == Place("Lima", "Barranca", "Supe")


def test_a_shared_name_brings_all_that_it_could_be(gazetteer: Gazetteer) -> None:
    mention = gazetteer.find("Santa Rosa")
    assert mention is not None
    assert mention.is_ambiguous
    assert len(mention.alternatives) == 10
    assert mention.place == Place("Lima", "Lima", "Santa Rosa")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("santa rosa de chiclayo", ("Lambayeque", "Chiclayo", "Santa Rosa")),
        ("miraflores arequipa", ("Arequipa", "Arequipa", "Miraflores")),
        ("por la victoria, en chiclayo", ("Lambayeque", "Chiclayo", "La Victoria")),
        ("el porvenir trujillo", ("La Libertad", "Trujillo", "El Porvenir")),
        ("mala, en cañete", ("Lima", "Cañete", "Mala")),
    ],
)
def test_the_wider_place_tells_namesakes_apart(
    gazetteer: Gazetteer, text: str, expected: tuple[str, ...]
) -> None:
    mention = gazetteer.find(text)
    assert mention is not None
    assert not mention.is_ambiguous
    assert levels(gazetteer, text) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("vengo de Cusco y hoy llego a Arequipa", "Arequipa"),
        ("soy de Tumbes pero vivo en Breña", "Breña"),
        ("me mudé de Comas a Ate", "Ate"),
        ("nací en Piura y estoy en Ilo", "Ilo"),
    ],
)
def test_of_several_places_the_one_where_the_person_is(
    gazetteer: Gazetteer, text: str, name: str
) -> None:
    mention = gazetteer.find(text)
    assert mention is not None
    assert mention.place.name == name


def test_zones_bring_their_districts(gazetteer: Gazetteer) -> None:
    in_lima = gazetteer.find("albergue en el cono norte")
    in_tacna = gazetteer.find("estoy en el cono norte de Tacna")
    assert in_lima is not None
    assert "Comas" in in_lima.districts
    assert not in_lima.is_ambiguous
    assert in_tacna is not None
    assert in_tacna.districts == ("Alto de la Alianza", "Ciudad Nueva")


def test_the_span_is_where_the_name_stands(gazetteer: Gazetteer) -> None:
    text = "¿Hay una posta por Villa El Salvador, cerca?"
    mention = gazetteer.find(text)
    assert mention is not None
    assert text[mention.start : mention.end] == "Villa El Salvador"


def test_every_official_place_is_found_by_its_name(gazetteer: Gazetteer) -> None:
    from health_navigator.directory import ubigeo

    for place in ubigeo.places_by_code().values():
        mention = gazetteer.find(f"{place.name}, {place.department}", asked=True)
        assert mention is not None, place


def test_nothing_known_finds_nothing() -> None:
    assert Gazetteer().find("vivo en Lima") is None
    assert compile_gazetteer([]).find("vivo en Lima") is None


def test_spellings_of_the_knowledge_win_over_official_ones() -> None:
    written = Place("Lima", "Lima", "San Martín de Porres")
    small = compile_gazetteer(
        [Place("Lima", "Lima", "San Martin de Porres"), Place("Lima", "Lima", "Rímac")],
        [NamedPlace(written, ("SMP",))],
        [NamedZone(Place("Lima", "Lima"), ("Rímac",), ("el norte chico",))],
    )
    for text in ("smp", "san martin de porres"):
        mention = small.find(text)
        assert mention is not None
        assert mention.place == written


@given(st.text(max_size=300))
def test_any_text_is_survived(gazetteer: Gazetteer, text: str) -> None:
    mention = gazetteer.find(text)
    assert mention is None or text[mention.start : mention.end].strip()


@given(st.text(alphabet="abcdeilmnorstu ,.?", max_size=80))
def test_what_is_found_is_a_known_place(gazetteer: Gazetteer, text: str) -> None:
    known = {spot.place for name in gazetteer.names.values() for spot in name.spots}
    mention = gazetteer.find(text)
    assert mention is None or mention.place in known


def test_long_messages_stay_quick(gazetteer: Gazetteer) -> None:
    for text in ("lima " * 819, "en san " * 585, "a" * 4096, "vivo en trugilo " * 256):
        started = time.process_time()
        gazetteer.find(text)
        assert time.process_time() - started < 0.5
