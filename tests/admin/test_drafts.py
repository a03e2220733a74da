"""The way of a change: written, reviewed, published, reverted, retired; nothing lost on the way."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.admin.conftest import ENTRY, REASON, SERVICE, Staff
from tests.support.process import run_program
from tests.support.server import KEY
from tests.support.waiting import wait_until


def test_a_new_entry_goes_live_when_somebody_else_approves(staff: Staff) -> None:
    entry = staff.new_id()
    path = f"/entries/{entry}"
    put = staff.elena.put(f"{path}/draft", ENTRY)
    assert put.status_code == 200
    assert put.json()["draft"]["state"] == "draft"
    assert staff.client.get(f"/api/v1/entries/{entry}").status_code == 404
    assert staff.elena.post(f"{path}/submit").json()["state"] == "in_review"
    published = staff.aida.post(f"{path}/publish", REASON)
    assert published.status_code == 200
    assert published.json()["revision"] == 1
    wait_until(lambda: staff.client.get(f"/api/v1/entries/{entry}").is_success, seconds=5)
    assert staff.client.get(f"/api/v1/entries/{entry}").json()["title"] == ENTRY["title"]


def test_what_is_left_out_stays_as_it_was(staff: Staff) -> None:
    path = "/entries/sis-sin-papeles"
    before = staff.elena.get(f"{path}/draft").json()
    after = staff.elena.put(f"{path}/draft", {"title": "¿Hay SIS sin papeles?"}).json()
    try:
        assert after["title"] == "¿Hay SIS sin papeles?"
        assert after["pinned"] == before["pinned"]
        assert after["questions"] == before["questions"]
    finally:
        assert staff.elena.call("DELETE", f"{path}/draft").status_code == 204
    assert staff.elena.get(f"{path}/draft").json() == before


def test_what_a_get_gives_a_put_takes(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    form = staff.elena.put(f"{path}/draft", ENTRY).json()
    form["answer"] = "No. Pregunta en la posta."
    again = staff.elena.put(f"{path}/draft", form)
    assert again.status_code == 200
    assert again.json()["answer"] == form["answer"]


def test_null_takes_a_field_away(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    staff.elena.put(f"{path}/draft", {**ENTRY, "label": "Ojos", "expires_on": "2027-01-01"})
    form = staff.elena.put(f"{path}/draft", {"label": None, "expires_on": None}).json()
    assert "label" not in form
    assert "expires_on" not in form


def test_two_editors_at_once_both_keep_their_words(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    seen = staff.elena.put(f"{path}/draft", ENTRY).headers["ETag"]
    mine = {"title": "¿Dónde operan los ojos?"}
    first = staff.emilio.put(f"{path}/draft", mine, headers={"If-Match": seen})
    assert first.status_code == 200
    theirs = {"title": "¿Cuánto cuesta operar los ojos?"}
    second = staff.elena.put(f"{path}/draft", theirs, headers={"If-Match": seen})
    assert second.status_code == 409
    assert second.json()["yours"] == theirs
    assert second.json()["theirs"]["title"] == mine["title"]


def test_without_a_tag_nobody_writes_over_the_draft_of_another(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    staff.elena.put(f"{path}/draft", ENTRY)
    assert staff.emilio.put(f"{path}/draft", {"title": "¿Y esto?"}).status_code == 409


def test_of_many_saves_at_the_same_moment_one_wins(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    seen = staff.elena.put(f"{path}/draft", ENTRY).headers["ETag"]

    def save(number: int) -> int:
        body = {"title": f"¿Título {number} de muchos?"}
        person = (staff.elena, staff.emilio)[number % 2]
        return person.put(f"{path}/draft", body, headers={"If-Match": seen}).status_code

    with ThreadPoolExecutor(6) as pool:
        codes = sorted(pool.map(save, range(6)))
    assert codes == [200, 409, 409, 409, 409, 409]


def test_what_was_published_meanwhile_is_not_written_over(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    assert staff.publish(path, ENTRY).status_code == 200
    staff.elena.put(f"{path}/draft", {"title": "¿Uno de dos?"})
    staff.elena.post(f"{path}/submit")
    assert staff.aida.post(f"{path}/retire").status_code == 200
    conflict = staff.aida.post(f"{path}/publish")
    assert conflict.status_code == 409
    assert conflict.json()["yours"]["title"] == "¿Uno de dos?"
    assert conflict.json()["theirs"]["title"] == ENTRY["title"]


def test_a_rejected_change_comes_back_with_the_reason(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    staff.elena.put(f"{path}/draft", ENTRY)
    staff.elena.post(f"{path}/submit")
    assert staff.aida.post(f"{path}/reject", {"reason": ""}).status_code == 422
    assert staff.aida.post(f"{path}/reject", {"reason": "Falta la fuente"}).status_code == 200
    draft = staff.elena.get(f"{path}/draft").json()["draft"]
    assert draft["state"] == "rejected"
    assert draft["reason"] == "Falta la fuente"
    assert staff.elena.post(f"{path}/submit").status_code == 200
    assert staff.aida.post(f"{path}/publish", REASON).status_code == 200


def test_only_what_is_in_review_is_published(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    staff.elena.put(f"{path}/draft", ENTRY)
    assert staff.aida.post(f"{path}/publish").status_code == 409
    assert staff.aida.post(f"{path}/reject", {"reason": "no"}).status_code == 409
    staff.elena.post(f"{path}/submit")
    assert staff.elena.post(f"{path}/submit").status_code == 409
    # A change in review that is changed again must be submitted again.
    staff.elena.put(f"{path}/draft", {"title": "¿Otra vez los ojos?"})
    assert staff.aida.post(f"{path}/publish").status_code == 409


def test_revisions_say_what_changed_and_can_come_back(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    staff.publish(path, ENTRY)
    staff.publish(path, {"answer": "No. Pregunta en la posta hoy."})
    listed = staff.elena.get(f"{path}/revisions").json()
    assert listed["total"] == 2
    newest = listed["items"][0]
    assert (newest["number"], newest["author"], newest["approver"]) == (2, "elena", "aida")
    change = next(each for each in newest["changes"] if each["field"] == "answer")
    assert change["removed"] == ["Sí.", "posta."]
    assert change["added"] == ["No.", "posta hoy."]
    assert staff.elena.post(f"{path}/revert/9").status_code == 404
    assert staff.elena.post(f"{path}/revert/1").json()["state"] == "draft"
    assert staff.elena.get(f"{path}/draft").json()["answer"] == ENTRY["answer"]
    assert staff.elena.post(f"{path}/revert/1").status_code == 409
    staff.elena.post(f"{path}/submit")
    assert staff.aida.post(f"{path}/publish", REASON).json()["revision"] == 3


def test_a_retired_entry_is_gone_and_can_come_back(staff: Staff) -> None:
    entry = staff.new_id()
    path = f"/entries/{entry}"
    staff.publish(path, ENTRY)
    assert staff.elena.post(f"{path}/retire").status_code == 403
    assert staff.aida.post(f"{path}/retire", {"reason": "ya no existe"}).status_code == 200
    assert staff.aida.post(f"{path}/retire").status_code == 409
    rows = staff.elena.get("/entries", params={"state": "retired", "search": entry}).json()
    assert [row["id"] for row in rows["items"]] == [entry]
    assert staff.publish(path, {"title": "¿Otra vez aquí?"}).status_code == 200


@pytest.mark.parametrize("document", ["triage", "lexicon", "places", "out_of_scope"])
def test_nobody_can_take_the_hearing_of_danger_away(staff: Staff, document: str) -> None:
    refused = staff.ada.post(f"/documents/{document}/retire", REASON)
    assert refused.status_code == 403
    assert "the bot needs it" in refused.json()["detail"]


def test_what_a_person_retired_no_load_brings_back(staff: Staff, tmp_path: Path) -> None:
    """Every start loads the files too, and they still have it."""
    mine, path = staff.program.settings, "/entries/dentista"
    settings = {name: getattr(mine, name) for name in ("database_url", "knowledge_dir")}
    title = staff.elena.get(f"{path}/draft").json()["title"]
    assert staff.aida.post(f"{path}/retire", REASON).status_code == 200
    loaded = run_program(tmp_path, "knowledge", "load", secret_key=KEY, **settings)
    assert "entry/dentista: edited or retired by staff" in loaded.stdout, loaded.stderr
    rows = staff.elena.get("/entries", params={"state": "retired", "search": "dentista"}).json()
    assert [row["id"] for row in rows["items"]] == ["dentista"]
    assert staff.publish(path, {"title": title}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("title", "", "title"),
        ("title", "x" * 71, "title"),
        ("questions", [], "questions"),
        ("questions", ["hola", "x" * 401], "questions.1"),
        ("questions", "hola", "questions"),
        ("answer", "x" * 5_000, "answer"),
        ("topic", "no-hay", "topic"),
        ("related", ["no-hay"], "related.0"),
        ("sources", [], "sources"),
        (
            "sources",
            [{"title": "x", "publisher": "y", "url": "javascript:alert(1)"}],
            "sources.0.url",
        ),
        ("verified_on", "ayer", "verified_on"),
        ("review_by", "2020-01-01", "-"),
        ("confidence", "sure", "confidence"),
        ("expires_on", "31/12/2026", "expires_on"),
        ("figures", [{"text": "72 horas", "kind": "deadline"}], "figures.0"),
        ("answer", "con un \x00 dentro", "-"),
        ("answer", "con un \ud800 dentro", "-"),
        ("unknown", "x", "unknown"),
    ],
)
def test_what_is_wrong_is_said_field_by_field(
    staff: Staff, field: str, value: object, named: str
) -> None:
    body = json.dumps({**ENTRY, field: value})
    path = f"/entries/{staff.new_id()}/draft"
    answer = staff.elena.call(
        "PUT", path, content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    fields = [fault["field"] for fault in answer.json()["detail"]]
    assert named in fields or (named == "-") or any(each.startswith(named) for each in fields), (
        fields
    )
    assert all(fault["reason"] for fault in answer.json()["detail"])
    assert staff.elena.get(path).status_code == 404


@pytest.mark.parametrize(
    "missing", ["title", "topic", "questions", "answer", "sources", "review_by"]
)
def test_a_new_entry_needs_all_that_an_entry_is(staff: Staff, missing: str) -> None:
    body = {name: value for name, value in ENTRY.items() if name != missing}
    answer = staff.elena.put(f"/entries/{staff.new_id()}/draft", body)
    assert answer.status_code == 422
    assert missing in [fault["field"] for fault in answer.json()["detail"]]


def test_an_unfinished_draft_is_kept_and_says_what_it_lacks(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    body = {"title": "¿Me atienden el oído?", "questions": ["me duele el oído"]}
    kept = staff.elena.put(f"{path}/draft", body, params={"unfinished": True})
    assert kept.status_code == 200
    assert kept.json()["title"] == body["title"]
    lacking = {"topic", "answer", "sources", "verified_on", "review_by", "confidence"}
    assert {each["field"] for each in kept.json()["draft"]["gaps"]} == lacking
    refused = staff.elena.post(f"{path}/submit")
    assert refused.status_code == 422
    assert {each["field"] for each in refused.json()["detail"]} == lacking
    for door in ("findings", "revisions", "comments"):
        assert staff.elena.get(f"{path}/{door}").status_code in (200, 422)
    assert staff.elena.post("/try", {"text": "me duele", "drafts": True}).status_code == 200
    whole = staff.elena.put(f"{path}/draft", ENTRY)
    assert whole.json()["draft"]["gaps"] == []
    assert staff.elena.post(f"{path}/submit").status_code == 200


def test_what_is_wrong_is_not_kept_as_unfinished_either(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}/draft"
    for wrong in ({"verified_on": "ayer"}, {"title": "x" * 71}, {"sources": "Minsa"}, {"foo": 1}):
        refused = staff.elena.put(path, wrong, params={"unfinished": True})
        assert refused.status_code == 422
        told = {each["field"].split(".")[0] for each in refused.json()["detail"]}
        assert told & wrong.keys()
    assert staff.elena.get(path).status_code == 404


def test_an_id_has_its_form(staff: Staff) -> None:
    for wrong in ("Con Mayúsculas", "con_raya", "x" * 65, "a%00b"):
        assert staff.elena.put(f"/entries/{wrong}/draft", ENTRY).status_code == 422
        assert staff.elena.get(f"/entries/{wrong}/draft").status_code == 404


def test_markup_is_text_like_any_other(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}/draft"
    evil = "<script>alert(1)</script>"
    body = {
        **ENTRY,
        "title": evil,
        "answer": evil,
        "questions": [evil],
        "note": evil,
        "label": "<b>x</b>",
    }
    form = staff.elena.put(path, body).json()
    assert form["title"] == form["answer"] == form["questions"][0] == form["note"] == evil


def test_a_paste_of_five_megabytes_is_refused(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}/draft"
    for size in (200_000, 5_000_000):
        answer = staff.elena.put(path, {**ENTRY, "answer": "a" * size})
        assert answer.status_code in (413, 422)


def test_warnings_stand_beside_the_draft(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}/draft"
    answer = "Sí. Cuesta 35 soles. Siempre hay cupo. Llama al 987 654 321."
    draft = staff.elena.put(path, {**ENTRY, "answer": answer}).json()["draft"]
    assert {"answer"} <= {warning["field"].split(".")[0] for warning in draft["warnings"]}
    assert draft["readability"] > 60


def test_verified_today_takes_two_clicks(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    staff.publish(path, {**ENTRY, "verified_on": "2026-01-01", "review_by": "2026-04-01"})
    source = {"title": "Guía nueva", "publisher": "Minsa", "url": "https://www.gob.pe/x"}
    assert staff.elena.post(f"{path}/verify", {"source": source}).json()["state"] == "in_review"
    assert staff.aida.post(f"{path}/publish", REASON).status_code == 200
    form = staff.elena.get(f"{path}/draft").json()
    verified = date.fromisoformat(form["verified_on"])
    assert abs((verified - date.today()).days) <= 1  # noqa: DTZ011  Lima may be a day behind
    assert date.fromisoformat(form["review_by"]) - verified == timedelta(days=90)
    assert [each["title"] for each in form["sources"]] == ["Guía nueva"]


def test_what_is_due_is_listed_with_its_owner(staff: Staff) -> None:
    entry = staff.new_id()
    staff.publish(
        f"/entries/{entry}", {**ENTRY, "verified_on": "2026-01-01", "review_by": "2026-04-01"}
    )
    due = staff.elena.get("/stale", params={"owner": "elena", "limit": 1000}).json()
    row = next(each for each in due["items"] if each["id"] == entry)
    assert row["days_left"] < 0
    assert row["owner"] == "elena"
    later = staff.elena.get("/stale", params={"days": 3650}).json()
    assert "ong-uno" in [each["id"] for each in later["items"]]


def test_the_list_can_be_searched_filtered_and_paged(staff: Staff) -> None:
    found = staff.elena.get("/entries", params={"search": "VACÚNO mi bebé"}).json()
    assert [row["id"] for row in found["items"]] == ["vacuna-bebe"]
    page = staff.elena.get("/entries", params={"limit": 2, "offset": 1}).json()
    assert len(page["items"]) == 2
    assert page["total"] > 3
    uncertain = staff.new_id()
    staff.elena.put(f"/entries/{uncertain}/draft", {**ENTRY, "confidence": "uncertain"})
    rows = staff.elena.get("/entries", params={"uncertain": True, "state": "draft"}).json()["items"]
    assert uncertain in [row["id"] for row in rows]
    for order in ("id", "asked", "disliked", "review_by", "newest"):
        assert staff.elena.get("/entries", params={"order": order}).status_code == 200


def test_comments_go_with_the_change(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    staff.elena.put(f"{path}/draft", ENTRY)
    assert staff.aida.post(f"{path}/comments", {"text": "¿Y la fuente?"}).status_code == 201
    said = staff.elena.get(f"{path}/comments").json()["items"]
    assert [(each["author"], each["text"]) for each in said] == [("aida", "¿Y la fuente?")]


def test_services_go_the_same_way(staff: Staff) -> None:
    service = staff.new_id("ong")
    path = f"/services/{service}"
    published = staff.publish(path, {**SERVICE, "hours": "Mo-Fr 08:00-17:00"})
    assert published.status_code == 200
    assert staff.elena.get(f"{path}/draft").json()["name"] == "Casa Tres"
    assert staff.elena.get(f"{path}/revisions").json()["total"] == 1
    rows = staff.elena.get("/services", params={"kind": "ong", "search": service}).json()
    assert [row["id"] for row in rows["items"]] == [service]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"hours": "lunes a viernes"}, "hours"),
        ({"latitude": 40.0, "longitude": -3.0}, "latitude"),
        ({"latitude": -12.0}, "-"),
        ({"status": "closed"}, "-"),
        ({"status": "closed", "closed_on": "2026-01", "replaced_by": ["no-hay"]}, "replaced_by.0"),
        ({"kind": "bodega"}, "kind"),
        ({"department": None}, "-"),
    ],
)
def test_a_service_must_make_sense(staff: Staff, change: dict[str, object], named: str) -> None:
    answer = staff.elena.put(f"/services/{staff.new_id('ong')}/draft", {**SERVICE, **change})
    assert answer.status_code == 422
    assert named in [fault["field"] for fault in answer.json()["detail"]]


def test_closed_without_a_replacement_says_none(staff: Staff) -> None:
    body = {**SERVICE, "status": "closed", "closed_on": "2026-01", "replaced_by": []}
    form = staff.elena.put(f"/services/{staff.new_id('ong')}/draft", body)
    assert form.status_code == 200
    assert form.json()["replaced_by"] == []
