import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health_navigator.matching.encoder import Encoder
from health_navigator.matching.features import FloatArray
from health_navigator.matching.learner import own, taught
from health_navigator.matching.normalise import fold
from health_navigator.matching.rank import Document, Ranker, fit

VACCINES = Document(
    "vacunas",
    "¿Dónde vacunan a mi hijo?",
    ("dónde vacunan a mi bebé", "perdí la tarjeta de vacunas", "qué vacuna le toca a los 2 meses"),
    "En la posta, gratis, aunque no tenga papeles.",
)
INSURANCE = Document(
    "sis",
    "¿Qué es el SIS?",
    ("qué cubre el sis", "quiero sacar el seguro del estado", "el sis es gratis o se paga"),
    "Es el seguro público de salud.",
)
SHELTER = Document(
    "albergue",
    "¿Dónde puedo dormir esta noche?",
    (
        "no tengo dónde dormir",
        "busco un albergue para mi familia",
        "estoy en la calle con mis hijos",
    ),
    "Hay albergues que reciben familias.",
)
RECIPES = Document(
    "cocina",
    "Recetas",
    ("cómo se hacen las arepas", "receta de ceviche", "cuánto tarda el arroz con pollo"),
    in_scope=False,
)
DOCUMENTS = (VACCINES, INSURANCE, SHELTER, RECIPES)
CONCEPTS = {"albergue": ("un sitio para pasar la noche",), "bebe": ("carajito", "chibolo")}


class Counting:
    """An encoder that only counts letters: a stand-in with the real one's shape."""

    name = "counting"

    def encode(self, texts: Sequence[str]) -> FloatArray:
        counts = [
            [text.count(letter) + 0.1 for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts
        ]
        vectors = np.array(counts, dtype=np.float32).reshape(len(texts), 26)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@pytest.fixture(scope="module", params=[None, Counting()], ids=["words", "meaning"])
def encoder(request: pytest.FixtureRequest) -> Encoder | None:
    found: Encoder | None = request.param
    return found


@pytest.fixture(scope="module")
def ranker(encoder: Encoder | None) -> Ranker:
    return fit(DOCUMENTS, CONCEPTS, encoder)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dnd bacunan a mi vebe", "vacunas"),
        ("xq no m kieren aser el ceguro del estado", "sis"),
        ("ando buscando un sitio pa pasar la noche con mi familia", "albergue"),
        ("porfa digame si el SIS es grtis", "sis"),
        ("dónde vacunan a un chibolo", "vacunas"),
    ],
)
def test_finds_what_is_meant_however_it_is_typed(ranker: Ranker, typed: str, meant: str) -> None:
    assert ranker.rank(typed).candidates[0].id == meant


def test_what_is_out_of_scope_is_never_a_candidate(ranker: Ranker) -> None:
    ranking = ranker.rank("receta de arepas")
    assert ranking.group == "cocina"
    assert ranking.out_of_scope > 0.5
    assert "cocina" not in {candidate.id for candidate in ranking.candidates}


def test_chances_add_up_to_one(ranker: Ranker) -> None:
    ranking = ranker.rank("el sis es gratis")
    total = ranking.out_of_scope + sum(candidate.confidence for candidate in ranking.candidates)
    assert total == pytest.approx(1, abs=1e-4)


def test_explains_itself(ranker: Ranker) -> None:
    best = ranker.rank("perdi la targeta de bacunas").candidates[0]
    assert best.nearest[0] == "perdí la tarjeta de vacunas"
    assert best.parts["learnt"] > 0


def test_a_second_question_is_ranked_too(ranker: Ranker) -> None:
    ranking = ranker.rank("¿el sis es gratis? y también ¿dónde vacunan a mi bebé?")
    assert ranking.second is not None
    assert ranking.second.id == "vacunas"


def test_what_is_unlike_everything_is_likelier_none_of_it(ranker: Ranker) -> None:
    assert ranker.rank("zzz qwrt").out_of_scope > 0.5


def test_the_same_knowledge_gives_the_same_ranker(encoder: Encoder | None) -> None:
    one, other = (fit(DOCUMENTS, CONCEPTS, encoder) for _ in range(2))
    text = "necesito saber si vacunan a los niños sin papeles"
    assert one.rank(text) == other.rank(text)


@given(st.text(max_size=4_096))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_it(text: str) -> None:
    ranking = SMALL.rank(text)
    assert 0 <= ranking.out_of_scope <= 1.0001
    assert all(0 <= candidate.confidence <= 1.0001 for candidate in ranking.candidates)


SMALL = fit(DOCUMENTS, CONCEPTS, Counting())


@given(st.lists(st.lists(st.text(max_size=20), max_size=3), max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_knowledge_can_be_learnt(questions: list[list[str]]) -> None:
    documents = [Document(str(at), "", tuple(texts)) for at, texts in enumerate(questions)]
    ranking = fit(documents, {}).rank("dónde vacunan")
    assert len(ranking.candidates) <= len(documents)


def test_empty_knowledge_knows_nothing() -> None:
    ranking = fit((), {}).rank("hola")
    assert (ranking.candidates, ranking.out_of_scope) == ((), 1.0)


def test_a_word_alone_is_no_surer_than_its_share_of_the_questions() -> None:
    many = [Document(str(at), "", (f"tema{at} cosa{at}",)) for at in range(180)]
    lost = Document(
        "perdida", "Papeles", ("mis papeles", "perdí cosa1", "robaron cosa2"), "Papeles."
    )
    insured = Document("seguro", "", ("sin papeles me aseguran en el hospital", "seguro"))
    ranker = fit([*many, lost, insured], {})
    papers = {each.id: each.confidence for each in ranker.rank("papeles").candidates}
    assert (papers["perdida"], papers["seguro"]) == (0.5, 0.5)
    assert ranker.rank("mis papeles").candidates[0].confidence > 0.5
    assert ranker.rank("seguro").candidates[0].confidence > 0.5


def test_one_entry_is_no_answer_to_everything(encoder: Encoder | None) -> None:
    ranker = fit((INSURANCE,), {}, encoder)
    assert ranker.rank("que cubre el sis").candidates[0].confidence > 0.5
    assert ranker.rank("zzz qwrt plmk").out_of_scope > 0.5


@pytest.mark.parametrize("text", ["auxilio " * 500, "a" * 4_096, "¿" * 4_096, "<b>" * 1_000])
def test_walls_of_text_are_ranked_in_no_time(ranker: Ranker, text: str) -> None:
    began = time.process_time()
    ranker.rank(text)
    assert time.process_time() - began < 1


def test_a_document_whose_questions_say_nothing_is_left_out() -> None:
    ranker = fit((INSURANCE, Document("vacio", "¿?", ("???", "🙂"))), {})
    assert [document.id for document in ranker.documents] == ["sis"]


def test_too_many_questions_are_learnt_in_part() -> None:
    owners = own([40] * 180)
    chosen = taught(owners)
    assert len(chosen) == 180 * 33
    assert set(np.bincount(chosen // 40)) == {33}
    assert len(taught(own([1] * 1_001))) == 0


def test_greetings_fold_to_words() -> None:
    assert fold("Holaaa!!") == "hola"
