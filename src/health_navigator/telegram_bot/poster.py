"""A QR code for a poster: scanning it opens the bot at the answer to the poster's question."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import segno
import typer
from telegram.helpers import create_deep_linked_url

from health_navigator.config import Settings, read_settings
from health_navigator.conversation.listening import LINKS
from health_navigator.errors import ConfigurationError
from health_navigator.knowledge.files import FileItem, read_directory
from health_navigator.knowledge.models import ItemKind
from health_navigator.telegram_bot.consult import TelegramAwayError, TokenRefusedError, consult

_USERNAME = re.compile(r"@?([A-Za-z][A-Za-z0-9_]{3,31})")
_ENDINGS = (".svg", ".png")
# The size of one module in pixels or units: big enough for a sheet of paper.
_SCALE = 12


def poster(
    link: Annotated[str, typer.Argument(help="Where it leads: sis, cerca, mpox, vih-prueba ...")],
    out: Annotated[Path, typer.Option(help="The file to write: NAME.svg or NAME.png.")],
    bot: Annotated[str | None, typer.Option(help="The bot's name; else Telegram is asked.")] = None,
) -> None:
    """Write the QR code of a link that opens the bot at an answer, a topic or a place to begin."""
    settings = read_settings()
    if link not in known_links(read_directory(settings.knowledge_dir)):
        raise ConfigurationError(f"{link}: nothing has this name; `knowledge list` prints the ids")
    address = deep_link(bot or _own_name(settings), link)
    write_qr(address, out)
    typer.echo(f"{address} -> {out}")


def known_links(items: Iterable[FileItem]) -> frozenset[str]:
    """Everything that a link can lead to."""
    told = {item.id for item in items if item.kind in (ItemKind.ENTRY, ItemKind.TOPIC)}
    return LINKS | told


def deep_link(username: str, link: str) -> str:
    """`https://t.me/<bot>?start=<link>`."""
    name = _USERNAME.fullmatch(username)
    if name is None:
        raise ConfigurationError(f"{username}: a bot's name has letters, digits and _ only")
    try:
        return create_deep_linked_url(name[1], link)
    except ValueError:
        raise ConfigurationError(f"{link}: too long for Telegram, which takes 64 letters") from None


def write_qr(address: str, path: Path) -> None:
    """Write the address as a QR code, SVG or PNG by the file's extension."""
    if path.suffix.lower() not in _ENDINGS:
        raise ConfigurationError(f"{path.name}: write a name that ends with .svg or .png")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Level Q: a quarter of the code may be torn or dirty.
    segno.make(address, error="q", micro=False).save(str(path), scale=_SCALE, border=4)


def _own_name(settings: Settings) -> str:
    if settings.telegram_token is None:
        raise ConfigurationError("whose poster? Give --bot NAME, or set NAVIGATOR_TELEGRAM_TOKEN")
    token = settings.telegram_token.get_secret_value()
    try:
        return asyncio.run(consult(token, settings.telegram_api_url)).username
    except (TokenRefusedError, TelegramAwayError):
        raise ConfigurationError("Telegram did not tell the bot's name: give --bot NAME") from None
