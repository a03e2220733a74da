"""The pictures of docs/es/equipo.md, taken from the running program with made-up questions.

python -m tests.admin_web.pictures [FOLDER] [--phone]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.conversation.tables import ReportedService, Tally, UnansweredQuestion
from health_navigator.db import Database
from tests.admin_web.conftest import log_in, make_accounts
from tests.support.knowledge import REPOSITORY, small_knowledge
from tests.support.server import Program, settings_for

CHROMIUM = "/usr/bin/chromium"

PICTURES = REPOSITORY / "docs" / "images"
Shot = Callable[[Page, str], None]
WIDE, PHONE = (1280, 860), (360, 740)
QUESTIONS = (
    ("me pueden atender si vivo en la calle", 6),
    ("si no tengo casa me atienden en el hospital", 2),
    ("cuanto demora en salir una cita con el oculista", 3),
    ("donde saco el brevete", 2),
    ("me cobran por sacar la historia clinica", 1),
)


def main(arguments: Sequence[str]) -> None:
    is_phone = "--phone" in arguments
    folders = [Path(each) for each in arguments if not each.startswith("--")]
    folder = folders[0] if folders else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        take(browser, url, folder, PHONE if is_phone else WIDE, whole=is_phone or bool(folders))
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """The program over some real entries, after a month of made-up questions."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = settings_for(folder, knowledge_dir=small_knowledge(folder))
        asyncio.run(_prepare(settings.database_url))
        with Program(settings).running() as program:
            yield str(program.client.base_url)


async def _prepare(url: str) -> None:
    database = await Database.open(url)
    await database.migrate()
    await make_accounts(database)
    async with database.session() as session:
        _ask(session)
        _count(session)
    await database.close()


def _ask(session: AsyncSession) -> None:
    today = clock.today()
    for text, times in QUESTIONS:
        days = (today - timedelta(days=(at * 5) % 23) for at in range(times))
        session.add_all(UnansweredQuestion(text=text, asked_on=day) for day in days)
    session.add(
        ReportedService(service="albergue-hogares-de-refugio-temporal", reported_on=today, times=2)
    )


def _count(session: AsyncSession) -> None:
    today = clock.today()
    for back in range(30):
        day = today - timedelta(days=back)
        wave = 20 + (back * 7) % 11 - (6 if day.weekday() > 4 else 0)
        outcomes = {"answer": wave, "services": 6, "clarify": 4, "no_answer": 3, "urgent": back % 3}
        session.add_all(
            Tally(day=day, name="outcome", key=key, times=times)
            for key, times in outcomes.items()
            if times
        )
    use = {
        "sis-embarazada": {"entry": 84, "helped": 21, "not_helped": 4},
        "sis-sin-documentos": {"entry": 61, "helped": 15, "not_helped": 3},
        "sis-que-es": {"entry": 40, "helped": 6, "not_helped": 9},
    }
    for key, counts in use.items():
        session.add_all(
            Tally(day=today, name=name, key=key, times=times) for name, times in counts.items()
        )
    session.add(Tally(day=today, name="department", key="Lima", times=140))
    session.add(Tally(day=today, name="department", key="Tumbes", times=36))


def take(browser: Browser, url: str, folder: Path, size: tuple[int, int], *, whole: bool) -> None:
    def shot(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"equipo-{name}.png", full_page=whole)

    def opened(name: str | None) -> Page:
        width, height = size
        context = browser.new_context(
            base_url=url, viewport={"width": width, "height": height}, locale="es-PE"
        )
        page = context.new_page()
        if name:
            log_in(page, name)
        return page

    page = opened(None)
    page.goto("/admin")
    shot(page, "entrar")
    elena, aida, ada = opened("elena"), opened("aida"), opened("ada")
    _show_inbox(elena, shot)
    _show_review(aida, elena, shot)
    for page, path, name in (
        (elena, "/admin", "inicio"),
        (elena, "/admin/entradas?buscar=sis", "entradas"),
        (elena, "/admin/servicios", "servicios"),
        (elena, "/admin/nuevo-servicio", "servicio-nuevo"),
        (elena, "/admin/revisar?dias=90", "por-revisar"),
        (elena, "/admin/cifras", "cifras"),
        (elena, "/admin/archivos", "archivos"),
        (aida, "/admin/registro", "registro"),
        (ada, "/admin/personas", "personas"),
    ):
        page.goto(path)
        shot(page, name)


def _show_inbox(page: Page, shot: Shot) -> None:
    page.goto("/admin/sin-respuesta")
    shot(page, "sin-respuesta")
    page.get_by_role("link", name="me pueden atender").first.click()
    shot(page, "grupo")
    page.locator("button[name=entrada]").first.click()
    page.goto("/admin/probar")
    page.get_by_label("Pregunta", exact=True).fill("me atienden si vivo en la calle")
    page.get_by_role("button", name="Probar").click()
    shot(page, "probar")


def _show_review(approver: Page, editor: Page, shot: Shot) -> None:
    editor.goto("/admin")
    editor.locator("#h-propios + ul a").first.click()
    editor.get_by_role("link", name="Editar").click()
    shot(editor, "editar")
    editor.get_by_role("button", name="Guardar y enviar a revisión").click()
    approver.goto("/admin")
    approver.locator("#h-revision + ul a").first.click()
    shot(approver, "revision")


if __name__ == "__main__":
    main(sys.argv[1:])
