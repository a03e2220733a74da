"""The conversation on the page: on a small phone, with and without JavaScript, with keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect
from tests.support.server import Program

from health_navigator import rate_limit, web_chat

MAX_BYTES = 30_000


def ask(page: Page, text: str) -> None:
    page.get_by_label("Tu pregunta").fill(text)
    page.get_by_role("button", name="Enviar").click()


def test_a_question_is_answered_with_its_source(page: Page) -> None:
    ask(page, "que es el sis")
    answer = page.locator(".reply").last
    expect(answer).to_contain_text("Fuente:")
    expect(answer).to_contain_text("Verificado:")
    expect(page.locator(".asked").last).to_contain_text("que es el sis")


def test_enter_sends_the_question_and_presses_no_button(page: Page) -> None:
    box = page.get_by_label("Tu pregunta")
    box.fill("que es el sis")
    box.press("Enter")
    expect(page.locator(".reply").last).to_contain_text("Fuente:")


def test_an_interview_by_buttons_to_its_result(page: Page) -> None:
    page.get_by_role("button", name="¿Puedo tener SIS?").click()
    expect(page.locator(".reply").last).to_contain_text("¿Es una emergencia")
    page.get_by_role("button", name="Sí", exact=True).click()
    expect(page.locator(".reply").last).to_contain_text("106")


def test_places_without_sharing_a_location(page: Page) -> None:
    page.get_by_role("button", name="Cerca de mí").click()
    page.get_by_role("button", name="Prueba rápida y tratamiento").click()
    expect(page.locator(".reply").last).to_contain_text("¿dónde estás?")
    ask(page, "trujillo")
    expect(page.locator(".reply").last).to_contain_text("Trujillo (La Libertad)")


def test_a_reply_adds_nothing_for_the_page_to_do_when_it_is_shown_again(page: Page) -> None:
    page.add_init_script(COUNT_LISTENERS)
    page.reload()
    ask(page, "que es el sis")
    expect(page.locator(".reply").last).to_contain_text("Fuente:")
    ask(page, "y cuanto cuesta")
    expect(page.locator(".asked").last).to_contain_text("y cuanto cuesta")
    page.wait_for_load_state()
    assert page.evaluate("window.listening ?? 0") <= 1


COUNT_LISTENERS = """
const listen = window.addEventListener.bind(window);
window.addEventListener = (name, ...more) => {
  if (name === "pageshow") window.listening = (window.listening ?? 0) + 1;
  listen(name, ...more);
};
"""


def test_phones_can_be_tapped_and_prices_cannot(page: Page) -> None:
    ask(page, "que es el sis")
    links = page.locator('.reply a[href^="tel:"]')
    expect(links.first).to_be_visible()
    expect(page.locator('header a[href="tel:106"]')).to_be_visible()


def test_nothing_is_wider_than_the_phone(page: Page) -> None:
    for words in ("que es el sis", "hospital en trujillo", "/cerca", "a" * 300):
        ask(page, words)
        expect(page.locator(".asked").last).to_have_text(re.compile(re.escape(words)))
        page.wait_for_load_state()  # without JavaScript each answer is a page, with its style
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.evaluate("window.innerWidth"), words


def test_loading_again_forgets_nothing(page: Page) -> None:
    page.get_by_role("button", name="¿Puedo tener SIS?").click()
    expect(page.locator(".reply").last).to_contain_text("¿Es una emergencia")
    page.goto("/")
    page.get_by_role("button", name="Seguir con las preguntas del SIS").click()
    expect(page.locator(".reply").last).to_contain_text("¿Es una emergencia")


def test_leaving_forgets_and_says_nothing_telling(page: Page) -> None:
    ask(page, "/salir")
    expect(page.locator(".reply").last).to_have_text("Listo. Hasta luego.")
    assert page.context.cookies() == []


@pytest.mark.parametrize("words", ["/borrar", "borrar", "borra todo", "borra este chat por favor"])
def test_words_that_delete_clear_the_screen(page: Page, words: str) -> None:
    ask(page, "mi esposo me pega")
    expect(page.locator(".reply").last).to_contain_text("100")
    ask(page, words)
    _is_clear(page)


def test_a_harmless_button_clears_the_screen_and_what_the_browser_holds(page: Page) -> None:
    ask(page, "mi esposo me pega")
    expect(page.locator(".reply").last).to_contain_text("100")
    page.get_by_label("Tu pregunta").fill("estoy escribiendo")
    page.get_by_role("button", name="Limpiar pantalla").click()
    _is_clear(page)
    expect(page.get_by_label("Tu pregunta")).to_have_value("")
    page.goto("about:blank")
    for _ in range(2):
        _go_back(page)
        expect(page.locator("body")).not_to_contain_text("pega")


def test_leaving_clears_the_screen_too(page: Page) -> None:
    ask(page, "mi esposo me pega")
    expect(page.locator(".reply").last).to_contain_text("100")
    ask(page, "/salir")
    expect(page.locator(".reply").last).to_have_text("Listo. Hasta luego.")
    expect(page.locator("body")).not_to_contain_text("pega")


def test_the_screen_is_cleared_without_a_connection_too(
    browser: Browser, sqlite_bot: Program
) -> None:
    context = browser.new_context(base_url=str(sqlite_bot.client.base_url))
    page = context.new_page()
    page.goto("/")
    ask(page, "mi esposo me pega")
    expect(page.locator(".asked")).to_have_count(1)
    context.set_offline(True)
    page.get_by_role("button", name="Limpiar pantalla").click()
    expect(page.locator("body")).not_to_contain_text("pega")
    context.close()


def _go_back(page: Page) -> None:
    """Without the script the browser has kept nothing that it could show, and says so."""
    with suppress(Error):  # ERR_CACHE_MISS
        page.go_back()


def _is_clear(page: Page) -> None:
    """One neutral line, and nothing of what was said."""
    expect(page.locator(".reply")).to_have_text(["Listo. La pantalla está limpia."])
    expect(page.locator(".asked")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text("pega")
    assert page.context.cookies() == []
    assert page.url.endswith("/")


def test_another_language_by_one_press(page: Page) -> None:
    page.get_by_role("button", name="Português").click()
    expect(page.locator("html")).to_have_attribute("lang", "pt")
    expect(page.get_by_label("Sua pergunta")).to_be_visible()
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "pt")


def test_all_of_it_with_keys_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    reached = _tab_until(page, lambda: page.get_by_role("button", name="Enviar"))
    assert reached
    outline = page.get_by_role("button", name="Enviar").evaluate(
        "element => getComputedStyle(element).outlineStyle"
    )
    assert outline != "none"


def _tab_until(page: Page, wanted: Callable[[], object], presses: int = 60) -> bool:
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("class") == "send":
            return True
    return False


def test_every_control_has_a_name_and_room_for_a_thumb(page: Page) -> None:
    for button in page.get_by_role("button").all():
        assert button.inner_text().strip()
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 36


def test_the_page_is_light(sqlite_bot: Program) -> None:
    parts = [
        sqlite_bot.client.get(path)
        for path in ("/", "/static/chat.css", "/static/chat.js", "/static/icon.svg")
    ]
    assert all(part.is_success for part in parts)
    assert sum(len(part.content) for part in parts) < MAX_BYTES
    assert re.search(r"https?://(?!127)", parts[0].text) is None


def test_the_page_lets_nothing_foreign_in(sqlite_bot: Program) -> None:
    policy = sqlite_bot.client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_lost_connection_is_said_and_the_words_stay(
    browser: Browser, sqlite_bot: Program
) -> None:
    context = browser.new_context(base_url=str(sqlite_bot.client.base_url))
    page = context.new_page()
    page.goto("/")
    context.set_offline(True)
    ask(page, "que es el sis")
    expect(page.locator(".failed")).to_contain_text("no hay conexión")
    expect(page.get_by_label("Tu pregunta")).to_have_value("que es el sis")
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator(".failed")).to_have_count(1)
    context.set_offline(False)
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator(".reply").last).to_contain_text("Fuente:")
    expect(page.locator(".failed")).to_have_count(0)
    context.close()


@pytest.fixture
def slow_page(browser: Browser, sqlite_bot: Program) -> Iterator[tuple[Page, list[Route]]]:
    """A page whose answers wait until the test lets them go."""
    context = browser.new_context(base_url=str(sqlite_bot.client.base_url), locale="es-PE")
    page = context.new_page()
    held: list[Route] = []
    page.clock.install()
    page.goto("/")
    page.route("**/", lambda route: held.append(route))
    yield page, held
    context.close()


def test_while_it_is_sent_the_page_says_so_and_keeps_what_is_typed(
    slow_page: tuple[Page, list[Route]],
) -> None:
    page, held = slow_page
    ask(page, "que es el sis")
    expect(page.get_by_role("status")).to_have_text("Enviando…")
    page.clock.fast_forward(11_000)
    expect(page.get_by_role("status")).to_contain_text("Está tardando")
    expect(page.get_by_role("status")).to_contain_text("106")
    page.get_by_label("Tu pregunta").fill("y cuanto cuesta")
    held[0].continue_()
    expect(page.locator(".reply").last).to_contain_text("Fuente:")
    expect(page.get_by_label("Tu pregunta")).to_have_value("y cuanto cuesta")
    expect(page.get_by_role("status")).to_have_text("")


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("text/plain; charset=utf-8", "Perdona, fallamos. 📞 106", "Perdona, fallamos. 📞 106"),
        ("text/html", "<h1>502 Bad Gateway</h1>", "algo falló de nuestro lado"),
    ],
)
def test_a_server_that_fails_is_no_lost_connection(
    slow_page: tuple[Page, list[Route]], kind: str, body: str, told: str
) -> None:
    page, held = slow_page
    ask(page, "que es el sis")
    expect(page.get_by_role("status")).to_have_text("Enviando…")
    held[0].fulfill(status=503, content_type=kind, body=body)
    expect(page.locator(".failed")).to_contain_text(told)
    expect(page.locator(".failed")).to_contain_text("106")
    expect(page.locator(".failed")).not_to_contain_text("no hay conexión")
    expect(page.get_by_label("Tu pregunta")).to_have_value("que es el sis")


def test_a_place_that_is_not_shared_is_asked_for_in_words(
    slow_page: tuple[Page, list[Route]],
) -> None:
    page, _ = slow_page
    page.unroute("**/")
    page.get_by_role("button", name="Cerca de mí").click()
    page.get_by_role("button", name="Prueba rápida y tratamiento").click()
    page.get_by_role("button", name="Compartir mi ubicación").click()
    expect(page.locator(".failed")).to_contain_text("Escribe abajo tu distrito")
    expect(page.get_by_label("Tu pregunta")).to_be_focused()


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("📍 Av. Goyeneche 100", 0),
        ("Pasaje Leones 115, Asoc. Pedregal. Llama al 113", 1),
        ("Jr. Gral. Garzón 100", 0),
        ("Av. Brasil 642. Llama al 106", 1),
        ("SAMU 106 · Línea 100 · Policía 105", 3),
        ("Si estás en la calle, llama al 105", 1),
    ],
)
def test_the_number_of_a_house_is_no_phone(text: str, phones: int) -> None:
    assert web_chat.with_calls(text).count('href="tel:') == phones


@pytest.mark.parametrize("has_script", [True, False])
def test_who_shares_a_flooding_address_loses_no_word(
    browser: Browser, sqlite_bot: Program, monkeypatch: pytest.MonkeyPatch, has_script: bool
) -> None:
    """With the script the words stay in the box; without, the browser sends them again."""
    moments = [monotonic()]
    monkeypatch.setattr(rate_limit, "monotonic", lambda: moments[-1])
    here = {"X-Forwarded-For": f"203.0.113.{250 + has_script}"}
    context = browser.new_context(
        base_url=str(sqlite_bot.client.base_url),
        extra_http_headers=here,
        java_script_enabled=has_script,
    )
    page = context.new_page()
    page.goto("/")
    while sqlite_bot.client.get("/api/v1/entries?limit=1", headers=here).is_success:
        pass
    ask(page, "que es el sis")
    expect(page.locator("body")).to_contain_text("llegan muchos mensajes desde tu conexión")
    moments.append(moments[-1] + 1)
    if has_script:
        expect(page.get_by_label("Tu pregunta")).to_have_value("que es el sis")
        page.get_by_role("button", name="Enviar").click()
    else:
        page.reload()
    expect(page.locator(".asked").last).to_contain_text("que es el sis")
    expect(page.locator(".reply").last).to_contain_text("Fuente:")
    expect(page.locator(".failed")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "</p><b>x", "{{ 7*7 }}", "&amp;"])
def test_what_is_written_is_shown_as_written(sqlite_bot: Program, text: str) -> None:
    shown = sqlite_bot.client.post("/", data={"text": text}).text
    assert "<script>alert" not in shown
    assert "49" not in shown.split('class="asked"')[1].split("</p>")[0]
