import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_navigator.matching.normalise import fold, sound, sounded, tokens

HOSTILE = st.text(max_size=200) | st.text(
    alphabet="aeiouqxkh \u200b\u0301@+ñÑ👶🇻🇪ﷺ'\n", max_size=80
)


@given(HOSTILE)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(HOSTILE)
def test_folded_text_is_plain_words_and_single_spaces(text: str) -> None:
    assert all(word.isascii() and word.isalnum() for word in tokens(text))
    assert " ".join(tokens(text)) == fold(text)


@given(HOSTILE)
def test_capitals_do_not_matter(text: str) -> None:
    assert fold(text.lower()) == fold(text.lower().capitalize())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("¿Cómo me VACUNO?", "como me vacuno"),
        ("xq no m atienden", "porque no me atienden"),
        ("toy embarazadaaa, dnd me atiendo tmb", "estoy embarazada donde me atiendo tambien"),
        ("porfavor aver si me ayudan", "por favor a ver si me ayudan"),
        ("hij@s", "hijos"),
        ("dolor de 🦷", "dolor de diente"),
        ("si\u200bs \u202egratis", "sis gratis"),
        ("ｓｉｓ 𝐠𝐫𝐚𝐭𝐢𝐬", "sis gratis"),
        ("ѕіѕ", "sis"),
        ("soy VIH+", "soy vih positivo"),
        ("tengo 2hijos", "tengo 2 hijos"),
        ("no no no no", "no"),
        ("<b>sis</b>; DROP TABLE", "b sis b drop table"),
        ("🙏🙏", ""),
    ],
)
def test_one_spelling_for_what_people_type(typed: str, meant: str) -> None:
    assert fold(typed) == meant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vacuna", "bacuna"),
        ("cita", "sita"),
        ("hospital", "ospital"),
        ("pastilla", "pastiya"),
        ("quiero", "kiero"),
        ("extranjero", "estrangero"),
        ("embarazada", "enbarasada"),
        ("psicólogo", "sicologo"),
        ("huevo", "güevo"),
        ("hay", "ai"),
        ("zika", "sica"),
        ("carro", "caro"),
    ],
)
def test_words_that_sound_alike_are_one(one: str, other: str) -> None:
    assert sounded(one) == sounded(other)


def test_the_sound_of_a_number_is_the_number() -> None:
    assert sound("113") == "113"


def test_a_wall_of_text_folds_in_no_time() -> None:
    began = time.process_time()
    fold("auxilio " * 4000)
    fold("a\u0301" * 4000)
    assert time.process_time() - began < 1
