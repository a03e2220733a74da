"""Coming in, staying in, going out; and a form that outlives its session."""

from __future__ import annotations

import html
import re

import httpx
import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import accounts
from health_navigator.admin.rights import Role
from health_navigator.admin.tables import StaffSession
from tests.admin_web.conftest import PASSWORD, Colleague, Team


def _newcomer(team: Team, role: Role = Role.EDITOR) -> Colleague:
    """Somebody whose session this test may end."""
    name = team.new_id("nueva")

    async def work(session: AsyncSession) -> None:
        await accounts.add(session, accounts.COMMAND_LINE, name, role, PASSWORD)

    team.in_database(work)
    return team.device_of(name)


def _end_sessions(team: Team, name: str) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(delete(StaffSession).where(StaffSession.staff == name))

    team.in_database(work)


def _alert(page: str) -> str:
    found = re.search(r'<p class="notice bad" role="alert">(.*?)</p>', page)
    return html.unescape(found[1]) if found else ""


def test_an_unknown_name_and_a_wrong_password_hear_the_same(team: Team) -> None:
    told = [
        team.program.client.post("/admin/entrar", data={"nombre": name, "clave": "no es esta"})
        for name in (team.new_id("nadie"), "omar")
    ]
    assert [answer.status_code for answer in told] == [401, 401]
    assert _alert(told[0].text) == _alert(told[1].text) != ""


def test_too_many_failures_are_told_to_wait(team: Team) -> None:
    name = team.new_id("insistente")
    answers = [
        team.program.client.post("/admin/entrar", data={"nombre": name, "clave": "adivino"})
        for _ in range(4)
    ]
    assert answers[-1].status_code == 429
    assert "Demasiados intentos" in _alert(answers[-1].text)


def test_a_login_from_another_site_is_refused(team: Team) -> None:
    answer = team.program.client.post(
        "/admin/entrar",
        data={"nombre": "elena", "clave": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_form_without_its_token_is_refused(team: Team) -> None:
    for ficha in ("", "0" * 64):
        answer = team.elena.client.post(
            "/admin/entradas/dentista/comentar", data={"_ficha": ficha, "texto": "hola"}
        )
        assert answer.status_code == 403


def test_a_cookie_is_worth_nothing_after_logging_out(team: Team) -> None:
    somebody = _newcomer(team)
    stolen = dict(somebody.client.cookies)
    assert somebody.post("/admin/salir").status_code == 303
    answer = httpx.get(f"{team.url}/admin", cookies=stolen)
    assert answer.status_code == 401


def test_closing_every_session_closes_those_elsewhere(team: Team) -> None:
    here = _newcomer(team)
    there = team.device_of(here.name)
    here.post("/admin/salir-de-todo")
    assert there.get("/admin").status_code == 401


def test_a_form_sent_after_the_session_ended_comes_back_filled(team: Team) -> None:
    somebody = _newcomer(team)
    path = "/admin/entradas/dentista/editar"
    page = somebody.get(path).text
    seen = re.findall(r'name="visto" value="([^"]+)"', page)[0]
    _end_sessions(team, somebody.name)
    written = "Sí, en la posta.\n\nCuesta \"poco\" <b>y</b> 'nada'."
    answer = somebody.post(path, hacer="guardar", visto=seen, answer=written, title="¿Muelas?")
    assert answer.status_code == 401
    assert "no se pierde" in answer.text
    kept = html.unescape(re.findall(r'name="guardado" value="([^"]*)"', answer.text)[0])
    back = somebody.client.post(
        "/admin/entrar", data={"nombre": somebody.name, "clave": PASSWORD, "guardado": kept}
    )
    assert back.status_code == 200
    assert html.escape("¿Muelas?") in back.text
    assert written in html.unescape(back.text)
    assert "<b>y</b>" not in back.text


def test_another_form_sent_after_the_session_ended_is_offered_again(team: Team) -> None:
    somebody = _newcomer(team)
    _end_sessions(team, somebody.name)
    answer = somebody.post("/admin/entradas/dentista/comentar", texto="Falta el precio")
    kept = html.unescape(re.findall(r'name="guardado" value="([^"]*)"', answer.text)[0])
    back = somebody.client.post(
        "/admin/entrar", data={"nombre": somebody.name, "clave": PASSWORD, "guardado": kept}
    )
    assert 'action="/admin/entradas/dentista/comentar"' in back.text
    assert "Falta el precio" in back.text


def test_a_button_pressed_after_the_session_ended_is_told_as_not_done(team: Team) -> None:
    somebody = _newcomer(team, Role.APPROVER)
    page = "/admin/entradas/dentista"
    asked = somebody.get(f"{page}?aviso=guardado").text
    here = re.findall(r'name="_pagina" value="([^"]+)"', asked)[0]
    assert here == page
    _end_sessions(team, somebody.name)
    answer = somebody.post(f"{page}/publicar", _pagina=here)
    assert answer.status_code == 401
    assert "no se hizo" in answer.text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    wrong = somebody.client.post(
        "/admin/entrar", data={**fields, "nombre": somebody.name, "clave": "no es esta"}
    )
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', wrong.text))
    back = somebody.client.post(
        "/admin/entrar", data={**fields, "nombre": somebody.name, "clave": PASSWORD}
    )
    assert back.headers["Location"] == f"{page}?aviso=sin-hacer"
    assert "lo que pulsaste no se hizo" in somebody.get(back.headers["Location"]).text


def test_a_password_is_carried_along_by_no_page(team: Team) -> None:
    somebody = _newcomer(team)
    _end_sessions(team, somebody.name)
    new = "mariposas bajo la escalera"
    answer = somebody.post("/admin/cuenta/clave", antes=PASSWORD, clave=new, otra_vez=new)
    assert answer.status_code == 401
    assert new not in answer.text
    assert "no se hizo" in answer.text


def test_after_the_login_a_page_still_has_its_filters(team: Team) -> None:
    asked = team.program.client.get("/admin/revisar?dias=90&quien=elena")
    after = html.unescape(re.findall(r'name="despues" value="([^"]*)"', asked.text)[0])
    assert after == "/admin/revisar?dias=90&quien=elena"
    entered = team.program.client.post(
        "/admin/entrar", data={"nombre": "elena", "clave": PASSWORD, "despues": after}
    )
    assert entered.headers["Location"] == after
    team.program.client.cookies.clear()


@pytest.mark.parametrize(
    "after",
    [
        "//evil.example.org",
        "https://evil.example.org/admin",
        "/adminx",
        "/admin/salir",
        "javascript:/admin/x",
        "",
    ],
)
def test_logging_in_leads_to_no_other_site(team: Team, after: str) -> None:
    answer = team.program.client.post(
        "/admin/entrar", data={"nombre": "elena", "clave": PASSWORD, "despues": after}
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/admin"
    team.program.client.cookies.clear()


def test_what_was_kept_may_be_anything(team: Team) -> None:
    for kept in ("{", "[]", '{"path": "/x", "fields": [1]}', '{"path": 1}', "null", '"a"'):
        answer = team.program.client.post(
            "/admin/entrar", data={"nombre": "elena", "clave": PASSWORD, "guardado": kept}
        )
        assert answer.status_code == 303, kept
    team.program.client.cookies.clear()


def test_one_changes_ones_password_and_enters_with_the_new_one(team: Team) -> None:
    somebody = _newcomer(team)
    new = "mariposas bajo la escalera"
    weak = somebody.post("/admin/cuenta/clave", antes=PASSWORD, clave="corta", otra_vez="corta")
    assert weak.status_code == 422
    typo = somebody.post("/admin/cuenta/clave", antes=PASSWORD, clave=new, otra_vez=new + "s")
    assert "no son iguales" in typo.text
    done = somebody.post("/admin/cuenta/clave", antes=PASSWORD, clave=new, otra_vez=new)
    assert done.status_code == 303
    assert somebody.get("/admin").status_code == 401


def test_an_administrator_adds_renews_and_closes_an_account(team: Team) -> None:
    name = team.new_id("persona")
    added = team.ada.post("/admin/personas", nombre=name, rol="editor", clave=PASSWORD)
    assert added.status_code == 200
    assert name in added.text
    forgot = team.ada.post(f"/admin/personas/{name}/renovar", clave="", con="clave")
    assert forgot.status_code == 422
    assert "con contraseña" in _row_of(team, name)
    renewed = team.ada.post(f"/admin/personas/{name}/renovar", con="llave")
    assert re.search(r"hn_[\w-]+", renewed.text)
    assert team.ada.post(f"/admin/personas/{name}/cerrar").status_code == 303
    again = team.ada.post("/admin/personas", nombre=name, rol="editor", clave=PASSWORD)
    assert again.status_code == 422
    assert "Ya hay una cuenta" in again.text


def _row_of(team: Team, name: str) -> str:
    rows = team.ada.get("/admin/personas").text.split("<tr>")
    return next(row for row in rows if f'<th scope="row">{name}</th>' in row)


def test_an_account_is_added_with_a_password_or_as_one_for_a_program(team: Team) -> None:
    name = team.new_id("persona")
    fields = {"nombre": name, "rol": "editor", "clave": ""}
    assert team.ada.post("/admin/personas", **fields).status_code == 422
    added = team.ada.post("/admin/personas", **fields, con="llave")
    assert re.search(r"hn_[\w-]+", added.text)
    assert "solo con llave" in _row_of(team, name)


def test_the_last_administrator_keeps_her_password(team: Team) -> None:
    refused = team.ada.post("/admin/personas/ada/renovar", con="llave")
    assert refused.status_code == 409
    assert "con contraseña" in refused.text
    assert "con contraseña" in _row_of(team, "ada")


def test_a_password_is_not_changed_to_nothing(team: Team) -> None:
    somebody = _newcomer(team)
    empty = somebody.post("/admin/cuenta/clave", antes=PASSWORD, clave="", otra_vez="")
    assert empty.status_code == 422
    somebody.log_in()


def test_ones_keys_are_shown_once_and_dropped(team: Team) -> None:
    made = team.elena.post("/admin/cuenta/llaves", para="<i>hoja</i>")
    token = re.findall(r"hn_[\w-]+", made.text)[0]
    page = team.elena.get("/admin/cuenta").text
    assert token not in page
    assert "&lt;i&gt;hoja" in page
    token_id = re.findall(r"/cuenta/llaves/(\w+)/quitar", page)[0]
    assert team.elena.post(f"/admin/cuenta/llaves/{token_id}/quitar").status_code == 303
    assert team.elena.post(f"/admin/cuenta/llaves/{token_id}/quitar").status_code == 404
