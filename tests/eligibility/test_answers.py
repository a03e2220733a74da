"""What people type instead of tapping, and the button that it stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from health_navigator.eligibility.answers import Command, find_command, understand
from health_navigator.eligibility.interview import Interview
from health_navigator.eligibility.models import Question

SAID: list[tuple[str, str, str | None]] = [
    ("emergencia", "si pe", "Sí"),
    ("emergencia", "nop", "No"),
    ("emergencia", "ajá", "Sí"),
    ("emergencia", "no es una emergencia", "No"),
    ("emergencia", "estoy embarazada y sangro", "Sí, y hay un embarazo"),
    ("emergencia", "no sé", "No sé"),
    ("emergencia", "solo quiero saber", "No"),
    ("emergencia", "sí!!! ayuda ya", "Sí"),
    ("emergencia", "no, solo una consulta", "No"),
    ("emergencia", "claro que no", "No"),
    ("emergencia", "noooo", "No"),
    ("emergencia", "siii", "Sí"),
    ("emergencia", "asdf", None),
    ("otro_seguro", "no tengo essalud", "No"),
    ("otro_seguro", "nop", "No"),
    ("otro_seguro", "si pe", "Sí, EsSalud u otro"),
    ("otro_seguro", "tengo essalud", "Sí, EsSalud u otro"),
    ("otro_seguro", "estoy en planilla pero no sé si tengo essalud", "En planilla, pero no sé"),
    ("otro_seguro", "no sé", "No sé"),
    ("otro_seguro", "ni idea causa", "No sé"),
    ("otro_seguro", "prefiero no decir", "Prefiero no decir"),
    ("otro_seguro", "sin seguro", "No"),
    ("otro_seguro", "essalud no", "No"),
    ("otro_seguro", "tengo rimac", "Sí, EsSalud u otro"),
    ("otro_seguro", "no tengo ningún seguro", "No"),
    ("otro_seguro", "no, trabajo por mi cuenta", "No"),
    ("otro_seguro", "No tiene", "No"),
    ("otro_seguro", "si estoy en planilla", "En planilla, pero no sé"),
    ("otro_seguro", "en planilla y tengo essalud", "Sí, EsSalud u otro"),
    ("otro_seguro", "todavía no", "No"),
    ("otro_seguro", "seguro privado", "Sí, EsSalud u otro"),
    ("otro_seguro", "tengo un seguro privado", "Sí, EsSalud u otro"),
    ("otro_seguro", "no se si tengo essalud", "No sé"),
    ("documento", "solo cédula", "Solo pasaporte o cédula"),
    ("documento", "ptp vencido", "PTP"),
    ("documento", "tengo ptp vencido y mi cedula", "PTP"),
    ("documento", "DNI", "DNI peruano"),
    ("documento", "carnet de extranjeria", "Carné de extranjería"),
    ("documento", "carne de solicitante de refugio", "Pidió refugio, aún espera"),
    ("documento", "no tengo nada", "Ningún documento"),
    ("documento", "ninguno", "Ningún documento"),
    ("documento", "no tengo", "Ningún documento"),
    ("documento", "sin papeles", "Ningún documento"),
    ("documento", "sin papeles, solo cedula", "Solo pasaporte o cédula"),
    ("documento", "no tengo carné, solo cédula", "Solo pasaporte o cédula"),
    ("documento", "no tengo carné", None),
    ("documento", "soy refugiada reconocida", "Refugio ya reconocido"),
    ("documento", "pasaporte y cedula", "Solo pasaporte o cédula"),
    ("documento", "no sé", "No sé"),
    ("documento", "prefiero no decirlo", "Prefiero no decir"),
    ("documento", "el CPP", "CPP"),
    ("documento", "carne de permiso temporal de permanencia", "CPP"),
    ("documento", "partida de nacimiento venezolana", "Solo pasaporte o cédula"),
    ("documento", "dni y carne de extranjeria", None),
    ("documento", "ce", "Carné de extranjería"),
    ("documento", "no tengo ni cedula", "Ningún documento"),
    ("documento", "indocumentado", "Ningún documento"),
    ("documento", "me lo robaron todo", None),
    ("documento", "mi cedula nada mas", "Solo pasaporte o cédula"),
    ("documento_vigente", "si", "Sí"),
    ("documento_vigente", "no esta vigente", "No, o no lo tengo"),
    ("documento_vigente", "vencido", "No, o no lo tengo"),
    ("documento_vigente", "si, ya vencio", "No, o no lo tengo"),
    ("documento_vigente", "se me venció", "No, o no lo tengo"),
    ("documento_vigente", "no se", "No sé"),
    ("documento_vigente", "no ha vencido", "Sí"),
    ("documento_vigente", "no está vencido", "Sí"),
    ("documento_vigente", "vigente", "Sí"),
    ("documento_vigente", "creo que si", "Sí"),
    ("documento_vigente", "en tramite", "No, o no lo tengo"),
    ("documento_vigente", "no lo tengo", "No, o no lo tengo"),
    ("edad", "tengo 34", "18 años o más"),
    ("edad", "34", "18 años o más"),
    ("edad", "34 años", "18 años o más"),
    ("edad", "mi hijo de 3 añitos", "Menos de 5 años"),
    ("edad", "3 añitos", "Menos de 5 años"),
    ("edad", "8 meses", "Menos de 5 años"),
    ("edad", "60 meses", "De 5 a 17 años"),
    ("edad", "treinta y cuatro", "18 años o más"),
    ("edad", "recién nacido", "Menos de 5 años"),
    ("edad", "mi bebe de 6 años", "De 5 a 17 años"),
    ("edad", "tengo 34 y mi hijo 3", None),
    ("edad", "tengo 2 hijos", None),
    ("edad", "menos de 5", "Menos de 5 años"),
    ("edad", "menor de 18", None),
    ("edad", "casi 5", "Menos de 5 años"),
    ("edad", "5", "De 5 a 17 años"),
    ("edad", "cinco", "De 5 a 17 años"),
    ("edad", "17", "De 5 a 17 años"),
    ("edad", "18", "18 años o más"),
    ("edad", "un año y medio", "Menos de 5 años"),
    ("edad", "4 años y 11 meses", "Menos de 5 años"),
    ("edad", "adolescente", "De 5 a 17 años"),
    ("edad", "tengo 34 pe", "18 años o más"),
    ("edad", "2.5 años", "Menos de 5 años"),
    ("edad", "dos semanas", "Menos de 5 años"),
    ("edad", "prefiero no decir", "Prefiero no decir"),
    ("edad", "1990", None),
    ("edad", "soy mayor de edad", "18 años o más"),
    ("edad", "tiene quince", "De 5 a 17 años"),
    ("edad", "va a cumplir 5 años", "Menos de 5 años"),
    ("edad", "34años", "18 años o más"),
    ("edad", "0", "Menos de 5 años"),
    ("embarazo", "estoy de 5 meses", "Sí"),
    ("embarazo", "de 20 semanas", "Sí"),
    ("embarazo", "di a luz hace 20 días", "Sí"),
    ("embarazo", "parí hace 2 meses", "No"),
    ("embarazo", "un mes y medio de nacido", "No"),
    ("embarazo", "hace un mes y medio", "No"),
    ("embarazo", "hace 6 semanas", "Sí"),
    ("embarazo", "no estoy embarazada", "No"),
    ("embarazo", "no", "No"),
    ("embarazo", "si pe", "Sí"),
    ("embarazo", "acabo de dar a luz", "Sí"),
    ("embarazo", "no sé si estoy embarazada", "No sé"),
    ("embarazo", "estoy embarazada", "Sí"),
    ("embarazo", "soy hombre", "No"),
    ("embarazo", "prefiero no responder", "Prefiero no decir"),
    ("embarazo", "no, di a luz hace 3 meses", "No"),
    ("embarazo", "tengo un bebé de 3 meses", "No"),
    ("embarazo", "mi bebé tiene 15 días", "Sí"),
    ("embarazo", "tal vez", "No sé"),
    ("embarazo", "estoy en estado", "Sí"),
    ("embarazo", "no estoy en estado", "No"),
    ("embarazo", "5 meses", "Sí"),
    ("embarazo", "tengo 34 años", None),
    ("embarazo", "embarazada de 3 meses", "Sí"),
    ("embarazo", "ya di a luz", None),
    ("nacio_en_peru", "si nació aquí", "Sí"),
    ("nacio_en_peru", "no, en venezuela", "No"),
    ("nacio_en_peru", "nacio en lima", "Sí"),
    ("nacio_en_peru", "no nació en Perú", "No"),
    ("nacio_en_peru", "en Caracas", "No"),
    ("nacio_en_peru", "venezuela", "No"),
    ("nacio_en_peru", "aqui pe", "Sí"),
    ("origen", "peru", "Nació en el Perú"),
    ("origen", "en ecuador", "De Ecuador, con residencia"),
    ("origen", "venezuela", "Ninguna de las dos"),
    ("origen", "ninguna", "Ninguna de las dos"),
    ("origen", "no", "Ninguna de las dos"),
    ("origen", "no se", "No sé"),
    ("origen", "si", None),
    ("ecuatoriano_residente", "si", "Sí"),
    ("ecuatoriano_residente", "no soy de ecuador", "No"),
    ("ecuatoriano_residente", "soy venezolana", "No"),
    ("ecuatoriano_residente", "soy ecuatoriana", "Sí"),
    ("ecuatoriano_residente", "ecuatoriano sin residencia", "No"),
    ("vih_o_tb", "si", "Sí"),
    ("vih_o_tb", "no", "No"),
    ("vih_o_tb", "prefiero no decir", "Prefiero no decir"),
    ("vih_o_tb", "tengo vih", "Sí"),
    ("vih_o_tb", "no tengo vih", "No"),
    ("vih_o_tb", "no quiero decir", "Prefiero no decir"),
    ("vih_o_tb", "tbc", "Sí"),
    ("vih_o_tb", "ninguno de los dos", "No"),
    ("vih_o_tb", "no gracias", "No"),
    ("vih_o_tb", "no tengo ninguno", "No"),
    ("vih_o_tb", "prefiero no decirlo, gracias", "Prefiero no decir"),
]

_UNCLEAR = "?"
_ROWS = (Path(__file__).parent / "said.tsv").read_text(encoding="utf-8").splitlines()
HEARD = [tuple(row.split("\t")) for row in _ROWS]
"""People's answers in their own words: question, words, and the button they mean, if any surely."""


@pytest.mark.parametrize(("question", "text", "label"), HEARD)
def test_nobody_guesses_what_an_answer_leaves_open(
    interview: Interview, questions: dict[str, Question], question: str, text: str, label: str
) -> None:
    """Every word counts: «si estoy embarazada» is no yes to another question."""
    choice = understand(text, questions[question], interview.file.words)
    assert (choice.label if choice else _UNCLEAR) == label


def test_every_phrase_of_the_file_is_understood_alone(
    interview: Interview, questions: dict[str, Question]
) -> None:
    """A phrase that another one hides would never be heard."""
    missed = [
        (question.id, phrase)
        for question in questions.values()
        for choice in question.choices
        for phrase in choice.says
        if understand(phrase, question, interview.file.words) != choice
    ]
    assert missed == []


@pytest.mark.parametrize(("question", "text", "label"), SAID)
def test_typed_answers(
    interview: Interview,
    questions: dict[str, Question],
    question: str,
    text: str,
    label: str | None,
) -> None:
    choice = understand(text, questions[question], interview.file.words)
    assert (choice.label if choice else None) == label


def test_every_label_is_understood_when_typed(
    interview: Interview, questions: dict[str, Question]
) -> None:
    """Some read the button and type it."""
    missed = [
        (question.id, choice.label)
        for question in questions.values()
        for choice in question.choices
        if understand(choice.label, question, interview.file.words) != choice
    ]
    assert missed == []


@pytest.mark.parametrize("text", ["", "   ", "???", "🙏🙏", "hola buenas", "asdf qwer", "x" * 4096])
def test_what_says_nothing_is_not_guessed(
    interview: Interview, questions: dict[str, Question], text: str
) -> None:
    for question in questions.values():
        assert understand(text, question, interview.file.words) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("atrás", Command.BACK),
        ("Volver", Command.BACK),
        ("me equivoqué", Command.BACK),
        ("cancelar", Command.CANCEL),
        ("ya no quiero", Command.CANCEL),
        ("¿por qué preguntas?", Command.WHY),
        ("xq preguntas", Command.WHY),
        ("no", None),
        ("mi hija quiere volver al colegio", None),
        ("me equivoque quiero volver atras", Command.BACK),
        ("ay perdón, me equivoqué de botón", Command.BACK),
        ("me confundí, sí tengo essalud", Command.BACK),
        ("regrésame a la pregunta anterior", Command.BACK),
        ("me equivoqué de pastilla", None),
        ("no quiero volver a venezuela", None),
        ("ya no quiero seguir con esto", Command.CANCEL),
        ("quiero salir de aquí", Command.CANCEL),
        ("no me dejan salir", None),
        ("quiero empezar otra vez", Command.RESTART),
        ("por qué no me atienden", None),
    ],
)
def test_commands(interview: Interview, text: str, command: Command | None) -> None:
    assert find_command(text, interview.file.words) is command
