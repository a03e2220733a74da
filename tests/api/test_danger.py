"""Danger first: six kinds as people tell of them, and the same words where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.server import Program

# Messages of our own that the knowledge's writers did not see: danger or `none` or `weak`, text.
UNSEEN = Path(__file__).parents[1] / "data" / "danger.tsv"

DANGERS = [
    ("no aguanto mas quiero acabar con mi vida hoy mismo", "suicidio"),
    ("me tome todo el frasco de pastillas porque ya no quiero seguir aqui", "suicidio"),
    ("mi marido me esta pegando ahorita y no me deja salir de la casa", "violencia"),
    ("mi ex esta afuera con un cuchillo dice q me va a matar", "violencia"),
    ("anoche un hombre me violo cuando volvia del trabajo", "violencia-sexual"),
    ("me drogaron en una fiesta y abusaron de mi", "violencia-sexual"),
    ("mi papa se desmayo y no responde no respira bien", "emergencia-medica"),
    ("estoy embarazada de 8 meses y estoy botando mucha sangre", "emergencia-medica"),
    ("mi bebe esta convulsionando que ago", "emergencia-medica"),
    (
        "el padrastro le pega con correa a la niña de al lado ahora mismo esta gritando",
        "menor-en-peligro",
    ),
    ("no encuentro a mi hijo de 6 años se perdio en el mercado", "menor-en-peligro"),
    ("me quitaron el pasaporte y me tienen encerrada trabajando en un bar", "trata"),
]
ORDINARY = [
    "mi abuelita murio de un infarto hace tres años en maracaibo",
    "tengo que hacer una tarea sobre la violencia familiar",
    "me muero de hambre donde hay un comedor",
    "este dolor de muela me esta matando donde hay dentista barato",
    "cuales son los sintomas de la depresion",
    "que cubre el sis si un dia tengo una emergencia",
    "se me rompio el condon con mi novio",
    "quiero denunciar a mi jefe porque no me pago",
    "hola buenas noches",
    "no",
]


@pytest.mark.parametrize(("text", "danger"), DANGERS)
def test_danger_is_recognised_first(real_program: Program, text: str, danger: str) -> None:
    answer = real_program.ask(text)
    assert answer["outcome"] == "urgent"
    assert answer["urgent"] == danger
    assert answer["entry"]
    assert answer["text"].split()[0].strip(",:.").isdigit()


@pytest.mark.parametrize("text", ORDINARY)
def test_the_same_words_without_danger_stay_ordinary(real_program: Program, text: str) -> None:
    assert real_program.ask(text)["urgent"] is None


def test_danger_is_found_inside_a_long_story(real_program: Program) -> None:
    story = (
        "buenas tardes le cuento que llegue a lima en febrero con mi hermana y mis dos sobrinos "
        "vendemos arepas en la esquina y gracias a dios nos va mas o menos el casero es bueno "
        "y los niños ya estan en el colegio yo queria preguntarle por el seguro pero es que ademas "
        "desde ayer mi esposo me amenaza con un cuchillo y me dijo que hoy en la noche me mata "
        "tambien me gustaria saber que papeles piden para la escuela del mas chiquito"
    )
    assert real_program.ask(story)["urgent"] == "violencia"


def test_most_dangers_that_nobody_foresaw_are_found(real_program: Program) -> None:
    rows = [line.split("\t") for line in UNSEEN.read_text("utf-8").splitlines() if line]
    told = [(label, real_program.ask(text)["urgent"]) for label, text in rows]
    dangers = [(label, urgent) for label, urgent in told if label not in ("none", "weak")]
    calm = [urgent for label, urgent in told if label == "none"]
    assert sum(urgent is not None for _, urgent in dangers) >= 0.93 * len(dangers)
    assert sum(label == urgent for label, urgent in dangers) >= 0.82 * len(dangers)
    assert sum(urgent is not None for urgent in calm) <= 0.04 * len(calm)
