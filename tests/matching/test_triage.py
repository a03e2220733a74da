"""Danger as people tell of it is heard; what only sounds like it is not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.knowledge import REAL, read_yaml

from health_navigator.matching import rank
from health_navigator.matching.features import FloatArray
from health_navigator.matching.rank import Reader
from health_navigator.matching.triage import Assessment, Danger, TriageModel, fit, fit_meaning

APART = Path(__file__).parents[1] / "data"
NOBODY = ("none", "weak")
ANSWERS = {"yes", "no", "unsure", "withheld", "back", "cancel"}


@pytest.fixture(scope="module")
def dangers() -> list[Danger]:
    return [
        Danger(each["id"], each["phrases"], each["weak"], each["near_misses"])
        for each in _read("triage.yaml", "dangers")
    ]


@pytest.fixture(scope="module")
def ordinary() -> list[str]:
    """The questions that go with no danger, what nothing answers, and the interview's answers."""
    beside = {each["entry"] for each in _read("triage.yaml", "dangers")}
    files = [path.name for path in sorted((REAL / "entries").glob("*.yaml"))]
    entries = [each for name in files for each in _read(f"entries/{name}", "entries")]
    asked = [text for each in entries if each["id"] not in beside for text in each["questions"]]
    groups = _read("out_of_scope.yaml", "groups")
    words = _whole("eligibility/sis.yaml")["words"]
    short = [text for key, texts in words.items() if key in ANSWERS for text in texts]
    return [*asked, *(text for each in groups for text in each["examples"]), *short]


@pytest.fixture(scope="module")
def model(dangers: list[Danger], ordinary: list[str]) -> TriageModel:
    return fit(dangers, ordinary)


def _read(name: str, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _whole(name)[key]
    return found


def _whole(name: str) -> Any:
    return read_yaml(REAL / name)


def _labelled(name: str) -> list[tuple[str, str]]:
    lines = (APART / name).read_text(encoding="utf-8").splitlines()
    return [(label, text) for label, _, text in (line.partition("\t") for line in lines)]


# Messages that were written apart from the phrases: floors a little below what is reached today.


@pytest.mark.parametrize(
    ("name", "found", "right"),
    [
        ("danger.tsv", 0.93, 0.82),
        ("danger_apart.tsv", 0.84, 0.76),
        ("danger_kinds.tsv", 0.86, 0.84),
        ("danger_hinted.tsv", 0.83, 0.72),
        ("short.tsv", 0.88, 0.84),
    ],
)
def test_dangers_that_nobody_wrote_down_are_heard(
    model: TriageModel, name: str, found: float, right: float
) -> None:
    heard = [(each, model.assess(text).danger) for each, text in _labelled(name)]
    dangers = [(label, danger) for label, danger in heard if label not in NOBODY]
    assert _share([danger is not None for _, danger in dangers]) >= found
    assert _share([danger == label for label, danger in dangers]) >= right


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("danger.tsv", 0.02),
        ("danger_apart.tsv", 0.05),
        ("danger_kinds.tsv", 0.05),
        ("short.tsv", 0.08),
    ],
)
def test_calm_messages_with_alarming_words_stay_calm(
    model: TriageModel, name: str, most: float
) -> None:
    calm = [text for label, text in _labelled(name) if label == "none"]
    assert _share([model.assess(text).danger is not None for text in calm]) <= most


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("no es emergencia, es por una cita", None),
        ("no vale, emergencia no", None),
        ("no, no es una urgencia", None),
        ("no es emergencia pero mi papá no respira", "emergencia-medica"),
        ("la emergencia no me atiende y mi hijo convulsiona", "emergencia-medica"),
    ],
)
def test_an_emergency_that_is_denied_is_none_and_what_is_told_besides_counts(
    model: TriageModel, text: str, danger: str | None
) -> None:
    assert model.assess(text).danger == danger


def test_the_danger_close_behind_the_likeliest_is_told_too(model: TriageModel) -> None:
    assert model.assess("mi marido me pega con una correa").also is None
    told = ("mi papá me pega", "me pega siempre", "me pega con correa")
    twins = [Danger("violencia", told), Danger("menor-en-peligro", told)]
    heard = fit(twins, ["dónde hay una posta", "qué cubre el sis"]).assess("mi papá me pega")
    assert {heard.danger, heard.also} == {"violencia", "menor-en-peligro"}


def test_weak_signs_are_not_danger_now(model: TriageModel) -> None:
    signs = [model.assess(text) for label, text in _labelled("danger.tsv") if label == "weak"]
    assert not [sign for sign in signs if sign.danger]
    assert _share([sign.weak is not None for sign in signs]) >= 0.5


def _share(held: Sequence[bool]) -> float:
    return sum(held) / len(held)


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("ME QUIERO MORIR", "suicidio"),
        ("m kiero morir", "suicidio"),
        ("mi marido me péga todos los días!!!", "violencia"),
        ("me biolaron anoche", "violencia-sexual"),
        ("mi bb no respira", "emergencia-medica"),
        ("no encuentro a mi niñaaaa", "menor-en-peligro"),
        ("me tienen enserrada i me obligan a trabajar", "trata"),
    ],
)
def test_spelling_does_not_hide_danger(model: TriageModel, text: str, danger: str) -> None:
    assert model.assess(text).danger == danger


@pytest.mark.parametrize(
    ("danger", "calm"),
    [
        ("mi marido me pega", "mi marido me pegó la gripe"),
        ("me quiero morir", "me muero de hambre, dónde hay un comedor"),
        ("me quiere matar", "mi mujer me mata si llego tarde al control jaja"),
        ("mi papá tiene un infarto", "mi papá murió de un infarto hace dos años"),
        ("me violaron anoche", "violaron mis derechos en el hospital"),
        ("se perdió mi niño", "se me perdió el dni de mi niño"),
        ("me tienen encerrada trabajando", "me tienen esperando tres horas en la posta"),
    ],
)
def test_the_same_words_with_and_without_danger(model: TriageModel, danger: str, calm: str) -> None:
    assert model.assess(danger).danger is not None
    assert model.assess(calm).danger is None


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("mi niño tiene fiebre desde ayer y no quiere despertar", "emergencia-medica"),
        ("ya no quiero despertar", "suicidio"),
        ("me caí del techo y me rompí la pierna", "emergencia-medica"),
        ("me tiró del techo y me rompió la pierna", "violencia"),
        ("un cliente me golpeó anoche", "violencia"),
        ("un cliente me violó anoche", "violencia-sexual"),
        ("mi hija de once se corta las piernas", "suicidio"),
        ("mi tía me pega, tengo once", "menor-en-peligro"),
    ],
)
def test_which_danger_it_is_hangs_on_who_did_what(
    model: TriageModel, text: str, danger: str
) -> None:
    assert model.assess(text).danger == danger


def test_a_weak_sign_tells_which_danger_too() -> None:
    """A word that only a weak sign has: its kind is known all the same."""
    known = [
        Danger("violencia", ("me pega", "me pega mucho", "me quiere matar")),
        Danger("trata", ("me tienen encerrada", "me tienen presa"), ("el capataz", "mi capataz")),
    ]
    assert (
        fit(known, ["dónde hay una posta", "el sis", "mi cita"]).assess("capataz").weak == "trata"
    )


def test_a_clause_of_danger_does_not_drown_in_a_long_story(model: TriageModel) -> None:
    told = model.assess(_story("en la noche mi marido me pega y me amenaza con un cuchillo"))
    assert told.danger == "violencia"
    assert "cuchillo" in told.clause


def test_a_long_story_about_something_else_stays_calm(model: TriageModel) -> None:
    told = model.assess(_story("mi marido trabaja en una obra y a veces nos ayuda mi hermana"))
    assert told.danger is None


def _story(clause: str) -> str:
    return (
        "buenas tardes le cuento que llegué en marzo con mi mamá y vendemos café en la mañana "
        "queremos saber si nos toca el sis porque ella es diabética y las medicinas son caras "
        f"{clause} delante de los niños "
        "y también quisiera saber qué papeles piden en el colegio para el más pequeño"
    )


def test_the_known_phrases_nearest_to_a_danger_say_why(model: TriageModel) -> None:
    (nearest, *_) = model.assess("creo que mi vecina golpea a su hijo con un palo").nearest
    assert "golpea" in nearest


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("please help, i want to kill myself", "suicidio"),
        ("my husband beats me every day", "violencia"),
        ("i was raped yesterday", "violencia-sexual"),
        ("my baby can't breathe", "emergencia-medica"),
        ("quero morrer, não aguento mais", "suicidio"),
        ("meu marido me bate muito", "violencia"),
        ("fui estuprada ontem à noite", "violencia-sexual"),
    ],
)
def test_danger_is_heard_in_english_and_portuguese_too(
    model: TriageModel, text: str, danger: str
) -> None:
    assert model.assess(text).danger == danger


@pytest.mark.parametrize(
    "text",
    [
        "where can i get a free hiv test",
        "my wife is pregnant and we have no papers",
        "onde posso tomar a vacina da febre amarela",
        "minha esposa está grávida e não temos documentos",
    ],
)
def test_ordinary_questions_in_other_languages_alarm_nobody(model: TriageModel, text: str) -> None:
    assert model.assess(text).danger is None


@pytest.mark.parametrize("text", ["", " ", "?!", "🤷🤷", "no", "hola", "mi hijo", "34", "ayuda"])
def test_a_word_or_two_are_no_danger(model: TriageModel, text: str) -> None:
    assert model.assess(text).danger is None


@pytest.mark.parametrize(
    "text", ["niño", "bebe", "sangre", "menor", "señor", "vivir", "pecho", "hija", "ya", "13"]
)
def test_a_lone_everyday_word_is_no_danger(model: TriageModel, text: str) -> None:
    assert model.assess(text) == Assessment()


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("suicidio", "suicidio"),
        ("violación", "violencia-sexual"),
        ("suicidarme", "suicidio"),
        ("auxilio me pegan", "violencia"),
        ("mucha sangre", "emergencia-medica"),
    ],
)
def test_a_word_or_two_that_mean_danger_are_enough(
    model: TriageModel, text: str, danger: str
) -> None:
    assert model.assess(text).danger == danger


# With an encoder


class Blows:
    """An encoder that knows one thing: which words are blows. It remembers what it was asked."""

    name = "blows"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.asked += texts
        told = [any(word in text.split() for word in BLOWS) for text in texts]
        return np.array([[1.0, 0.0] if blow else [0.0, 1.0] for blow in told], dtype=np.float32)


BLOWS = ("pega", "golpea", "patea", "zurra", "apalea")
KNOWN = [
    Danger(
        "violencia",
        ("mi esposo me pega cada noche", "él me golpea siempre", "me patea cuando toma"),
        ("mi esposo toma y grita",),
        ("el sol me quema cada tarde", "mi esposo me cuida cada noche"),
    ),
    Danger("suicidio", ("me quiero morir hoy", "no quiero vivir más")),
]
CALM = ["dónde hay una posta cerca", "mi esposo necesita sus pastillas", "qué cubre el sis"]
UNKNOWN_WORD = "mi esposo me zurra cada noche"


@pytest.fixture
def blows() -> Blows:
    return Blows()


@pytest.fixture
def meaning(blows: Blows) -> TriageModel:
    model = fit_meaning(fit(KNOWN, CALM), KNOWN, CALM, blows, Reader())
    blows.asked.clear()
    return model


def test_what_words_leave_in_doubt_is_told_by_meaning(meaning: TriageModel) -> None:
    other = "mi esposo me abriga cada noche"
    told, calm = meaning.assess(UNKNOWN_WORD), meaning.assess(other)
    assert told.danger == "violencia"
    assert calm.danger is None
    by_words = meaning.by_words()
    assert by_words.assess(UNKNOWN_WORD).danger == by_words.assess(other).danger


def test_without_the_encoder_it_is_as_if_there_were_none(meaning: TriageModel) -> None:
    words = fit(KNOWN, CALM)
    for text in (UNKNOWN_WORD, "me quiero morir", "qué cubre"):
        assert meaning.by_words().assess(text) == words.assess(text)


def test_the_encoder_is_asked_only_in_doubt(meaning: TriageModel, blows: Blows) -> None:
    meaning.assess("qué cubre el sis")
    assert blows.asked == []
    meaning.assess(UNKNOWN_WORD)
    assert blows.asked == [UNKNOWN_WORD]


def test_of_a_long_story_two_texts_at_most_are_encoded(meaning: TriageModel, blows: Blows) -> None:
    meaning.assess(f"{UNKNOWN_WORD} y luego salimos a vender " * 20)
    assert len(blows.asked) == 2


def test_triage_and_ranking_encode_the_very_same_text(blows: Blows) -> None:
    # Two entries that ask the same: words alone cannot be sure.
    asked = ("mi esposo qué cubre el sis", "el sis es gratis")
    entries = [rank.Document(name, "¿Qué es el SIS?", asked) for name in ("sis", "seguro")]
    ranker = rank.fit(entries, {}, blows)
    model = fit_meaning(fit(KNOWN, CALM), KNOWN, CALM, blows, ranker.reader)
    text = "Mi ESPOSO me zurra cada noche, ¿cómo ago kon el ziz?"
    blows.asked.clear()
    model.assess(text)
    (told,) = blows.asked
    blows.asked.clear()
    ranker.rank(text)
    assert told in blows.asked


def test_the_same_knowledge_gives_the_same_meaning(blows: Blows, meaning: TriageModel) -> None:
    again = fit_meaning(fit(KNOWN, CALM), KNOWN, CALM, blows, Reader())
    assert again.assess(UNKNOWN_WORD) == meaning.assess(UNKNOWN_WORD)


def test_without_dangers_meaning_hears_nothing_either(blows: Blows) -> None:
    assert fit_meaning(fit([], CALM), [], CALM, blows, Reader()).assess(UNKNOWN_WORD).danger is None
    assert blows.asked == []


# What holds for any text and any knowledge


@given(st.text(max_size=600))
@settings(max_examples=100, deadline=None)
def test_no_text_is_too_odd(model: TriageModel, text: str) -> None:
    assessment = model.assess(text)
    assert 0 <= assessment.confidence <= 1
    assert not (assessment.danger and assessment.weak)


@pytest.mark.parametrize("text", ["a" * 100_000, "matar " * 4_000, "m p " * 1_500, "🔪" * 5_000])
def test_hostile_texts_cost_no_more_than_many_messages(model: TriageModel, text: str) -> None:
    """However long, it costs less than three hundred messages."""
    message = "mi hijo tiene fiebre desde ayer y no sé a qué posta llevarlo"
    assert min(_seconds(model, text) for _ in range(3)) < 300 * min(
        _seconds(model, message) for _ in range(9)
    )


def _seconds(model: TriageModel, text: str) -> float:
    started = time.thread_time()
    model.assess(text)
    return time.thread_time() - started


def test_the_same_knowledge_hears_the_same() -> None:
    known = [Danger("violencia", ("me pega", "me quiere matar"), (), ("me pega el sol",))]
    once, again = (fit(known, ["dónde hay una posta"]) for _ in range(2))
    assert once.assess("él me pega mucho") == again.assess("él me pega mucho")


def test_without_dangers_nothing_is_heard() -> None:
    model = fit([], ["hola"])
    assert model.assess("me quiero morir").danger is None


def test_one_danger_and_no_ordinary_question_are_enough() -> None:
    only = fit([Danger("suicidio", ("me quiero morir", "quiero morir ya"))], [])
    assert only.assess("me quiero morir hoy mismo").danger == "suicidio"
