"""The day's work: the inbox, the console, what is due, reports, figures, files."""

from __future__ import annotations

import re

from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.admin.web import words
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Item
from tests.admin_web.conftest import Team
from tests.admin_web.test_editing import ENTRY, SCRIPT, write


def _group_of(team: Team, text: str) -> str:
    page = team.elena.get("/admin/sin-respuesta").text
    found = re.search(rf'href="(/admin/sin-respuesta/\w+)">{re.escape(text)}', page)
    assert found, page
    return found[1]


def test_one_click_adds_a_group_to_an_entry(team: Team) -> None:
    team.leave_unanswered("se me partio el colmillo anoche")
    group = _group_of(team, "se me partio el colmillo anoche")
    answer = team.elena.post(f"{group}/agregar", entrada="dentista")
    assert answer.status_code == 303
    page = team.elena.get(answer.headers["Location"]).text
    assert "se me partio el colmillo anoche" in page
    assert team.elena.get(group).status_code == 404
    team.elena.post("/admin/entradas/dentista/descartar")


def test_a_group_begins_a_new_entry(team: Team) -> None:
    team.leave_unanswered("lentes gratis para mi abuelo ciego")
    group = _group_of(team, "lentes gratis para mi abuelo ciego")
    group_id = group.rpartition("/")[2]
    form = team.elena.get(f"/admin/nueva-entrada?grupo={group_id}").text
    assert "lentes gratis para mi abuelo ciego" in form
    fields = {**ENTRY, "id": team.new_id("lentes"), "questions": "lentes gratis"}
    answer = team.elena.post(
        "/admin/nueva-entrada", hacer="guardar", visto="0.0", grupo=group_id, **fields
    )
    assert answer.status_code == 303
    assert "abuelo ciego" in team.elena.get(answer.headers["Location"]).text
    assert team.elena.get(group).status_code == 404


def test_a_group_out_of_scope_waits_for_approval_as_a_document(team: Team) -> None:
    team.leave_unanswered("cuanto cuesta el examen de manejo")
    group = _group_of(team, "cuanto cuesta el examen de manejo")
    answer = team.elena.post(f"{group}/fuera", grupo="licencia")
    assert answer.status_code == 303
    page = team.elena.get(answer.headers["Location"]).text
    assert "Lo que el bot no responde" in page
    assert "Licencia de conducir: cuanto cuesta el examen de manejo" in page
    assert team.elena.post("/admin/documentos/out_of_scope/enviar").status_code == 303
    assert team.aida.post("/admin/documentos/out_of_scope/publicar").status_code == 303


def test_a_document_can_not_be_retired(team: Team) -> None:
    for document in ("triage", "out_of_scope"):
        address = f"/admin/documentos/{document}"
        assert "Retirar" not in team.aida.get(address).text
        refused = team.aida.post(f"{address}/retirar", texto="ya no hace falta")
        assert refused.status_code == 403
        assert "el bot lo necesita" in refused.text


def _see(team: Team, path: str) -> str:
    page = team.elena.get(path).text
    found: list[str] = re.findall(r'name="visto" value="([^"]+)"', page)
    return found[0]


def test_what_the_bot_does_not_answer_is_edited_and_approved(team: Team) -> None:
    new, old = "/admin/fuera-de-alcance/nuevo", "/admin/fuera-de-alcance/licencia"
    fields = {"title": "Fútbol", "examples": "quien gana el clasico\n\nentradas para el estadio"}
    saved = team.elena.post(new, **fields)
    assert saved.headers["Location"] == "/admin/documentos/out_of_scope?aviso=guardado"
    more = {
        "title": "Brevete y autos",
        "refer": "Pregunta en el Touring",
        "examples": f"como saco el brevete\n{SCRIPT}",
    }
    assert team.elena.post(old, visto=_see(team, old), **more).status_code == 303
    changes = team.elena.get("/admin/documentos/out_of_scope").text
    assert "Fútbol: quien gana el clasico" in changes
    assert "Brevete y autos, qué decirle: Pregunta en el Touring" in changes
    assert SCRIPT not in changes
    assert "Fútbol" in team.elena.get("/admin/fuera-de-alcance?buscar=ESTADIO").text
    assert "Fútbol" not in team.elena.get("/admin/fuera-de-alcance?buscar=brevete").text
    assert team.elena.post("/admin/documentos/out_of_scope/enviar").status_code == 303
    assert team.aida.post("/admin/documentos/out_of_scope/publicar", motivo="x").status_code == 303
    removed = {"hacer": "quitar", "visto": _see(team, "/admin/fuera-de-alcance/futbol")}
    team.elena.post("/admin/fuera-de-alcance/futbol", **removed)
    assert team.elena.get("/admin/fuera-de-alcance/futbol").status_code == 404
    team.elena.post("/admin/documentos/out_of_scope/descartar")


def test_a_long_list_of_what_the_bot_does_not_answer_is_saved_and_reverted(team: Team) -> None:
    licencia, address = "/admin/fuera-de-alcance/licencia", "/admin/documentos/out_of_scope"
    examples = "\n".join(f"{number} {'como saco el brevete ' * 18}" for number in range(300))
    fields = {"title": "Licencia", "examples": examples, "visto": _see(team, licencia)}
    assert len(examples) > 100_000
    assert team.elena.post(licencia, **fields).status_code == 303
    assert team.elena.post(f"{address}/enviar").status_code == 303
    assert team.aida.post(f"{address}/publicar", motivo="x").status_code == 303
    assert team.elena.post(f"{address}/volver/1").status_code == 303
    assert team.elena.post(f"{address}/enviar").status_code == 303
    assert team.aida.post(f"{address}/publicar", motivo="x").status_code == 303
    assert team.elena.post(f"{address}/volver/2").status_code == 303
    team.elena.post(f"{address}/descartar")


def test_a_wrong_group_comes_back_with_its_text(team: Team) -> None:
    new = "/admin/fuera-de-alcance/nuevo"
    for fields in (
        {"title": "Cine", "examples": ""},
        {"title": "", "examples": "quien gana"},
        {"title": "¿?", "examples": "quien gana"},
        {"title": "Cine", "examples": "x" * 401},
    ):
        refused = team.elena.post(new, **fields)
        assert refused.status_code == 422
        assert fields["title"] in refused.text
        assert fields["examples"] in refused.text


def test_two_who_edit_one_group_see_both_versions_and_keep_both(team: Team) -> None:
    path = "/admin/fuera-de-alcance/licencia"
    hers, his = _see(team, path), _see(team, path)
    kept = {"title": "Licencia", "examples": "como saco el brevete\nbrevete de moto"}
    late = {"title": "Licencia", "examples": "como saco el brevete\nbrevete de bus"}
    assert team.aida.post(path, visto=hers, **kept).status_code == 303
    answer = team.elena.post(path, visto=his, **late)
    assert answer.status_code == 409
    assert re.search(r"<del>.*?brevete de moto", answer.text)
    assert "brevete de bus" in answer.text
    seen = re.findall(r'name="visto" value="([^"]+)"', answer.text)[0]
    assert team.elena.post(path, visto=seen, hacer="juntar", **late).status_code == 303
    page = team.elena.get(path).text
    assert "brevete de moto" in page
    assert "brevete de bus" in page
    team.elena.post(path, visto=_see(team, path), hacer="quitar")
    gone = team.elena.post(path, visto=seen, **late)
    assert gone.status_code == 409
    assert "brevete de bus" in gone.text
    assert 'action="/admin/fuera-de-alcance/nuevo"' in gone.text
    team.ada.post("/admin/documentos/out_of_scope/descartar")


def test_two_who_edit_different_groups_are_in_nobodys_way(team: Team) -> None:
    licencia, new = "/admin/fuera-de-alcance/licencia", "/admin/fuera-de-alcance/nuevo"
    seen, unseen = (
        _see(team, licencia),
        re.findall(r'name="visto" value="([^"]*)"', team.aida.get(new).text),
    )
    fields = {"title": "Teatro", "examples": "que obra dan"}
    assert team.aida.post(new, visto=unseen[0], **fields).status_code == 303
    more = {"title": "Licencia", "examples": "brevete de camion"}
    assert team.elena.post(licencia, visto=seen, **more).status_code == 303
    assert "que obra dan" in team.elena.get("/admin/fuera-de-alcance/teatro").text
    team.ada.post("/admin/documentos/out_of_scope/descartar")


def test_a_new_group_takes_the_questions_along(team: Team) -> None:
    team.leave_unanswered("a que hora abre el zoologico")
    group = _group_of(team, "a que hora abre el zoologico")
    new = re.findall(r'href="([^"]+)">Hacer un grupo nuevo', team.elena.get(group).text)[0]
    form = team.elena.get(new).text
    assert "a que hora abre el zoologico" in form
    fields = dict(re.findall(r'type="hidden" name="(grupo|visto)" value="([^"]*)"', form))
    wrong = team.elena.post(new.split("?")[0], title="", examples="x y z", **fields)
    assert wrong.status_code == 422
    assert f'name="grupo" value="{fields["grupo"]}"' in wrong.text
    more = {"title": "Zoológico", "examples": "a que hora abre el zoologico"}
    assert team.elena.post(new.split("?")[0], **more, **fields).status_code == 303
    assert team.elena.get(group).status_code == 404
    assert "zoologico" in team.elena.get("/admin/fuera-de-alcance/zoologico").text
    team.ada.post("/admin/documentos/out_of_scope/descartar")


def test_discarding_asks_first_and_what_is_unlikely_is_no_suggestion(team: Team) -> None:
    team.leave_unanswered("xkcd zzyzx wqwq")
    page = team.elena.get("/admin/sin-respuesta").text
    card = page.split("xkcd zzyzx wqwq", 1)[1].split("</section>")[0]
    assert "no se puede deshacer" in card
    assert "Sí, descartar" in card
    assert " 0 %" not in page
    team.elena.post(f"{_group_of(team, 'xkcd zzyzx wqwq')}/descartar")


def test_what_is_due_keeps_its_filter_and_says_what_is_in_review(team: Team) -> None:
    page = team.elena.get("/admin/revisar?dias=90").text
    here = re.findall(r'name="_pagina" value="([^"]+)"', page)[0]
    source = {"title": "Página", "publisher": "Minsa", "_pagina": here}
    done = team.elena.post("/admin/revisar/entradas/sis-sin-papeles", **source)
    assert done.headers["Location"] == "/admin/revisar?dias=90&aviso=verificado"
    card = team.aida.get("/admin/revisar?dias=90").text.split('id="h-entry-sis-sin-papeles"')[1]
    card = card.split("</section>")[0]
    assert "En revisión" in card
    assert "Verificado hoy" not in card
    team.ada.post("/admin/entradas/sis-sin-papeles/descartar")


def test_a_group_is_discarded(team: Team) -> None:
    team.leave_unanswered("<b>asdf</b> qwerty zxcv")
    page = team.elena.get("/admin/sin-respuesta").text
    assert "<b>asdf" not in page
    group = _group_of(team, "&lt;b&gt;asdf&lt;/b&gt; qwerty zxcv")
    assert team.elena.post(f"{group}/descartar").status_code == 303
    assert "qwerty zxcv" not in team.elena.get("/admin/sin-respuesta").text


def test_the_console_shows_the_answer_and_why(team: Team) -> None:
    page = team.elena.post("/admin/probar", texto="me duele una muela", con="publicado").text
    assert "¿Hay dentista gratis?" in page
    assert "Responde" in page
    assert "«me duele una muela»" in page
    assert "Palabras parecidas" in page
    assert "Con cuánta seguridad responde" in page


def test_the_console_answers_with_my_drafts_and_with_what_is_live(team: Team) -> None:
    entry = team.new_id("cataratas")
    fields = {**ENTRY, "id": entry, "title": "¿Y las cataratas de la abuela?"}
    team.elena.post("/admin/nueva-entrada", hacer="guardar", visto="0.0", **fields)
    asked = {"texto": "operacion de cataratas"}
    mine = team.elena.post("/admin/probar", con="borradores", **asked).text
    live = team.elena.post("/admin/probar", con="publicado", **asked).text
    assert f'href="/admin/entradas/{entry}"' in mine
    assert f'href="/admin/entradas/{entry}"' not in live


def test_the_console_says_danger_and_shows_script_as_text(team: Team) -> None:
    page = team.elena.post("/admin/probar", texto="hola, quiero matarme").text
    assert "Peligro" in page
    assert "<p>Peligro: <strong>suicidio</strong></p>" in page
    assert re.search(r"Lo que oyó: «[^»]*matarme", page)
    assert "más se le parecen:</p>\n<ul><li>«" in page
    assert "knowledge/triage.yaml" in page
    page = team.elena.post("/admin/probar", texto="<script>x</script>").text
    assert "<script>x" not in page


def test_verified_today_goes_to_review_with_its_source(team: Team) -> None:
    page = team.elena.get("/admin/revisar?dias=90").text
    assert "Casa Dos" in page
    answer = team.elena.post(
        "/admin/revisar/servicios/ong-dos", title="Página nueva", publisher="Casa", date="2026-11"
    )
    assert answer.status_code == 303
    item = team.aida.get("/admin/servicios/ong-dos").text
    assert "Página nueva" in item
    assert "Aprobar y publicar" in item


def test_verified_today_leaves_the_draft_of_a_colleague_alone(team: Team) -> None:
    entry, verify = "/admin/entradas/vacuna-bebe", "/admin/revisar/entradas/vacuna-bebe"
    source = {"title": "Página", "publisher": "Minsa"}
    write(team.aida, f"{entry}/editar", **{**ENTRY, "answer": "Sí, pero falta comprobarlo."})
    refused = team.elena.post(verify, **source)
    assert refused.status_code == 409
    assert "ay un borrador abierto de aida" in refused.text
    team.aida.post(f"{entry}/enviar")
    team.ada.post(f"{entry}/devolver", texto="Falta el precio")
    assert team.elena.post(verify, **source).status_code == 409
    page = team.elena.get(entry).text
    assert "Este cambio fue devuelto" in page
    assert "Lo escribió aida." in page
    team.aida.post(f"{entry}/descartar")


def test_questions_take_nothing_out_of_review_without_a_word(team: Team) -> None:
    text = "mi bebe de dos meses donde lo vacuno en domingo"
    team.leave_unanswered(text)
    group, entry = _group_of(team, text), "/admin/entradas/vacuna-bebe"
    write(team.aida, f"{entry}/editar", **{**ENTRY, "title": "¿Y la vacuna?", "hacer": "enviar"})
    refused = team.elena.post(f"{group}/agregar", entrada="vacuna-bebe")
    assert refused.status_code == 409
    assert "está en revisión" in refused.text
    assert team.elena.get(group).status_code == 200
    assert "Este cambio espera aprobación" in team.elena.get(entry).text
    team.aida.post(f"{entry}/descartar")
    licencia, document = "/admin/fuera-de-alcance/licencia", "/admin/documentos/out_of_scope"
    fields = {"title": "Licencia", "examples": "brevete de lancha"}
    team.aida.post(licencia, visto=_see(team, licencia), **fields)
    team.aida.post(f"{document}/enviar")
    answer = team.elena.post(f"{group}/fuera", grupo="licencia")
    assert "volvió a ser borrador" in team.elena.get(answer.headers["Location"]).text
    team.ada.post(f"{document}/descartar")


def test_a_source_without_its_publisher_verifies_nothing(team: Team) -> None:
    answer = team.elena.post("/admin/revisar/entradas/vacuna-bebe", title="Página", publisher="")
    assert answer.status_code == 422


def test_reports_of_users_are_settled(team: Team) -> None:
    assert "La gente avisa" in team.elena.get("/admin/servicios").text
    assert team.elena.post("/admin/avisos/ong-uno/cerrar").status_code == 303
    assert "La gente avisa" not in team.elena.get("/admin/servicios").text


async def _number(session: AsyncSession, number: int) -> int:
    """Let the answer of the dentist be changed today, or never; what it was before."""
    item = await session.get_one(Item, (ItemKind.ENTRY, "dentista"))
    before, item.number = item.number, number
    return before


def test_the_first_page_names_answers_that_did_not_help_until_they_change(team: Team) -> None:
    def named() -> str:
        return team.elena.get("/admin").text.split('id="no-sirvio"')[1].split("</section>")[0]

    before = team.in_database(lambda session: _number(session, 1))
    assert "/admin/entradas/dentista" in named()
    assert "👎 3 · 👍 0" in named()
    team.in_database(lambda session: _number(session, 2))
    assert "dentista" not in named()
    team.in_database(lambda session: _number(session, before))


def test_the_first_page_tells_how_the_week_went(team: Team) -> None:
    page = team.omar.get("/admin").text
    week = re.findall(r'data-name="Últimos 7 días">(\d+)', page)
    before = re.findall(r'data-name="7 días antes">(\d+)', page)
    # Nine to twelve answers a day, and five or six of another kind: `_prepare` wrote them.
    assert 7 * 14 <= int(week[0]) <= 7 * 18
    assert 7 * 14 <= int(before[0]) <= 7 * 18
    assert "Esta semana el equipo publicó" in page


def test_the_figures_are_drawn_with_patterns_and_words(team: Team) -> None:
    page = team.elena.get("/admin/cifras").text
    assert 'fill="url(#p-not_understood)"' in page
    assert re.search(r"<title>\d+ \w+, respondidas: \d+</title>", page)
    days = re.findall(r'<tr><th scope="row">(\d+ \w+ \d{4})</th>', page)
    assert days[0] == words.day(clock.today())
    assert '<th scope="row">' in page
    assert team.elena.get("/admin/cifras.csv").text.startswith("\ufeffdía,preguntas")


def test_a_file_is_looked_at_row_by_row_and_then_imported(team: Team) -> None:
    assert "donde vacuno a mi bebe" in team.aida.get("/admin/archivos/entradas.csv").text
    changed = "id,answer\nvacuna-bebe,Sí. Ve a la posta con tu bebé.\n"
    ficha = {"_ficha": team.aida.ficha}
    dry = team.aida.client.post(
        "/admin/archivos", data={**ficha, "hacer": "revisar"}, files={"archivo": ("a.csv", changed)}
    ).text
    assert "cambia 1" in dry
    carried = re.findall(r'name="llevado" value="([^"]+)"', dry)[0]
    done = team.aida.post("/admin/archivos", llevado=carried, hacer="importar").text
    assert "esperan aprobación" in done
    team.ada.post("/admin/entradas/vacuna-bebe/descartar")


def _look_at(team: Team, content: str | bytes, name: str = "a.csv") -> str:
    ficha = {"_ficha": team.aida.ficha, "hacer": "revisar"}
    answer = team.aida.client.post(
        "/admin/archivos", data=ficha, files={"archivo": (name, content)}
    )
    return answer.text


def test_a_downloaded_sheet_comes_back_while_a_colleague_writes(team: Team) -> None:
    write(team.elena, "/admin/entradas/dentista/editar", answer="Sí, quizás.")
    before = team.aida.get("/admin/archivos/entradas.csv").content
    assert before.startswith(b"\xef\xbb\xbf")
    text = before.decode("utf-8-sig").replace("¿Dónde vacuno a mi bebé?", "¿Dónde lo vacuno?")
    page = _look_at(team, text)
    assert "con errores 0" in page
    assert "cambia 1" in page
    touched = _look_at(team, text.replace("¿Hay dentista gratis?", "¿Hay dentista?"))
    assert "hay un borrador abierto de elena" in touched
    team.elena.post("/admin/entradas/dentista/descartar")


def test_a_row_is_told_by_its_number_in_the_sheet(team: Team) -> None:
    page = _look_at(team, 'id,answer\nvacuna-bebe,"Sí.\n\nVe."\nCon Mayúscula,x\n')
    assert '<td data-name="Fila" class="number">3</td>' in page


def test_what_is_no_sheet_is_told_in_plain_words(team: Team) -> None:
    broken = "id,answer\nvacuna-bebe,SÃ\xad. Â¿QuÃ© llevo?\n"
    assert "Las tildes de este archivo" in _look_at(team, broken)
    assert "No es un archivo de Excel" in _look_at(team, "hola", "a.xlsx")
    assert "guárdalo como .xlsx" in _look_at(team, b"\xd0\xcf\x11\xe0\xa1\xb1", "a.xls")
    assert "ni un CSV ni" in _look_at(team, b"%PDF-1.7\x00\x01", "a.csv")
    assert "La fila 2 no se puede leer" in _look_at(team, 'id,answer\nx,"y\n')


def test_a_wrong_row_is_told_with_its_line_and_column(team: Team) -> None:
    ficha = {"_ficha": team.aida.ficha, "hacer": "revisar"}
    sheet = "id;title;answer\ndentista;;=1+1\n<b>;x;y\n"
    page = team.aida.client.post(
        "/admin/archivos", data=ficha, files={"archivo": ("a.csv", sheet.encode("latin-1"))}
    ).text
    assert "Hay errores" in page
    assert "<b>;" not in page
    unreadable = team.aida.client.post(
        "/admin/archivos", data=ficha, files={"archivo": ("a.xlsx", b"PK no zip")}
    )
    assert unreadable.status_code == 422
    nothing = team.aida.post("/admin/archivos", hacer="revisar")
    assert nothing.status_code == 422


def test_an_editor_downloads_but_does_not_import(team: Team) -> None:
    assert "Subir cambios" not in team.elena.get("/admin/archivos").text
    assert team.elena.post("/admin/archivos", hacer="importar").status_code == 403
