"""In a browser: from a question without an answer to its answer on the web chat, by two people."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin.tables import StaffSession
from tests.admin_web.conftest import PASSWORD, Team

Open = Callable[..., Page]
QUESTION = "que hago si se me rompio un diente comiendo cancha"


def test_an_unanswered_question_gets_its_answer(team: Team, open_page: Open) -> None:
    team.leave_unanswered(QUESTION, QUESTION)
    elena, aida = open_page("elena"), open_page("aida")

    elena.get_by_role("link", name=QUESTION).click()
    elena.get_by_label("Buscar otra").fill("dentista")
    elena.get_by_role("button", name="Buscar").click()
    elena.locator("form.stack").last.get_by_role("button", name="¿Hay dentista gratis?").click()
    expect(elena.get_by_role("status").first).to_contain_text("en el borrador")

    elena.get_by_role("link", name="Probar con el bot").click()
    elena.get_by_label("Pregunta", exact=True).fill(QUESTION)
    elena.get_by_role("button", name="Probar").click()
    expect(elena.get_by_role("group", name="Así se ve en el teléfono")).to_contain_text(
        "¿Hay dentista gratis?"
    )

    elena.goto("/admin/entradas/dentista/editar")
    elena.get_by_label("Respuesta", exact=False).first.fill(
        "Sí. Pregunta por el dentista en tu posta.\n\nNo botes el pedazo del diente."
    )
    expect(elena.locator("#advice")).to_contain_text("No botes el pedazo")
    elena.get_by_role("button", name="Guardar y enviar a revisión").click()
    expect(elena.get_by_text("lo aprueba otra persona").first).to_be_visible()

    aida.goto("/admin")
    aida.locator("#en-revision").get_by_role("link", name="¿Hay dentista gratis?").click()
    expect(aida.locator("ins").first).to_be_visible()
    aida.get_by_role("button", name="Aprobar y publicar").click()
    expect(aida.get_by_text("Publicado. El bot lo aprende solo")).to_be_visible()

    somebody = open_page()
    somebody.goto("/")
    _ask_until(somebody, QUESTION, "No botes el pedazo del diente.")


def _ask_until(page: Page, question: str, answer: str) -> None:
    """Ask again for as long as a publication may take: five seconds."""
    for _ in range(6):
        page.get_by_role("textbox").fill(question)
        page.get_by_role("button", name="Enviar").click()
        page.wait_for_timeout(1_000)
        if page.get_by_text(answer).count():
            return
    pytest.fail(f"the web chat never said: {answer}")


def test_a_session_that_ends_in_the_middle_of_an_edit_loses_no_text(
    team: Team, open_page: Open
) -> None:
    page = open_page("elena")
    page.goto("/admin/entradas/vacuna-bebe/editar")
    page.locator("#answer").fill("Sí. Ve a la posta con tu bebé.\n\nEs gratis.")

    async def end(session: AsyncSession) -> None:
        await session.execute(delete(StaffSession).where(StaffSession.staff == "elena"))

    team.in_database(end)
    team.known.pop("elena", None)
    page.locator("#label").fill("Vacunas")
    expect(page.get_by_role("alert")).to_contain_text("Tu sesión terminó")
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_text("no se pierde")).to_be_visible()
    page.get_by_label("Nombre").fill("elena")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_text("todavía no se guardó")).to_be_visible()
    assert page.evaluate(_WARNS_ON_LEAVING)
    expect(page.locator("#answer")).to_have_value("Sí. Ve a la posta con tu bebé.\n\nEs gratis.")
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_text("Guardado como borrador")).to_be_visible()
    page.goto("/admin/entradas/vacuna-bebe")
    page.get_by_text("Descartar").first.click()
    page.get_by_role("button", name="Sí, descartar el borrador").click()


# Whether leaving the page now would ask first.
_WARNS_ON_LEAVING = """() => {
  const leaving = new Event("beforeunload", { cancelable: true });
  return !dispatchEvent(leaving);
}"""


def test_enter_on_one_line_neither_sends_nor_loses_anything(open_page: Open) -> None:
    page = open_page("elena")
    page.goto("/admin/nueva-entrada")
    page.locator("#questions").fill("me duele la oreja")
    page.locator("#title").fill("¿Y mi oreja?")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.is_navigation_request() else None)
    page.locator("#title").press("Enter")
    expect(page.locator("#advice")).to_contain_text("¿Y mi oreja?")
    expect(page.locator("#title")).to_be_focused()
    assert sent == []
    assert page.evaluate(_WARNS_ON_LEAVING)


def test_the_form_warns_of_a_question_that_another_entry_has(open_page: Open) -> None:
    page = open_page("elena")
    page.goto("/admin/nueva-entrada")
    page.locator("#questions").fill("me duele una muela")
    expect(page.locator("#advice")).to_contain_text("casi igual")


def test_rows_are_added_and_kept(team: Team, open_page: Open) -> None:
    page = open_page("elena")
    page.goto("/admin/servicios/ong-uno/editar")
    sources = page.locator("#sources")
    before = sources.locator(".row").count()
    sources.get_by_role("button", name="Agregar otra fila").click()
    expect(sources.locator(".row")).to_have_count(before + 1)
    last = sources.locator(".row").last
    last.get_by_label("Título").fill("Otra página")
    last.get_by_label("Quién lo publica").fill("Casa")
    page.locator("#hours").fill("Mo-Sa 09:00-12:00")
    expect(page.locator("#advice")).to_contain_text("lunes a sábado: de 9:00 a 12:00")
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_label("Título").nth(1)).to_have_value("Otra página")


def test_everything_works_without_javascript(open_page: Open) -> None:
    page = open_page("elena", java_script_enabled=False)
    page.goto("/admin/nueva-entrada")
    page.get_by_label("Título").first.fill("¿Me dan lentes?")
    page.get_by_role("button", name="Actualizar la vista").click()
    expect(page.get_by_role("group", name="Así se ve en el teléfono")).to_contain_text(
        "¿Me dan lentes?"
    )


PAGES = (
    "/admin",
    "/admin/sin-respuesta",
    "/admin/entradas",
    "/admin/entradas/dentista",
    "/admin/entradas/dentista/editar",
    "/admin/entradas/dentista/versiones",
    "/admin/servicios",
    "/admin/probar",
    "/admin/revisar?dias=90",
    "/admin/cifras",
    "/admin/archivos",
    "/admin/registro",
    "/admin/personas",
    "/admin/cuenta",
)


@pytest.mark.parametrize("path", PAGES)
def test_the_page_fits_a_phone_asks_nobody_else_and_can_be_read_aloud(
    team: Team, open_page: Open, path: str
) -> None:
    page = open_page(None, viewport={"width": 360, "height": 740})
    troubles: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: _note(troubles, message))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.context.add_cookies(
        [{"name": "staff", "value": team.ada.client.cookies["staff"], "url": team.url}]
    )
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not troubles
    assert all(url.startswith(team.url) for url in asked)
    assert page.locator("h1").count() == 1
    assert page.evaluate(_NAMELESS) == []


def _note(troubles: list[str], message: ConsoleMessage) -> None:
    if message.type in ("error", "warning"):
        troubles.append(message.text)


# What takes input or a click and has no name for a screen reader; and ids that stand twice.
_NAMELESS = """() => {
  const takes = "input:not([type=hidden]), select, textarea, button, a[href], summary";
  const isNameless = (each) => !(each.labels && each.labels.length) && !each.textContent.trim();
  const nameless = [...document.querySelectorAll(takes)].filter(isNameless);
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  return [...nameless.map((each) => each.outerHTML), ...twice];
}"""


def test_the_keyboard_reaches_the_contents_first(open_page: Open) -> None:
    page = open_page("elena")
    page.goto("/admin/entradas")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Ir al contenido")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.closest('main') !== null")
    assert focused


def test_a_login_that_is_wrong_is_told_on_the_page(open_page: Open) -> None:
    page = open_page()
    page.goto("/admin/cifras")
    page.get_by_label("Nombre").fill("ada")
    page.get_by_label("Contraseña").fill("no es esta")
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("alert")).to_contain_text("no son correctos")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page).to_have_url(re.compile("/admin/cifras$"))
