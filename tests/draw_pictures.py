"""Draws docs/images: conversations on the page as a small phone shows them.

From the repository: `.venv/bin/python -m tests.draw_pictures` (needs Chromium).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.knowledge import REAL, REPOSITORY
from tests.support.server import Program, settings_for

IMAGES = REPOSITORY / "docs/images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
# What a person does: words that she writes, or a button that she presses.
CONVERSATIONS: Mapping[str, Sequence[str]] = {
    "start": (),
    "answer": ("estoy embarazada y no tengo SIS",),
    "places": ("donde hay una posta", "Comas"),
    "interview": ("[✅ ¿Puedo tener SIS?]", "[No]", "[¿Por qué preguntas?]"),
    "result": ("/sis", "no", "no", "tengo mi cédula", "34", "no", "no", "no"),
    "danger": ("me quiero morir",),
    "not-understood": ("qzxw plmk",),
    "portuguese": ("[Português]",),
}


def draw(browser: Browser, address: str, name: str, acts: Sequence[str]) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, device_scale_factor=1.5, locale="es-PE"
    )
    page = context.new_page()
    page.goto(address)
    for act in acts:
        if not _act(page, act):
            break
    page.wait_for_timeout(200)
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()


def _act(page: Page, act: str) -> bool:
    """Do one thing and wait for the answer; False where the interview is over before."""
    if page.locator("h2", has_text="según nuestra fuente").count():
        return False
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        if act.startswith("["):
            page.get_by_role("button", name=act[1:-1], exact=True).last.click()
        else:
            page.locator("#text").fill(act)
            page.locator(".send").click()
    page.wait_for_load_state()
    return True


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        with Program(settings_for(Path(folder), knowledge_dir=REAL)).running() as program:
            for name, acts in CONVERSATIONS.items():
                draw(browser, str(program.client.base_url), name, acts)
        browser.close()


if __name__ == "__main__":
    main()
