"""Every page opens for whom it is meant, says what it should, and asks nobody else for anything."""

from __future__ import annotations

import re

import pytest

from tests.admin_web.conftest import Team

PAGES = [
    "/admin",
    "/admin/entradas",
    "/admin/entradas?buscar=muela&grupo=atencion&estado=published&orden=asked&pagina=1",
    "/admin/entradas/dentista",
    "/admin/entradas/dentista/editar",
    "/admin/entradas/dentista/versiones",
    "/admin/nueva-entrada",
    "/admin/servicios",
    "/admin/servicios/ong-uno",
    "/admin/servicios/ong-uno/editar",
    "/admin/nuevo-servicio",
    "/admin/documentos/out_of_scope",
    "/admin/fuera-de-alcance",
    "/admin/fuera-de-alcance/licencia",
    "/admin/fuera-de-alcance/nuevo",
    "/admin/sin-respuesta",
    "/admin/probar",
    "/admin/revisar?dias=90",
    "/admin/cifras",
    "/admin/cifras?dias=365",
    "/admin/cifras.csv",
    "/admin/cuenta",
    "/admin/archivos",
    "/admin/archivos/entradas.csv",
    "/admin/archivos/servicios.xlsx",
]
OF_APPROVERS = [
    "/admin/registro",
    "/admin/registro?que=session.begin&quien=elena",
    "/admin/registro.csv",
]
OF_ADMINS = ["/admin/personas", "/admin/apartados"]
_OUTSIDE = re.compile(r'(?:src|action|<link[^>]*href)="(?:https?:)?//')


@pytest.mark.parametrize("path", PAGES)
def test_an_editor_sees_the_page(team: Team, path: str) -> None:
    answer = team.elena.get(path)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("path", OF_APPROVERS)
def test_an_approver_sees_the_page_and_an_editor_does_not(team: Team, path: str) -> None:
    assert team.aida.get(path).status_code == 200
    assert team.elena.get(path).status_code == 403


@pytest.mark.parametrize("path", OF_ADMINS)
def test_an_administrator_sees_the_page_and_an_approver_does_not(team: Team, path: str) -> None:
    assert team.ada.get(path).status_code == 200
    assert team.aida.get(path).status_code == 403


def test_the_audit_of_the_pages_is_in_spanish(team: Team) -> None:
    name = team.new_id("lucia")
    team.ada.post("/admin/personas", nombre=name, rol="editor", con="llave")
    page = team.ada.get(f"/admin/registro?buscar={name}").text
    table = team.ada.get(f"/admin/registro.csv?buscar={name}").text
    assert table.startswith("\ufeffcuándo,quién,desde,qué hizo,sobre,antes,después,nota")
    for text in (page, table):
        assert "Agregó una cuenta" in text
        assert "edición" in text
        assert "person.add" not in text.replace('value="person.add"', "")
    assert f"Agregó una cuenta: {name}" in page
    assert re.search(r"conexión [0-9a-f]{6}<", page)
    assert "La misma conexión da siempre las mismas" in page
    refused = team.elena.get("/admin/registro").text
    assert "edición" in refused
    assert "editor" not in refused


def test_an_operator_sees_figures_and_no_contents(team: Team) -> None:
    for path in ("/admin", "/admin/cifras", "/admin/apartados", "/admin/cuenta"):
        assert team.omar.get(path).status_code == 200
    for path in ("/admin/entradas", "/admin/sin-respuesta", "/admin/probar", "/admin/archivos"):
        assert team.omar.get(path).status_code == 403


@pytest.mark.parametrize("path", [*PAGES, *OF_APPROVERS, *OF_ADMINS])
def test_nobody_sees_a_page_without_logging_in(team: Team, path: str) -> None:
    answer = team.program.client.get(path)
    assert answer.status_code == 401
    assert "Contraseña" in answer.text
    assert "dentista gratis" not in answer.text


@pytest.mark.parametrize("path", [*PAGES, *OF_APPROVERS])
def test_pages_run_no_inline_script_or_style_and_ask_no_third_party(team: Team, path: str) -> None:
    answer = team.aida.get(path)
    if not answer.headers["Content-Type"].startswith("text/html"):
        return
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?! src=\"/static/)|<style|\sstyle=|\son[a-z]+=", answer.text)
    assert not _OUTSIDE.search(answer.text)


def test_what_does_not_exist_says_so_in_spanish(team: Team) -> None:
    for path in (
        "/admin/entradas/no-hay",
        "/admin/nada",
        "/admin/nada/x",
        "/admin/nada/x/y/z",
        "/admin/entradas/x/versiones",
    ):
        answer = team.elena.get(path)
        assert answer.status_code == 404, path
        assert "No se pudo" in answer.text


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/admin/", "/admin"),
        ("/admin/entradas/", "/admin/entradas"),
        ("/admin/entradas/dentista/comprobar", "/admin/entradas/dentista"),
        ("/admin/entradas/dentista/volver/1", "/admin/entradas/dentista"),
        ("/admin/sin-respuesta/abc/descartar", "/admin/sin-respuesta/abc"),
        ("/admin/personas/ada/renovar", "/admin/personas"),
        ("/admin/cuenta/clave", "/admin/cuenta"),
        ("/admin/avisos/ong-uno/cerrar", "/admin/servicios"),
        ("/admin/salir", "/admin"),
    ],
)
def test_what_is_only_sent_leads_to_its_page(team: Team, path: str, page: str) -> None:
    answer = team.ada.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"] == page


@pytest.mark.parametrize("name", ["buscar", "grupo", "estado", "orden", "pagina", "dias", "desde"])
@pytest.mark.parametrize("text", ["<script>x</script>", "\x00", "💥" * 40, "-1", "9" * 60])
def test_odd_filters_break_no_page(team: Team, name: str, text: str) -> None:
    for path in ("/admin/entradas", "/admin/revisar", "/admin/cifras", "/admin/registro"):
        answer = team.aida.get(path, params={name: text})
        assert answer.status_code == 200
        assert "<script>x" not in answer.text
