"""Posters: a QR code that opens the bot where it should, as a file that can be printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from health_navigator.cli import app
from health_navigator.errors import ConfigurationError
from tests.support.telegram import TelegramStandIn


def make(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["poster", *arguments], env=environment)


@pytest.mark.parametrize("link", ["mpox", "sis", "cerca", "vih-prueba", "hospital"])
def test_a_poster_as_svg(tmp_path: Path, link: str) -> None:
    result = make(link, "--out", str(tmp_path / "p.svg"), "--bot", "@navigator_bot")
    assert result.exit_code == 0
    assert f"https://t.me/navigator_bot?start={link}" in result.stdout
    assert (tmp_path / "p.svg").read_text().startswith("<?xml")


def test_a_poster_as_png_asks_telegram_for_the_bots_name(
    tmp_path: Path, telegram: TelegramStandIn, little: Path
) -> None:
    result = make(
        "cerca",
        "--out",
        str(tmp_path / "new" / "p.png"),
        NAVIGATOR_KNOWLEDGE_DIR=str(little),
        NAVIGATOR_TELEGRAM_TOKEN="1:a",
        NAVIGATOR_TELEGRAM_API_URL=telegram.url,
    )
    assert "https://t.me/navigator_bot?start=cerca" in result.stdout
    assert (tmp_path / "new" / "p.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nada", "--out", "p.svg", "--bot", "x_bot"), "nothing has this name"),
        (("cerca", "--out", "p.pdf", "--bot", "x_bot"), ".svg or .png"),
        (("cerca", "--out", "p.svg", "--bot", "a b"), "bot's name"),
        (("cerca", "--out", "p.svg"), "--bot NAME"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path,
    little: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    error = make(*arguments, NAVIGATOR_KNOWLEDGE_DIR=str(little)).exception
    assert isinstance(error, ConfigurationError)
    assert says in str(error)
    assert "\n" not in str(error)
    assert list(tmp_path.iterdir()) == []
