"""A question that is kept for the staff names nobody."""

from __future__ import annotations

import pytest

from health_navigator.conversation.scrubbing import scrubbed


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Zoraida Quispealaya quiere saber del SIS", "… quiere saber del SIS"),
        ("mi vecina Rosa Mamani Quispe esta mal", "mi vecina … esta mal"),
        ("vivo en Jr. Cuculinchis 44719 y busco posta", "vivo en … y busco posta"),
        ("mi CE es 001234567, vale?", "mi CE es …, vale?"),
        ("llamenme al 987 654 321", "llamenme al …"),
        ("me llamo juan perez y busco ayuda", "me llamo … y busco ayuda"),
        ("escriban a rosa@example.org o @rosa_m", "escriban a … o …"),
    ],
)
def test_what_could_name_a_person_is_gone(said: str, kept: str) -> None:
    assert scrubbed(said) == kept


@pytest.mark.parametrize(
    "said", ["¿Puedo sacar el SIS? Tengo PTP", "Necesito TARV en Lima", "hay vacunas gratis?"]
)
def test_the_question_itself_stays(said: str) -> None:
    assert scrubbed(said) == said
