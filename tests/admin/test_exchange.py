"""Spreadsheets out and in: byte for byte, row by row, and never a formula."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from io import BytesIO, StringIO
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine, event

from health_navigator.admin import cells, sheets
from health_navigator.knowledge.files import to_body
from health_navigator.knowledge.models import Entry, Figure, FigureKind
from health_navigator.provenance import Call, Source
from tests.admin.conftest import ENTRY, SERVICE, Staff
from tests.support.pausing import paused
from tests.support.waiting import PATIENCE


def exported(staff: Staff, kind: str = "entries", format_: str = "csv") -> bytes:
    answer = staff.elena.get("/export", params={"kind": kind, "format": format_})
    assert answer.status_code == 200
    return answer.content


def send(
    staff: Staff, content: bytes, *, dry_run: bool = False, name: str = "x.csv"
) -> httpx.Response:
    data = {"dry_run": str(dry_run).lower()}
    return staff.aida.call("POST", "/import", files={"file": (name, content)}, data=data)


def sheet(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    text = StringIO(newline="")
    columns = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, [*columns], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def row(entry: str, **more: str) -> dict[str, str]:
    return {
        "id": entry,
        "topic": "atencion",
        "title": "¿Me atienden el oído?",
        "questions": "me duele el oído\nno escucho bien",
        "answer": "Sí. Ve a la posta.",
        "sources": "Guía | Minsa | https://www.gob.pe/x | 2025-06",
        "verified_on": "2026-11-20",
        "review_by": "2027-05-20",
        "confidence": "official",
        **more,
    }


@pytest.mark.parametrize("kind", ["entries", "services"])
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_an_export_comes_back_without_a_change(staff: Staff, kind: str, format_: str) -> None:
    body = {**ENTRY, "note": "=1+1", "call": [{"name": "a|b", "phone": "113", "note": "x\\y"}]}
    staff.publish(f"/entries/{staff.new_id()}", body)
    staff.publish(
        f"/services/{staff.new_id('ong')}",
        {**SERVICE, "latitude": -12.05, "longitude": -77.03, "whatsapp": "+51 999 888 777"},
    )
    before = exported(staff, kind, format_)
    answer = send(staff, before, name=f"x.{format_}").json()
    assert (answer["new"], answer["changed"], answer["wrong"]) == (0, 0, 0), answer["detail"]
    assert answer["unchanged"] > 1
    if format_ == "csv":
        assert exported(staff, kind) == before


def test_changed_and_new_rows_wait_for_approval(staff: Staff) -> None:
    old, new = staff.new_id("oido"), staff.new_id("oido")
    staff.publish(f"/entries/{old}", ENTRY)
    text = sheet([row(old, title="¿Nuevo título?"), row(new, related=old)])
    dry = send(staff, text.encode(), dry_run=True)
    assert dry.status_code == 200
    assert [each["action"] for each in dry.json()["rows"]] == ["changed", "new"]
    assert staff.elena.get(f"/entries/{new}/draft").status_code == 404
    done = send(staff, text.encode())
    assert done.json()["written"] == [old, new]
    assert staff.elena.get(f"/entries/{new}/draft").json()["draft"]["state"] == "in_review"
    assert staff.aida.post(f"/entries/{new}/publish").status_code == 403
    assert staff.ada.post(f"/entries/{new}/publish", {"reason": "prueba"}).status_code == 200


def test_every_mistake_has_its_line_and_column_and_nothing_is_written(staff: Staff) -> None:
    good, bad = staff.new_id("oido"), staff.new_id("oido")
    rows = [
        row(good),
        row(bad, title="x", verified_on="ayer", sources="a | b | c | d | e", sensitive="quizás"),
        row("Con Mayúscula"),
        row(good),
    ]
    answer = send(staff, sheet(rows).encode())
    assert answer.status_code == 422
    rows_told = answer.json()["rows"]
    problems = {(told["line"], fault["field"]) for told in rows_told for fault in told["problems"]}
    assert {(3, "sources"), (3, "sensitive"), (4, "id"), (5, "id")} <= problems
    assert staff.elena.get(f"/entries/{good}/draft").status_code == 404
    rows[1] = row(bad, title="x", verified_on="ayer")
    answer = send(staff, sheet(rows[:2]).encode(), dry_run=True)
    fields = {fault["field"] for fault in answer.json()["rows"][1]["problems"]}
    assert fields == {"title", "verified_on"}


def test_many_rows_are_looked_up_together(staff: Staff) -> None:
    """Each row had half a dozen queries once: a thousand rows took most of a minute."""
    rows = [row(staff.new_id("fila"), title=f"¿Me atienden {each}?") for each in range(200)]
    with queries() as sent:
        answer = send(staff, sheet(rows).encode())
    assert len(answer.json()["written"]) == 200
    assert len(sent) < 20


@contextmanager
def queries() -> Iterator[list[str]]:
    """What is read from any database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("library", "form"),
    [("openpyxl.load_workbook", "xlsx"), ("health_navigator.admin.bodies.validate", "csv")],
    ids=["reading", "checking"],
)
def test_questions_are_answered_while_a_sheet_is_read_and_checked(
    staff: Staff, monkeypatch: pytest.MonkeyPatch, library: str, form: str
) -> None:
    staff.publish(f"/services/{staff.new_id('ong')}", {**SERVICE, "hours": "Mo-Fr 08:00-17:00"})
    # Rows that say nothing new are not checked.
    content = exported(staff, "services", form).replace(b"Casa Tres", b"Casa Cuatro")
    begun, may_end = paused(monkeypatch, library)
    with ThreadPoolExecutor(1) as colleague:
        sent = colleague.submit(send, staff, content, dry_run=True, name=f"x.{form}")
        try:
            assert begun.wait(PATIENCE)
            assert staff.client.get("/readyz", timeout=30).is_success
        finally:
            may_end.set()
        assert sent.result().is_success


def test_what_changed_while_a_sheet_was_checked_is_not_written_over(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = staff.new_id("ong")
    staff.publish(f"/services/{service}", {**SERVICE, "hours": "Mo-Fr 08:00-17:00"})
    text = sheet([{"id": service, "cost": "Gratis", "status": "active"}])
    begun, may_end = paused(monkeypatch, "health_navigator.admin.bodies.validate")
    with ThreadPoolExecutor(1) as colleague:
        sent = colleague.submit(send, staff, text.encode())
        assert begun.wait(PATIENCE)
        monkeypatch.undo()
        body = {"cost": "Tres soles"}
        assert staff.elena.put(f"/services/{service}/draft", body).status_code == 200
        may_end.set()
        assert sent.result().status_code == 409
    assert staff.elena.get(f"/services/{service}/draft").json()["cost"] == "Tres soles"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_office_program_may_have_written_it(
    staff: Staff, encoding: str, delimiter: str
) -> None:
    entry = staff.new_id("oido")
    text = sheet([row(entry)], delimiter)
    assert send(staff, text.encode(encoding)).json()["written"] == [entry]
    assert staff.elena.get(f"/entries/{entry}/draft").json()["title"] == "¿Me atienden el oído?"


def test_columns_that_are_missing_leave_their_fields_alone(staff: Staff) -> None:
    entry = staff.new_id()
    staff.publish(f"/entries/{entry}", ENTRY)
    text = f"id,title\n{entry},¿Otro título?\n"
    assert send(staff, text.encode()).json()["written"] == [entry]
    assert staff.elena.get(f"/entries/{entry}/draft").json()["questions"] == ENTRY["questions"]


def test_a_sheet_says_by_its_columns_or_its_ids_what_it_is_of(staff: Staff) -> None:
    entry, service = staff.new_id("oido"), staff.new_id("ong")
    staff.publish(f"/entries/{entry}", ENTRY)
    staff.publish(f"/services/{service}", SERVICE)

    def kind(text: str) -> object:
        answer = send(staff, text.encode(), dry_run=True)
        return answer.json()["kind"] if answer.is_success else answer.json()["detail"][0]["field"]

    assert kind(f"id,title\n{entry},¿Otro título?\n") == "entry"
    assert kind(f"id,name\n{service},Casa Cuatro\n") == "service"
    assert kind(f"id,review_by\n{entry},2027-01-01\n") == "entry"
    assert kind(f"id,review_by\n{service},2027-01-01\n") == "service"
    assert kind("id,review_by\nnadie-lo-conoce,2027-01-01\n") == "file"
    assert kind(f"id,review_by\n{entry},2027-01-01\n{service},2027-01-01\n") == "file"


def test_formulas_are_never_evaluated(staff: Staff) -> None:
    book = Workbook()
    values = row(staff.new_id())
    values["title"] = "=CONCATENATE(1,2)"
    book.active.append([*values])
    book.active.append([*values.values()])
    content = BytesIO()
    book.save(content)
    answer = send(staff, content.getvalue(), name="x.xlsx")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["field"] == "line 2, title"


def test_exported_cells_are_no_formulas(staff: Staff) -> None:
    body = {
        **ENTRY,
        "note": "=1+1",
        "label": "+51 999",
        "title": "-3 grados",
        "answer": "@SUM(A1) dicen",
        "questions": ["'=esto", "=aquello"],
        "regions": ["=Lima"],
    }
    staff.publish(f"/entries/{staff.new_id()}", body)
    lines = csv.reader(StringIO(exported(staff).decode(), newline=""))
    assert not any(cell[:1] in ("=", "+", "-", "@") for line in lines for cell in line if cell)
    book = load_workbook(BytesIO(exported(staff, format_="xlsx")))
    assert all(cell.data_type != "f" for line in book.active.iter_rows() for cell in line)
    assert send(staff, exported(staff)).json()["changed"] == 0


@pytest.mark.parametrize("text", ["=1+1", "+51", "-3", "@SUM(A1)", "'=x", "''-y", "'plain", "\t=1"])
def test_what_is_led_by_an_apostrophe_comes_back_as_it_was(text: str) -> None:
    assert cells.unguarded(cells.guarded(text)) == text
    assert cells.guarded(text)[0] not in "=+-@\t"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"id\n",
        b"PK\x03\x04 this is no zip",
        b"title,answer\nx,y\n",
        b"id,answer,foo\nx,y,z\n",
        b"id,id,answer\nx,y,z\n",
        b'id,answer\nx,"y\n',
        b"id,answer\n" + b"x" * 300_000 + b",y\n",
        b"id,answer\nx,\x00\n",
    ],
)
def test_what_is_no_sheet_is_refused_in_words(staff: Staff, content: bytes) -> None:
    answer = send(staff, content)
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert answer.json()["detail"][0]["reason"]
    assert not answer.json().get("written")


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_form_that_cannot_be_read_is_told_what_is_wrong(staff: Staff, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    refused = staff.aida.call("POST", "/import", content=b"no form", headers=headers)
    assert refused.status_code == 422
    [problem] = refused.json()["detail"]
    assert problem["reason"].startswith("this is no form that can be read: ")
    assert "JSON" not in problem["reason"]


def test_a_bomb_is_not_unpacked(staff: Staff) -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 120_000_000)
    assert send(staff, content.getvalue(), name="x.xlsx").status_code == 422


def test_the_files_for_the_repository_come_as_a_zip(staff: Staff) -> None:
    with zipfile.ZipFile(BytesIO(exported(staff, format_="yaml"))) as packed:
        names = packed.namelist()
        assert "entries/atencion.yaml" in names
        assert "id: dentista" in packed.read("entries/atencion.yaml").decode()


# Signs that mean something to a cell, a list or a line of parts, and any others.
SIGNS = st.one_of(
    st.sampled_from("|\\'=+-@ ,;\"\t"), st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"))
)
LINES = st.text(SIGNS, min_size=3, max_size=30).map(str.strip).filter(lambda text: len(text) > 2)
URLS = st.sampled_from(["https://www.gob.pe/a|b", "https://www.gob.pe/x"])
SOURCES = st.builds(
    Source, title=LINES, publisher=LINES, url=st.none() | URLS, date=st.none() | st.just("2025-06")
)
CALLS = st.builds(Call, name=LINES, phone=LINES, note=st.none() | LINES)
FIGURES = st.builds(
    Figure,
    text=LINES,
    kind=st.sampled_from([FigureKind.PRICE, FigureKind.AGE]),
    source=st.none() | URLS,
    after=st.none() | LINES,
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    several = partial(st.lists, max_size=3)
    answer = draw(st.lists(LINES | st.just(""), min_size=1, max_size=4))
    return Entry.model_validate(
        {
            **ENTRY,
            "id": "x",
            "answer": "\n".join(["Sí.", *answer]),
            "note": draw(st.none() | LINES),
            "questions": draw(several(LINES, min_size=1)),
            "pinned": draw(several(LINES)),
            "regions": draw(several(LINES)),
            "sources": draw(several(SOURCES, min_size=1)),
            "call": draw(several(CALLS)),
            "figures": draw(several(FIGURES)),
        }
    )


@given(entries())
def test_no_text_is_lost_in_a_cell(entry: Entry) -> None:
    body = json.loads(json.dumps(to_body(entry)))
    line = cells.to_cells(Entry, body)
    packed = sheets.read(sheets.write_csv([cells.columns_of(Entry), line]))[1].cells
    back = {
        name: value
        for name, cell in zip(cells.columns_of(Entry), packed, strict=True)
        if (value := cells.from_cell(Entry, name, cell)) is not None
    }
    assert to_body(Entry.model_validate(back)) == body
