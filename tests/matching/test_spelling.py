import pytest

from health_navigator.matching.spelling import learn_spelling

KNOWN = "hospital tratamiento gratis embarazada medicamento siguiente contagio sin seguro por favor"
SPELLER = learn_spelling(KNOWN.split())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hosptal", ("hospital",)),
        ("hopsital", ("hospital",)),
        ("tratamieto", ("tratamiento",)),
        ("tratamineto", ("tratamiento",)),
        ("medicamrnto", ("medicamento",)),
        ("sinseguro", ("sin", "seguro")),
    ],
)
def test_slips_are_repaired(typed: str, meant: tuple[str, ...]) -> None:
    assert SPELLER.repair(typed) == meant


@pytest.mark.parametrize("word", ["ospital", "contagia", "seguras", "gratas", "113", "x", "a" * 40])
def test_what_may_be_another_word_stays(word: str) -> None:
    assert SPELLER.repair(word) == (word,)
