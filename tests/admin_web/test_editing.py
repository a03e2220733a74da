"""Writing an entry or a service on its form, and what the form says back."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest

from health_navigator import clock
from tests.admin_web.conftest import Colleague, Team
from tests.support.waiting import wait_until

SCRIPT = '<script>alert("x")</script>'
ENTRY = {
    "title": "¿Dónde me operan de los ojos?",
    "topic": "atencion",
    "questions": "operacion de cataratas\nme quiero operar la vista",
    "answer": "Sí. Pregunta en la posta.\n\nAllí te dicen dónde.",
    "sources.0.title": "Guía",
    "sources.0.publisher": "Minsa",
    "sources.0.url": "https://www.gob.pe/x",
    "sources.0.date": "2025-06",
    "verified_on": "2026-11-20",
    "review_by": "2027-05-20",
    "confidence": "official",
}
SERVICE = {
    "name": "Casa Tres",
    "kind": "ong",
    "department": "Lima",
    "sources.0.title": "Página",
    "sources.0.publisher": "Casa",
    "sources.0.url": "https://casa.example.org",
    "verified_on": "2026-11-20",
    "review_by": "2027-01-20",
    "confidence": "ngo",
    "status": "active",
    "scope": "local",
}


def write(who: Colleague, path: str, **fields: str) -> Any:
    page = who.get(path).text
    seen = re.findall(r'name="visto" value="([^"]+)"', page)[0]
    return who.post(path, **{"hacer": "guardar", "visto": seen, **fields})


def new_entry(team: Team, who: Colleague, **fields: str) -> str:
    entry = team.new_id()
    answer = write(who, "/admin/nueva-entrada", **{**ENTRY, "id": entry, **fields})
    assert answer.status_code == 303, answer.text
    return entry


def test_a_new_entry_is_a_draft_until_somebody_else_approves_it(team: Team) -> None:
    path = f"/admin/entradas/{new_entry(team, team.aida)}"
    assert team.aida.post(f"{path}/enviar").status_code == 303
    page = team.aida.get(path).text
    assert "lo aprueba otra persona" in page
    assert "Aprobar y publicar" not in page
    refused = team.aida.post(f"{path}/publicar")
    assert refused.status_code == 403
    assert "lo tiene que aprobar otra persona" in refused.text
    assert "Aprobar y publicar" in team.ada.get(path).text
    assert team.ada.post(f"{path}/publicar").status_code == 303
    assert "Publicado" in team.ada.get(path).text


def test_an_entry_without_a_short_name_gets_it_from_its_title(team: Team) -> None:
    number = team.new_id("ojos")
    title = f"¿Operan ñandúes {number}?"
    answer = write(team.elena, "/admin/nueva-entrada", **{**ENTRY, "title": title})
    assert answer.headers["Location"].startswith(f"/admin/entradas/operan-nandues-{number}/editar")


def test_a_taken_short_name_is_told_and_nothing_is_written_over(team: Team) -> None:
    answer = write(team.elena, "/admin/nueva-entrada", **{**ENTRY, "id": "dentista"})
    assert answer.status_code == 409
    assert "ya existe otra con este nombre corto" in answer.text
    assert "operacion de cataratas" in answer.text


def test_every_mistake_is_named_beside_its_field_and_the_text_stays(team: Team) -> None:
    wrong = {**ENTRY, "title": "", "review_by": "2020-01-01", "sources.0.url": "minsa"}
    wrong["hacer"] = "enviar"
    answer = write(team.elena, "/admin/nueva-entrada", **wrong)
    assert answer.status_code == 422
    assert 'href="#title"' in answer.text
    assert 'href="#sources.0.url"' in answer.text
    assert re.search(r'id="sources.0.url"[^>]*sources.0.url-error"[^>]*aria-invalid', answer.text)
    assert "me quiero operar la vista" in answer.text
    assert re.search(r'id="title"[^>]*aria-invalid="true"', answer.text)


def test_an_unfinished_entry_is_kept_shown_and_not_sent(team: Team) -> None:
    entry = team.new_id()
    some = {"id": entry, "title": "¿Me atienden el oído?", "sources.0.title": "Guía"}
    kept = write(team.elena, "/admin/nueva-entrada", **some)
    assert kept.headers["Location"] == f"/admin/entradas/{entry}/editar?aviso=incompleto"
    form = team.elena.get(f"/admin/entradas/{entry}/editar").text
    assert "Falta antes de enviar a revisión" in form
    assert 'value="Guía"' in form
    page = team.elena.get(f"/admin/entradas/{entry}").text
    assert "Falta para enviarlo a revisión" in page
    assert "Quién lo publica" in page
    assert "Enviar a revisión</button>" not in page
    tried = team.elena.post("/admin/probar", texto="me duele el oído", con="borradores").text
    assert f'incompleto: <a href="/admin/entradas/{entry}"' in tried
    for path in ("/admin", "/admin/entradas?estado=draft", f"/admin/entradas/{entry}/versiones"):
        assert team.elena.get(path).status_code == 200
    whole = {**ENTRY, "id": entry, "hacer": "enviar"}
    sent = write(team.elena, f"/admin/entradas/{entry}/editar", **whole)
    assert sent.headers["Location"].endswith("?aviso=enviado")


def test_what_is_unfinished_is_not_submitted_and_the_text_stays(team: Team) -> None:
    answer = write(team.elena, "/admin/nueva-entrada", **{**ENTRY, "title": "", "hacer": "enviar"})
    assert answer.status_code == 422
    assert 'href="#title"' in answer.text
    assert "me quiero operar la vista" in answer.text


def test_one_mistake_does_not_make_every_gap_a_mistake(team: Team) -> None:
    some = {"id": team.new_id(), "title": "¿Y el oído?", "sources.0.url": "minsa"}
    page = write(team.elena, "/admin/nueva-entrada", **some).text
    told = page.split('id="errores"')[1].split("</div>")[0]
    blocking, waiting = told.split("</ul>")
    assert "Dirección web" in blocking
    assert "Respuesta" not in blocking
    assert '<a href="#answer">Respuesta</a>' in waiting
    assert not re.search(r'id="answer"[^>]*aria-invalid', page)
    nameless = write(team.elena, "/admin/nueva-entrada", answer="Sí.").text
    assert "escribe un título o un nombre corto" in nameless


def test_what_is_not_sent_says_what_became_of_the_draft(team: Team) -> None:
    entry = new_entry(team, team.elena)
    path = f"/admin/entradas/{entry}/editar"
    page = write(team.elena, path, **{**ENTRY, "topic": "", "hacer": "enviar"}).text
    assert "No se envió" in page
    assert "Tu borrador anterior sigue; lo nuevo falta guardar." in page
    assert 'Falta: <a href="#topic">Tema</a>' in page


def test_a_short_name_is_spelt_as_the_title(team: Team) -> None:
    number = team.new_id("x")
    title = f"¿Rayos X en Sta. Anita, {number}?"
    answer = write(team.elena, "/admin/nueva-entrada", **{**ENTRY, "title": title})
    assert f"/admin/entradas/rayos-x-en-sta-anita-{number}/" in answer.headers["Location"]


def test_a_date_out_of_order_is_told_in_spanish(team: Team) -> None:
    answer = write(team.elena, "/admin/nueva-entrada", **{**ENTRY, "review_by": "2020-01-01"})
    assert "«Revisar antes del» va después de «Verificado el»" in answer.text


@pytest.mark.parametrize("field", ["title", "questions", "answer", "label", "note", "related"])
def test_script_in_a_field_is_shown_as_text(team: Team, field: str) -> None:
    answer = write(team.elena, "/admin/nueva-entrada", **{**ENTRY, field: SCRIPT, "hacer": "ver"})
    assert answer.status_code == 200
    assert SCRIPT not in answer.text
    assert SCRIPT in html.unescape(answer.text)


def test_script_that_was_saved_is_text_on_every_page(team: Team) -> None:
    entry = new_entry(
        team,
        team.elena,
        title=f"¿{SCRIPT}?",
        answer=f"No. {SCRIPT}",
        note=SCRIPT,
        **{"sources.0.title": SCRIPT, "sources.0.publisher": SCRIPT},
    )
    path = f"/admin/entradas/{entry}"
    team.elena.post(f"{path}/comentar", texto=SCRIPT)
    team.elena.post(f"{path}/enviar")
    team.ada.post(f"{path}/publicar", motivo="prueba")
    for page in (path, f"{path}/editar", f"{path}/versiones", "/admin/registro", "/admin/entradas"):
        shown = team.aida.get(page).text
        assert SCRIPT not in shown, page
    assert SCRIPT in html.unescape(team.aida.get(path).text)


def test_the_preview_says_how_it_looks_reads_and_what_is_missing(team: Team) -> None:
    ficha = team.elena.ficha
    fields = {**ENTRY, "_ficha": ficha, "hacer": "ver", "questions": "me duele una muela"}
    answer = team.elena.client.post(
        "/admin/nueva-entrada", data=fields, headers={"X-Fragment": "1"}
    )
    assert "<html" not in answer.text
    assert "¿Dónde me operan de los ojos?" in answer.text
    assert "Lectura:" in answer.text
    assert "Fuente: Minsa" in answer.text
    assert "casi igual" in answer.text


def test_two_who_edit_at_once_see_both_versions(team: Team) -> None:
    entry = new_entry(team, team.elena)
    path = f"/admin/entradas/{entry}/editar"
    seen = re.findall(r'name="visto" value="([^"]+)"', team.aida.get(path).text)[0]
    write(team.elena, path, **{**ENTRY, "answer": "Sí. Ve al hospital."})
    late = {**ENTRY, "answer": "Sí. Ve a la clínica.", "visto": seen, "hacer": "guardar"}
    answer = team.aida.post(path, **late)
    assert answer.status_code == 409
    assert "Otra persona lo cambió" in answer.text
    assert "Ve a la clínica." in answer.text
    assert re.search(r"<del>.*?hospital", answer.text, re.DOTALL)
    seen_now = re.findall(r'name="visto" value="([^"]+)"', answer.text)[0]
    assert team.aida.post(path, **{**late, "visto": seen_now}).status_code == 303


def test_a_change_is_sent_back_with_a_comment_that_its_author_reads(team: Team) -> None:
    path = f"/admin/entradas/{new_entry(team, team.elena)}"
    team.elena.post(f"{path}/enviar")
    assert team.aida.post(f"{path}/devolver", texto="Falta la dirección").status_code == 303
    assert "Falta la dirección" in team.elena.get(path).text
    assert "Falta la dirección" in team.elena.get("/admin").text


def test_an_earlier_version_comes_back_as_a_draft(team: Team) -> None:
    entry = new_entry(team, team.elena)
    path = f"/admin/entradas/{entry}"
    for answer in ("Sí. Ve al hospital.", "Sí. Ve a la clínica."):
        write(team.elena, f"{path}/editar", **{**ENTRY, "answer": answer, "hacer": "enviar"})
        assert team.aida.post(f"{path}/publicar", motivo="prueba").status_code == 303
    versions = team.elena.get(f"{path}/versiones").text
    assert "Volver a la versión 1" in versions
    assert re.search(r"<ins>.*?clínica", versions, re.DOTALL)
    assert team.elena.post(f"{path}/volver/1").status_code == 303
    assert "Ve al hospital." in team.elena.get(path).text


def test_what_breaks_a_pinned_question_needs_a_reason(team: Team) -> None:
    thief = {
        "questions": "me duele una muela mucho\nme duele una muela\ndentista gratis en la posta\n"
        "quiero sacarme un diente\ntengo caries y no tengo plata"
    }
    path = f"/admin/entradas/{new_entry(team, team.elena, **thief)}"
    team.elena.post(f"{path}/enviar")
    examined = team.aida.post(f"{path}/comprobar").text
    assert "Qué pasaría al publicar" in examined
    refused = team.aida.post(f"{path}/publicar")
    assert refused.status_code == 422
    assert "Motivo para publicar" in refused.text
    assert "¿Hay dentista gratis?" in refused.text


def test_what_has_an_end_says_so_and_is_no_longer_said(team: Team) -> None:
    gone = _published_until(team, clock.today() - timedelta(days=1))
    kept = _published_until(team, clock.today())
    assert "Dejó de mostrarse" in team.elena.get(f"/admin/entradas/{gone}").text
    assert "Se muestra hasta el" in team.elena.get(f"/admin/entradas/{kept}").text
    wait_until(lambda: kept in _served(team))
    assert gone not in _served(team)


def _published_until(team: Team, day: date) -> str:
    entry = new_entry(team, team.elena, expires_on=day.isoformat())
    team.elena.post(f"/admin/entradas/{entry}/enviar")
    published = team.aida.post(f"/admin/entradas/{entry}/publicar", motivo="prueba")
    assert published.status_code == 303
    return entry


def _served(team: Team) -> set[str]:
    items = team.program.client.get("/api/v1/entries", params={"limit": 1_000}).json()["items"]
    return {each["id"] for each in items}


def test_taking_off_asks_why(team: Team) -> None:
    path = f"/admin/entradas/{new_entry(team, team.elena)}"
    team.elena.post(f"{path}/enviar")
    team.aida.post(f"{path}/publicar", motivo="prueba")
    assert team.aida.post(f"{path}/retirar", texto="").status_code == 422
    assert team.elena.post(f"{path}/retirar", texto="cerró").status_code == 403
    assert team.aida.post(f"{path}/retirar", texto="cerró").status_code == 303
    assert "Retirado" in team.aida.get(path).text


def test_a_closed_service_says_when_and_what_is_open(team: Team) -> None:
    service = team.new_id("casa")
    closed = {**SERVICE, "id": service, "status": "closed"}
    refused = write(team.elena, "/admin/nuevo-servicio", **closed)
    assert refused.status_code == 422
    assert "En su lugar" in refused.text
    whole = {**closed, "closed_on": "2026-02", "replaced_by": "ninguno"}
    assert write(team.elena, "/admin/nuevo-servicio", **whole).status_code == 303
    lines = team.elena.get("/admin/servicios").text.split("<tr>")
    told = {line for line in lines if '<span class="late">cerrado</span>' in line}
    assert [line for line in told if f"/admin/servicios/{service}" in line]
    assert not [line for line in told if "/admin/servicios/ong-dos" in line]


def test_opening_hours_are_shown_back_in_words(team: Team) -> None:
    fields = {**SERVICE, "hacer": "ver", "hours": "Mo-Fr 08:00-13:00,14:00-17:00; PH off"}
    page = write(team.elena, "/admin/nuevo-servicio", **fields).text
    assert "lunes a viernes: de 8:00 a 13:00 y de 14:00 a 17:00" in page
    assert "sábado y domingo: cerrado" in page
    wrong = write(team.elena, "/admin/nuevo-servicio", **{**fields, "hours": "de lunes a viernes"})
    assert "El horario no se entiende" in wrong.text


def test_coordinates_are_numbers_in_peru(team: Team) -> None:
    fields = {**SERVICE, "latitude": "doce", "longitude": "-77,04"}
    answer = write(team.elena, "/admin/nuevo-servicio", **fields)
    assert answer.status_code == 422
    assert "no es un número" in answer.text
    assert "-77,04" in answer.text


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("phones", "abc", "Teléfonos 1: abc no es un número"),
        ("phones", "(01) 411-8000\n12345", "Teléfonos 2: 12345 no es un número"),
        ("whatsapp", "no tiene", "WhatsApp: no tiene no es un número"),
        ("email", "juan", "Correo: juan no es un correo"),
        ("verified_on", "2099-01-01", "Verificado el: este día todavía no llega"),
    ],
)
def test_what_can_not_be_called_or_written_to_is_not_sent(
    team: Team, field: str, text: str, told: str
) -> None:
    fields = {**SERVICE, "review_by": "2099-06-01", "hacer": "enviar", field: text}
    answer = write(team.elena, "/admin/nuevo-servicio", **fields)
    assert answer.status_code == 422
    assert told in re.sub(r"<[^>]+>", "", answer.text)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"latitude": "-12.05"}, "Faltan datos: pon latitud y longitud, o ninguna"),
        ({"latitude": "-12.05", "longitude": "77.04"}, "¿Falta el signo menos? En el Perú va de"),
        ({"status": "closed"}, "Llena «Cerró en» y «En su lugar» (o «ninguno»)"),
        ({"closed_on": "ayer"}, "escribe la fecha así: 2025, 2025-06 o 2025-06-10"),
        ({"department": ""}, "Escribe el departamento, o en «Alcance» elige «Todo el país»"),
        ({"review_by": "2020-01-01"}, "«Revisar antes del» va después de «Verificado el»"),
        ({"id": "Casa Ñ"}, "escribe minúsculas sin tildes"),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_the_form(
    team: Team, changed: dict[str, str], told: str
) -> None:
    fields = {**SERVICE, "hacer": "enviar", **changed}
    answer = write(team.elena, "/admin/nuevo-servicio", **fields)
    assert answer.status_code == 422
    trouble = answer.text.split('id="errores"')[1].split("</div>")[0]
    trouble = html.unescape(re.sub(r"<[^>]+>", "", trouble))
    assert told in trouble
    for raw in ("None", "closed_on", "entre comillas", "national", "pequeñas"):
        assert raw not in trouble


def test_warnings_and_changes_are_told_in_the_words_of_the_form(team: Team) -> None:
    entry = new_entry(team, team.elena, answer="Cuesta S/ 15. Ve a la posta.")
    page = team.aida.get(f"/admin/entradas/{entry}").text
    assert "«S/ 15» no está en «Cifras de la respuesta»: agrégala abajo con su fuente" in page
    for value in ("Fuente oficial", "20 nov 2026", "Atención"):
        assert value in page.split("Qué cambia")[1].split("</section>")[0]
    service = team.new_id("casa")
    fields = {**SERVICE, "id": service, "kind": "centro_salud"}
    assert write(team.elena, "/admin/nuevo-servicio", **fields).status_code == 303
    changes = team.aida.get(f"/admin/servicios/{service}").text.split("Qué cambia")[1]
    assert "Centro de salud" in changes
    assert "centro_salud" not in changes


def test_words_that_change_side_by_side_are_one_change(team: Team) -> None:
    path = f"/admin/entradas/{new_entry(team, team.elena, answer='Sí. Ve a la posta hoy.')}"
    team.elena.post(f"{path}/enviar")
    assert team.aida.post(f"{path}/publicar", motivo="prueba").status_code == 303
    write(team.elena, f"{path}/editar", answer="Sí. Ve a un hospital hoy.")
    changes = re.sub(r'<span class="unseen">.*?</span>', "", team.aida.get(path).text)
    assert "<del>la posta</del><ins>un hospital</ins>" in changes


def test_where_a_refuge_from_violence_is_warns_of_danger(team: Team) -> None:
    service = team.new_id("refugio")
    refuge = {
        **SERVICE,
        "id": service,
        "kind": "albergue",
        "name": "Casa de mujeres",
        "population": "mujeres víctimas de violencia",
        "address": "Jr. Puno 123",
        "hacer": "enviar",
    }
    assert write(team.elena, "/admin/nuevo-servicio", **refuge).status_code == 303
    path = f"/admin/servicios/{service}"
    for page in (path, f"{path}/editar"):
        assert "Puede poner a alguien en peligro" in team.aida.get(page).text
    hidden = {**refuge, "address": "", "address_withheld": "1"}
    assert write(team.elena, f"{path}/editar", **hidden).status_code == 303
    assert "en peligro" not in team.aida.get(path).text


def test_what_was_only_looked_at_says_that_it_is_not_saved(team: Team) -> None:
    page = write(team.elena, "/admin/nueva-entrada", **{**ENTRY, "hacer": "ver"}).text
    assert "todavía no se guardó" in page
    assert "data-unsaved" in page
    assert "data-unsaved" not in team.elena.get("/admin/nueva-entrada").text


def test_no_row_is_dropped_however_many_there_are(team: Team) -> None:
    rows = {
        f"sources.{number}.{name}": f"{name} {number}"
        for number in range(60)
        for name in ("title", "publisher")
    }
    entry = new_entry(team, team.elena, **rows)
    form = team.elena.get(f"/admin/entradas/{entry}/editar").text
    assert 'value="title 59"' in form


def test_a_text_of_five_megabytes_is_refused_in_words(team: Team) -> None:
    answer = team.elena.post("/admin/nueva-entrada", answer="a" * 5_000_000)
    assert answer.status_code in (400, 413)
    assert "Es demasiado" in answer.text


def test_a_text_that_is_too_long_comes_back_whole(team: Team) -> None:
    pasted = "palabra " * 60_000
    answer = write(team.elena, "/admin/nueva-entrada", **{**ENTRY, "answer": pasted})
    assert answer.status_code == 422
    assert "demasiado largo" in answer.text
    assert answer.text.count("palabra") >= 60_000
