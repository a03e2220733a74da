"""The console, and the guard that looks at a change before it goes live."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.admin.conftest import ENTRY, REASON, Staff, serving
from tests.support.little import DENTIST_QUESTIONS, SIS_QUESTIONS, VACCINE_QUESTIONS
from tests.support.server import settings_for
from tests.support.waiting import wait_until

ALL_QUESTIONS = (*SIS_QUESTIONS, *VACCINE_QUESTIONS, *DENTIST_QUESTIONS)


@pytest.fixture
def alone(little: Path, tmp_path: Path) -> Iterator[Staff]:
    """A knowledge that no other test has changed, of an office with one person in it."""
    with serving(settings_for(tmp_path, knowledge_dir=little, four_eyes=False)) as staff:
        yield staff


def thief(staff: Staff, questions: list[str]) -> str:
    """A new entry in review that asks what another answers."""
    path = f"/entries/{staff.new_id('ladron')}"
    body = {**ENTRY, "title": "¿Vacunas y dientes?", "questions": questions, "related": []}
    assert staff.elena.put(f"{path}/draft", body).status_code == 200
    assert staff.elena.post(f"{path}/submit").status_code == 200
    return path


def test_what_steals_is_named_and_needs_a_reason(alone: Staff) -> None:
    path = thief(alone, [*VACCINE_QUESTIONS, *(f"{each} hoy" for each in VACCINE_QUESTIONS)])
    seen = alone.aida.get(f"{path}/findings").json()
    refused = alone.aida.post(f"{path}/publish")
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["field"] == "reason"
    found = refused.json()["findings"]
    assert found == seen
    harmed = {each["owner"] for each in found["thefts"]} | {
        each["entry"] for each in found["breaks"]
    }
    assert harmed == {"vacuna-bebe"}
    assert {each["entry"] for each in found["duplicates"]} == {"vacuna-bebe"}
    assert alone.aida.post(f"{path}/publish", {"reason": "se unen después"}).status_code == 200
    newest = alone.aida.get(f"{path}/revisions").json()["items"][0]
    assert newest["reason"] == "se unen después"


@pytest.mark.parametrize("encoder", ["none", "auto"])
def test_what_the_guard_names_comes_true(little: Path, tmp_path: Path, encoder: str) -> None:
    """It asks the matcher that will be live, meanings and all, every question that it knows."""
    settings = settings_for(tmp_path, knowledge_dir=little, encoder=encoder)
    with serving(settings) as staff:
        wanted = "near meaning" if encoder == "auto" else "near words"
        asked = "algo para los dientes de mi abuelo"
        wait_until(lambda: wanted in _parts(staff, asked))
        before = {question: _finds(staff, question) for question in ALL_QUESTIONS}
        path = thief(staff, [*VACCINE_QUESTIONS, *(f"{each} hoy" for each in VACCINE_QUESTIONS)])
        told = staff.aida.post(f"{path}/publish", REASON).json()["findings"]
        stolen = f"{VACCINE_QUESTIONS[0]} hoy"
        wait_until(lambda: _finds(staff, stolen) == path.rpartition("/")[2])
        lost = {
            question: now
            for question, owner in before.items()
            if (now := _finds(staff, question)) != owner
        }
    harmed = {each["question"]: each["finds"] for each in told["breaks"]}
    harmed |= {each["question"]: each["thief"] for each in told["thefts"]}
    assert lost
    assert lost.items() <= harmed.items()
    # Somebody's very words are taken even where the matcher still tells the two apart.
    assert harmed.keys() - lost.keys() <= {each["like"] for each in told["duplicates"]}


def _try(staff: Staff, text: str) -> dict[str, Any]:
    answer: dict[str, Any] = staff.elena.post("/try", {"text": text}).json()
    return answer


def _parts(staff: Staff, text: str) -> dict[str, float]:
    candidates = _try(staff, text)["why"].get("candidates", ())
    return dict(candidates[0]["parts"]) if candidates else {}


def _finds(staff: Staff, text: str) -> str | None:
    """The entry that is answered or offered first."""
    answer = _try(staff, text)
    return answer["entry"] or next((each["entry"] for each in answer["options"]), None)


def test_a_pinned_question_must_find_its_own_entry(alone: Staff) -> None:
    path = "/entries/dentista"
    alone.elena.put(f"{path}/draft", {"pinned": ["donde vacuno a mi bebe"]})
    alone.elena.post(f"{path}/submit")
    found = alone.aida.post(f"{path}/publish").json()["findings"]
    assert found["breaks"] == [
        {"entry": "dentista", "question": "donde vacuno a mi bebe", "finds": "vacuna-bebe"}
    ]


def test_a_harmless_change_passes(alone: Staff) -> None:
    path = "/entries/dentista"
    alone.elena.put(f"{path}/draft", {"questions": [*DENTIST_QUESTIONS, "se me rompio un diente"]})
    alone.elena.post(f"{path}/submit")
    published = alone.aida.post(f"{path}/publish")
    assert published.status_code == 200
    assert published.json()["findings"] == {"breaks": [], "thefts": [], "duplicates": []}


def test_one_person_may_work_alone_and_the_audit_says_so(alone: Staff) -> None:
    path = f"/services/{alone.new_id('ong')}"
    body = {
        "name": "Casa",
        "kind": "ong",
        "scope": "national",
        **{name: ENTRY[name] for name in ("sources", "verified_on", "review_by", "confidence")},
    }
    alone.aida.put(f"{path}/draft", body)
    alone.aida.post(f"{path}/submit")
    assert alone.aida.post(f"{path}/publish").status_code == 200
    record = alone.aida.get("/audit", params={"what": "service.publish"}).json()["items"][0]
    assert record["note"] == "four eyes are off: approved by an author"


def test_the_console_shows_the_known_phrases_that_a_danger_came_nearest_to(staff: Staff) -> None:
    why = _try(staff, "mi marido me pega y me amenaza")["why"]
    assert why["danger"] == "violencia"
    assert any("me pega" in phrase for phrase in why["nearest"])


def test_the_console_answers_with_my_drafts_and_says_why(staff: Staff) -> None:
    entry = staff.new_id()
    question = "me operan la hernia del ombligo"
    body = {**ENTRY, "title": "¿Me operan la hernia?", "questions": [question, "operar hernia"]}
    staff.elena.put(f"/entries/{entry}/draft", body)
    live = staff.elena.post("/try", {"text": question}).json()
    assert live["entry"] != entry
    mine = staff.elena.post("/try", {"text": question, "drafts": True}).json()
    best = mine["why"]["candidates"][0]
    assert best["id"] == entry
    assert question in best["nearest"]
    assert best["parts"]
    assert "hernia" in mine["why"]["reading"]["typed"]
    assert mine["why"]["thresholds"]["answer"] > 0
    theirs = staff.emilio.post("/try", {"text": question, "drafts": True}).json()
    assert theirs["entry"] != entry


def test_the_console_counts_and_keeps_nothing(staff: Staff) -> None:
    before = staff.elena.get("/unanswered").json()["total"]
    staff.elena.post("/try", {"text": "xyzzy plugh"})
    assert staff.elena.get("/unanswered").json()["total"] == before


@pytest.mark.parametrize("text", ["", "x" * 5_000, "a\u0000b", None, 7])
def test_the_console_refuses_what_is_no_question(staff: Staff, text: object) -> None:
    answer = staff.elena.post("/try", {"text": text})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["reason"]


def test_near_duplicates_are_found_while_typing(staff: Staff) -> None:
    body = {"questions": ["¿Dónde VACUNO a mi bebé?", "algo muy distinto"], "entry": "dentista"}
    items = staff.elena.post("/near", body).json()["items"]
    assert [each["entry"] for each in items] == ["vacuna-bebe"]
    own = {"questions": ["donde vacuno a mi bebe"], "entry": "vacuna-bebe"}
    assert staff.elena.post("/near", own).json()["total"] == 0
