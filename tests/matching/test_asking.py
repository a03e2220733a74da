import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_navigator.matching.asking import Asking, find_asking

STORY = (
    "Buenas tardes, le cuento que llegué en 2019 con mis dos hijos y trabajo en el mercado. "
    "Mi hija menor nunca tuvo control. {asks}"
)


@pytest.mark.parametrize(
    ("asks", "clause"),
    [
        ("¿Dónde le hacen su control sin pagar?", "donde le hacen su control sin pagar"),
        ("y quería saber si la atienden sin papeles", "y queria saber si la atienden sin papeles"),
    ],
)
def test_finds_the_clause_that_asks(asks: str, clause: str) -> None:
    assert find_asking(STORY.format(asks=asks)).first == clause


def test_dictation_without_punctuation_is_cut_at_its_cue() -> None:
    said = (
        "mire yo soy de maracaibo tengo tres meses aquí y estoy embarazada de seis "
        "entonces quisiera saber dónde me hacen el control sin que me cobren"
    )
    assert find_asking(said).first == "donde me hacen el control sin que me cobren"


def test_a_short_message_is_its_own_question() -> None:
    assert find_asking("¿dónde me vacuno?") == Asking()


def test_two_questions_are_told_apart() -> None:
    found = find_asking("¿cómo saco el SIS? ¿y dónde vacunan a mi hijo?")
    assert found.second == "y donde vacunan a mi hijo"


@pytest.mark.parametrize("joint", ["y también", "además", "y otra pregunta"])
def test_and_also_begins_a_second_question(joint: str) -> None:
    found = find_asking(f"quiero sacar el sis {joint} dónde hacen la prueba del vih")
    assert found.second == "donde hacen la prueba del vih"


@given(st.text(max_size=500))
def test_no_text_breaks_it(text: str) -> None:
    find_asking(text)
