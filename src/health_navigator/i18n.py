"""The program's texts in the languages that people choose; message ids are English sentences."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DEFAULT_LOCALE = "es"
LOCALES = ("es", "en", "pt")
CATALOGUES = Path(__file__).parent / "locale"

Translate = Callable[[str], str]


def mark(message: str) -> str:
    """Mark a message for extraction where it is written, to be translated later."""
    return message


@cache
def translator(locale: str) -> Translate:
    """The translating function for one of LOCALES.

    Catalogues are read as .po, so that no compiled file can be out of date.
    """
    if locale == "en":
        return str
    path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled).gettext


def formats(locale: str) -> str:
    """The locale for dates and numbers: Peru uses a decimal point."""
    return "es_PE" if locale == "es" else locale


def supported_locale(language_code: str | None) -> str:
    """The supported locale for a client's language code such as 'pt-BR', else the default."""
    language = (language_code or "").replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else DEFAULT_LOCALE
