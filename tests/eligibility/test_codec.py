"""Answers in a button: short, opaque, bound to a chat, and never a diagnosis."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from health_navigator.eligibility.codec import CHOICES, Codec, Tapped
from health_navigator.eligibility.interview import Interview
from health_navigator.eligibility.models import EligibilityFile, Question
from health_navigator.shipped import shipped

SECRET = b"a secret of at least thirty-two bytes"


@pytest.fixture(scope="module")
def codec(interview: Interview) -> Codec:
    return Codec.of(interview, SECRET)


def _answers() -> st.SearchStrategy[dict[str, str]]:
    path = shipped("knowledge") / "eligibility" / "sis.yaml"
    file = EligibilityFile.model_validate(yaml.load(path.read_bytes(), yaml.CSafeLoader))
    return st.fixed_dictionaries(
        {}, optional={each.id: st.sampled_from(each.values) for each in file.inputs}
    )


CHOICE = st.none() | st.integers(0, CHOICES - 1)


@given(answers=_answers(), choice=CHOICE, chat=st.text(max_size=64))
def test_what_is_written_is_read_again(
    codec: Codec, answers: dict[str, str], choice: int | None, chat: str
) -> None:
    data = codec.write(answers, choice, chat)
    assert len(data.encode()) <= 40
    assert codec.read(data, chat) == Tapped(codec.interview.kept(answers), choice)


@given(answers=_answers())
def test_the_diagnosis_never_enters(codec: Codec, answers: dict[str, str]) -> None:
    silent = {name: value for name, value in answers.items() if name != "vih_o_tb"}
    tapped = codec.read(codec.write(answers))
    assert tapped
    assert "vih_o_tb" not in tapped.answers
    assert {codec.write({**silent, "vih_o_tb": value}) for value in ("si", "no", "no_dice")} == {
        codec.write(silent)
    }


def test_the_buttons_of_one_question_look_unlike_each_other(codec: Codec) -> None:
    """Who reads the data sees no order and no shared part that tells yes from no."""
    answers = {"emergencia_ahora": "no", "otro_seguro": "no", "documento": "cpp"}
    buttons = [codec.write(answers, choice, "chat") for choice in range(3)]
    for place in range(len(buttons[0]) - 3):
        assert len({data[place : place + 4] for data in buttons}) == 3


def test_the_same_button_differs_between_chats(codec: Codec) -> None:
    answers = {"documento": "ninguno"}
    assert codec.write(answers, 0, "one") != codec.write(answers, 0, "other")


@given(answers=_answers(), position=st.integers(0, 15), letter=st.sampled_from("AZaz09-_"))
def test_forged_data_is_refused(
    codec: Codec, answers: dict[str, str], position: int, letter: str
) -> None:
    data = codec.write(answers, 1, "chat")
    forged = data[:position] + letter + data[position + 1 :]
    assert forged == data or codec.read(forged, "chat") is None


@given(st.text(max_size=64))
def test_anything_else_is_refused(codec: Codec, data: str) -> None:
    assert codec.read(data, "chat") is None


def test_data_of_another_chat_or_key_is_refused(codec: Codec) -> None:
    data = codec.write({"edad": "menor_5"}, 0, "chat")
    assert codec.read(data, "another chat") is None
    assert (
        Codec.of(codec.interview, b"another secret of thirty-two bytes").read(data, "chat") is None
    )


def test_data_of_an_older_file_is_refused(codec: Codec, body: dict[str, Any]) -> None:
    """A choice that moved would be read as its neighbour."""
    changed = copy.deepcopy(body)
    changed["questions"][1]["choices"].reverse()
    newer = Codec.of(Interview.of(EligibilityFile.model_validate(changed)), SECRET)
    assert newer.read(codec.write({"edad": "menor_5"})) is None


def test_new_words_keep_old_buttons_alive(codec: Codec, body: dict[str, Any]) -> None:
    changed = copy.deepcopy(body)
    changed["questions"][1]["text"] = "¿Ya tiene un seguro?"
    newer = Codec.of(Interview.of(EligibilityFile.model_validate(changed)), SECRET)
    assert newer.read(codec.write({"edad": "menor_5"})) == Tapped({"edad": "menor_5"}, None)


def test_every_choice_has_room(interview: Interview) -> None:
    assert max(len(question.choices) for question in interview.file.questions) <= CHOICES


def test_a_whole_interview_by_its_buttons(codec: Codec, interview: Interview) -> None:
    """As the chat does it: read the tap, make the choice, write the next buttons."""
    data = codec.write({}, chat="chat")
    for label in ("No", "No", "Ningún documento", "18 años o más", "No"):
        tapped = codec.read(data, "chat")
        assert tapped
        step = interview.next(tapped.answers)
        assert isinstance(step, Question)
        choice = [each.label for each in step.choices].index(label)
        tapped = codec.read(codec.write(tapped.answers, choice, "chat"), "chat")
        assert tapped
        assert tapped.choice is not None
        data = codec.write({**tapped.answers, **step.choices[tapped.choice].answers}, chat="chat")
    last = codec.read(data, "chat")
    assert last
    step = interview.next(last.answers)
    assert isinstance(step, Question)
    assert step.id == "vih_o_tb"
