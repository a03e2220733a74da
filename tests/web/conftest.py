"""The page in the system's Chromium, on a phone-sized screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, ViewportSize, sync_playwright
from tests.support.server import Program

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module: while it is open, its event loop keeps others out of this thread."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def page(request: pytest.FixtureRequest, browser: Browser, sqlite_bot: Program) -> Iterator[Page]:
    """The page opened on a phone, with everything that it asks for and complains about."""
    context = browser.new_context(
        viewport=PHONE,
        java_script_enabled=request.param == "with JavaScript",
        locale="es-PE",
        base_url=str(sqlite_bot.client.base_url),
    )
    opened = context.new_page()
    asked: list[Request] = []
    opened.on("request", lambda one: asked.append(one))
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto("/")
    yield opened
    context.close()
    own = str(sqlite_bot.client.base_url)
    assert [each.url for each in asked if not each.url.startswith(own)] == []
    assert complaints == []
