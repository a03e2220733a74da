"""The page in the system's Chromium, on a phone-sized screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, ViewportSize
from tests.support.server import Program

PHONE: ViewportSize = {"width": 320, "height": 640}


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
    assert [each for each in complaints if not _is_news(each)] == []


def _is_news(line: str) -> bool:
    """Chromium tells in its console that it cleared what it was told to clear."""
    return "Cleared data types" in line
