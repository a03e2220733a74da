"""Unanswered questions: grouped, settled, counted; figures; reports; the audit of it all."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.admin.grouping import Asked, group
from health_navigator.conversation.tables import ReportedService, Tally, UnansweredQuestion
from tests.admin.conftest import ENTRY, Staff
from tests.support.pausing import paused
from tests.support.waiting import PATIENCE


@pytest.fixture
def asked(staff: Staff) -> Iterator[Any]:
    """Leaves questions in an empty inbox, as conversations do."""

    def leave(*texts: str, days_ago: int = 0) -> None:
        day = clock.today() - timedelta(days=days_ago)

        async def work(session: AsyncSession) -> None:
            session.add_all(UnansweredQuestion(text=each, asked_on=day) for each in texts)

        staff.in_database(work)

    staff.in_database(lambda session: session.execute(delete(UnansweredQuestion)))
    yield leave
    staff.in_database(lambda session: session.execute(delete(UnansweredQuestion)))


def groups(staff: Staff) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = staff.elena.get("/unanswered").json()["items"]
    return items


def test_what_asks_the_same_stands_together(staff: Staff, asked: Any) -> None:
    asked("donde me saco una resonancia", days_ago=2)
    asked("dónde me saco una RESONANCIA??", "quiero lentes baratos", "necesito lentes baratos")
    asked("donde puedo sacarme una resonancia")
    first, second = groups(staff)
    assert first["times"] == 3
    assert [each["times"] for each in first["by_day"]] == [1, 2]
    assert second["times"] == 2
    assert len(first["suggestions"]) <= 3


def test_groups_keep_their_names_when_more_comes() -> None:
    day = date(2026, 11, 1)
    few = [Asked(1, "donde saco mi carnet", day), Asked(2, "me duele la espalda", day)]
    more = [*few, Asked(3, "donde sacar el carnet", day), Asked(4, "dolor de espalda fuerte", day)]
    names = {each.id for each in group(few)}
    assert names <= {each.id for each in group(more)}
    assert group(more) == group(reversed(more))


def test_a_group_becomes_questions_of_an_entry(staff: Staff, asked: Any) -> None:
    entry = staff.new_id()
    staff.publish(f"/entries/{entry}", ENTRY)
    asked("me sacan el lunar gratis", "me sacan un lunar gratis", "sacar lunares gratis …")
    group_id = groups(staff)[0]["id"]
    assigned = staff.elena.post(f"/unanswered/{group_id}/assign", {"entry": entry})
    assert assigned.status_code == 200
    questions = staff.elena.get(f"/entries/{entry}/draft").json()["questions"]
    assert questions[:2] == ENTRY["questions"]
    assert "me sacan el lunar gratis" in questions
    assert not any("…" in question for question in questions)
    assert groups(staff) == []
    assert staff.elena.post(f"/unanswered/{group_id}/assign", {"entry": entry}).status_code == 404


def test_wordings_of_ones_own_can_be_assigned(staff: Staff, asked: Any) -> None:
    entry = staff.new_id()
    staff.publish(f"/entries/{entry}", ENTRY)
    asked("cosa rara sin sentido")
    body = {"entry": entry, "questions": ["cirugia de los ojos gratis"]}
    assert staff.elena.post(f"/unanswered/{groups(staff)[0]['id']}/assign", body).status_code == 200
    questions = staff.elena.get(f"/entries/{entry}/draft").json()["questions"]
    assert questions == [*ENTRY["questions"], "cirugia de los ojos gratis"]


def test_the_draft_of_somebody_else_takes_questions_in(staff: Staff, asked: Any) -> None:
    entry = staff.new_id()
    staff.emilio.put(f"/entries/{entry}/draft", ENTRY)
    asked("pregunta nueva de ojos")
    body = {"entry": entry}
    assert staff.elena.post(f"/unanswered/{groups(staff)[0]['id']}/assign", body).status_code == 200
    form = staff.elena.get(f"/entries/{entry}/draft").json()
    assert form["draft"]["authors"] == ["emilio", "elena"]


def test_what_cannot_be_assigned_stays_in_the_inbox(staff: Staff, asked: Any) -> None:
    asked("una duda suelta")
    path = f"/unanswered/{groups(staff)[0]['id']}/assign"
    assert staff.elena.post(path, {"entry": "no-hay"}).status_code == 404
    assert staff.elena.post(path, {"entry": "dentista", "questions": [""]}).status_code == 422
    assert staff.elena.post(path, {}).status_code == 422
    assert len(groups(staff)) == 1


def test_a_group_begins_a_new_entry(staff: Staff, asked: Any) -> None:
    entry = staff.new_id()
    asked("me prestan una silla de ruedas", "me prestan silla de ruedas")
    path = f"/unanswered/{groups(staff)[0]['id']}/draft"
    body = {name: value for name, value in ENTRY.items() if name != "questions"}
    assert staff.elena.post(path, body).status_code == 422
    assert staff.elena.post(path, {**body, "id": "dentista"}).status_code == 422
    assert staff.elena.post(path, {**body, "id": entry}).status_code == 201
    form = staff.elena.get(f"/entries/{entry}/draft").json()
    assert form["questions"] == ["me prestan una silla de ruedas"]


def test_a_group_is_put_out_of_scope_with_four_eyes(staff: Staff, asked: Any) -> None:
    asked("como renuevo el brevete de mototaxi")
    path = f"/unanswered/{groups(staff)[0]['id']}/out-of-scope"
    assert staff.elena.post(path, {"scope": "no-hay"}).status_code == 422
    assert staff.elena.post(path, {"scope": "licencia"}).status_code == 200
    assert staff.elena.post("/documents/out_of_scope/submit").status_code == 200
    assert staff.elena.post("/documents/out_of_scope/publish").status_code == 403
    published = staff.aida.post("/documents/out_of_scope/publish", {"reason": "prueba"})
    assert published.status_code == 200
    shown = staff.elena.get("/documents/out_of_scope/draft").json()
    assert "como renuevo el brevete de mototaxi" in shown["groups"][0]["examples"]


def test_of_two_who_settle_a_group_at_once_the_later_is_told(
    staff: Staff, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked("otra cosa sin respuesta")
    path = f"/unanswered/{groups(staff)[0]['id']}"
    begun, may_end = paused(monkeypatch, "rapidfuzz.process.extractOne")
    with ThreadPoolExecutor(1) as colleague:
        late = colleague.submit(staff.elena.post, f"{path}/out-of-scope", {"scope": "licencia"})
        assert begun.wait(PATIENCE)
        monkeypatch.undo()
        assert staff.emilio.post(f"{path}/discard").status_code == 204
        may_end.set()
        assert late.result().status_code == 404
    shown = staff.elena.get("/documents/out_of_scope/draft").json()
    assert "otra cosa sin respuesta" not in str(shown)


def test_discarding_deletes_and_leaves_a_count(staff: Staff, asked: Any) -> None:
    before = staff.elena.get("/stats").json()["inbox"]["settled"].get("discarded", 0)
    asked("asdf qwer", "asdf qwer")
    path = f"/unanswered/{groups(staff)[0]['id']}/discard"
    assert staff.elena.post(path).status_code == 204
    assert groups(staff) == []
    assert staff.elena.get("/stats").json()["inbox"]["settled"]["discarded"] == before + 1
    audit = staff.aida.get("/audit", params={"what": "unanswered.discarded"}).json()
    assert "asdf" not in str(audit)


def test_messages_of_danger_never_come_in(staff: Staff, asked: Any) -> None:
    staff.client.post("/", data={"text": "quiero matarme"})
    staff.client.post("/", data={"text": "zzkk wwqq"})
    assert "matarme" not in str(groups(staff))


def test_thousands_of_questions_are_grouped_in_time(staff: Staff, asked: Any) -> None:
    words = ["pierna", "brazo", "cabeza", "espalda", "ojo", "muela", "piel", "pecho", "mano", "pie"]
    asked(
        *(
            f"me duele {one} y tambien {two} {n % 7}"
            for n in range(30)
            for one in words
            for two in words
        )
    )
    answer = staff.elena.get("/unanswered", params={"limit": 5})
    assert answer.status_code == 200
    assert answer.elapsed < timedelta(seconds=8)


def count(staff: Staff, day: date, name: str, key: str, times: int) -> None:
    async def work(session: AsyncSession) -> None:
        await session.merge(Tally(day=day, name=name, key=key, times=times))

    staff.in_database(work)


def test_figures_count_outcomes_and_hide_the_few(staff: Staff) -> None:
    day = date(2024, 3, 5)
    for outcome, times in (
        ("answer", 5),
        ("services", 2),
        ("clarify", 3),
        ("no_answer", 4),
        ("urgent", 1),
    ):
        count(staff, day, "outcome", outcome, times)
    count(staff, day, "department", "Lima", 10)
    count(staff, day, "department", "Tumbes", 9)
    count(staff, day, "not_helped", "dentista", 3)
    found = staff.omar.get("/stats", params={"since": "2024-03-01", "until": "2024-03-31"}).json()
    total = found["total"]
    assert (total["questions"], total["answered"], total["clarified"]) == (15, 7, 3)
    assert (total["not_understood"], total["danger"]) == (4, 1)
    assert found["departments"] == [{"month": "2024-03", "department": "Lima", "asked": 10}]
    assert found["votes"] == [{"entry": "dentista", "helped": 0, "not_helped": 3}]
    # A window of one day must not tell what the month hides, nor the other way round.
    one_day = staff.omar.get("/stats", params={"since": "2024-03-05", "until": "2024-03-05"}).json()
    assert one_day["departments"] == found["departments"]
    table = staff.omar.get("/stats.csv", params={"since": "2024-03-01", "until": "2024-03-31"})
    assert table.text.splitlines() == [
        "day,questions,answered,clarified,not_understood,danger",
        "2024-03-05,15,7,3,4,1",
    ]


def test_strange_windows_give_figures_all_the_same(staff: Staff) -> None:
    for since, until in (("2100-01-01", "2000-01-01"), ("2000-01-01", "2100-01-01")):
        assert staff.ada.get("/stats", params={"since": since, "until": until}).status_code == 200
    assert staff.ada.get("/stats", params={"since": "0001-01-01"}).status_code == 422


def test_reports_of_services_wait_until_somebody_looks(staff: Staff) -> None:
    async def work(session: AsyncSession) -> None:
        await session.merge(
            ReportedService(service="ong-uno", reported_on=date(2026, 11, 1), times=3)
        )

    staff.in_database(work)
    assert staff.elena.get("/reports").json()["items"] == [
        {"service": "ong-uno", "name": "Casa Uno", "times": 3, "last": "2026-11-01"}
    ]
    assert staff.elena.post("/reports/ong-uno/settle").status_code == 204
    assert staff.elena.post("/reports/ong-uno/settle").status_code == 404


def test_the_audit_says_who_did_what_before_and_after(staff: Staff) -> None:
    entry = staff.new_id()
    staff.publish(f"/entries/{entry}", ENTRY)
    staff.publish(f"/entries/{entry}", {"title": "¿Ojos, otra vez?"})
    records = staff.aida.get("/audit", params={"item": entry}).json()
    assert records["total"] == 6
    newest = records["items"][0]
    assert (newest["who"], newest["what"]) == ("aida", "entry.publish")
    assert newest["before"] == {"title": ENTRY["title"]}
    assert newest["after"] == {"title": "¿Ojos, otra vez?"}
    assert newest["origin"]
    assert "127.0.0.1" not in str(records)
    assert staff.aida.get("/audit", params={"search": entry.upper()}).json()["total"] == 6
    assert staff.aida.get("/audit", params={"who": "elena", "item": entry}).json()["total"] == 4
    assert staff.aida.get("/audit", params={"until": "2020-01-01"}).json()["total"] == 0
    assert entry in staff.aida.get("/audit.csv").text


def test_the_audit_as_a_table_holds_no_formula(staff: Staff) -> None:
    """Its readers open it in a spreadsheet."""
    staff.publish(f"/entries/{staff.new_id()}", ENTRY, reason="=HYPERLINK(1)")
    lines = csv.reader(StringIO(staff.aida.get("/audit.csv").text, newline=""))
    cells = [cell for line in lines for cell in line]
    assert "'=HYPERLINK(1)" in cells
    assert not any(cell.startswith("=") for cell in cells)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_record SET who = 'x'", "DELETE FROM audit_record"]
)
def test_the_database_itself_keeps_the_audit(staff: Staff, statement: str) -> None:
    staff.elena.put(f"/entries/{staff.new_id()}/draft", ENTRY)
    with pytest.raises(DBAPIError):
        staff.in_database(lambda session: session.execute(text(statement)))
