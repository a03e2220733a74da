from health_navigator.matching.lexicon import compile_lexicon
from health_navigator.matching.normalise import tokens
from health_navigator.matching.stems import root

LEXICON = compile_lexicon(
    {"embarazada": ("en estado", "preñada", "panza de meses"), "vih": ("sida", "el bicho ese")}
)


def led_back(text: str) -> list[str]:
    return LEXICON.fold(tokens(text))


def test_sayings_become_their_word() -> None:
    assert led_back("toy en estado") == ["estoy", "embarazada"]


def test_spelling_and_endings_of_a_saying_do_not_matter() -> None:
    assert led_back("mis hermanas preñadas")[-1] == "embarazada"
    assert led_back("tengo cida") == ["tengo", "vih"]


def test_the_longest_saying_wins() -> None:
    lexicon = compile_lexicon({"posta": ("centro",), "albergue": ("centro de acogida",)})
    assert lexicon.fold(tokens("un centro de acogida")) == ["un", "albergue"]


def test_an_empty_lexicon_changes_nothing() -> None:
    assert compile_lexicon({}).fold(["hola", "chamo"]) == ["hola", "chamo"]


def test_roots_meet_across_endings_and_spelling() -> None:
    assert root("vacunarme") == root("bacunas")
