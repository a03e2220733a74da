"""Three languages: complete, current, easy to read, and honest about what is in Spanish."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
import textstat
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from tests.support.chat import Chat
from tests.support.knowledge import REPOSITORY

from health_navigator.conversation.nearby import Nearby
from health_navigator.conversation.replies import month
from health_navigator.conversation.understanding import Found
from health_navigator.directory.hours import Opening
from health_navigator.directory.models import Kind, Service
from health_navigator.i18n import CATALOGUES, LOCALES, translator
from health_navigator.provenance import Confidence, Source

TRANSLATED = [locale for locale in LOCALES if locale != "en"]
# Fernández-Huerta: 60 is what most who finished primary school read with ease.
EASY = 60


@cache
def catalogue(locale: str) -> Catalog:
    path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    return read_po(path.read_bytes().splitlines(keepends=True), locale=locale)


@cache
def message_ids() -> frozenset[str]:
    """Every sentence that the program holds at this moment."""
    package = REPOSITORY / "src/health_navigator"
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    collects = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    keywords = {**DEFAULT_KEYWORDS, **dict.fromkeys(re.findall(r"-k (\w+)", collects))}
    found = extract_from_dir(package, methods, keywords=keywords)
    return frozenset(message for _, _, message, _, _ in found if isinstance(message, str))


@pytest.mark.parametrize("locale", TRANSLATED)
def test_nothing_is_missing_and_nothing_stale(locale: str) -> None:
    """`make messages` collects; then whatever it left empty wants a translation."""
    known = {str(message.id): message for message in catalogue(locale) if message.id}
    assert message_ids() - known.keys() == set()
    assert known.keys() - message_ids() == set()
    assert [name for name, each in known.items() if not each.string or each.fuzzy] == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_placeholders_and_line_breaks_are_those_of_the_source(locale: str) -> None:
    for message in catalogue(locale):
        text = str(message.string)
        if message.id and text:
            assert _places(text) == _places(str(message.id)), message.id
            assert text.count("\n") == str(message.id).count("\n"), message.id


@pytest.mark.parametrize("locale", TRANSLATED)
def test_numbers_and_signs_are_those_of_the_source(locale: str) -> None:
    """No digit of a phone may be lost in translation."""
    for message in catalogue(locale):
        if message.id and message.string:
            told = sorted(re.findall(r"\d{3,}", str(message.string)))
            assert told == sorted(re.findall(r"\d{3,}", str(message.id))), message.id


def test_what_people_read_is_easy_spanish() -> None:
    textstat.set_lang("es")
    hard = {
        text: ease
        for text in map(str, _read_by_people())
        if len(text.split()) >= 8
        and (ease := textstat.fernandez_huerta(re.sub(r"\{\w+\}|📞.*", "", text))) < EASY
    }
    assert hard == {}


def _read_by_people() -> list[object]:
    """Translations of the conversation's and the page's sentences; staff read the others."""
    folders = ("conversation", "templates")
    sources = [
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in (REPOSITORY / "src/health_navigator" / folder).rglob("*.*")
        if path.suffix in (".py", ".html")
    ]
    joined = re.sub(r'"\s*\n\s*"', "", "\n".join(sources))
    return [
        message.string
        for message in catalogue("es")
        if message.id and str(message.id).replace("\n", "\\n") in joined
    ]


def _places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_the_clients_language_is_a_first_guess(someone: Callable[[], Chat]) -> None:
    for language, says in (("en-US", "Hello"), ("pt-br", "Olá"), ("es", "Hola"), ("fr", "Hola")):
        chat = someone()
        chat.person.language = language
        assert chat.says("/start").text.startswith(says)


def test_a_chosen_language_stays_and_says_what_is_in_spanish(chat: Chat) -> None:
    menu = chat.presses(chat.says("/idioma"), "Português")
    assert menu.text.startswith("Escolha um tema")
    answer = chat.says("que es el sis")
    assert "só existe em espanhol" in answer.text
    assert re.search(r"Verificado: \w+ de 20\d\d", answer.text)
    assert "só existe em espanhol" in chat.says("/sis").text
    assert "Onde" in chat.says("/start cerca").text or "procura" in chat.says("/cerca").text


def test_dates_and_distances_speak_the_language() -> None:
    day = datetime(2026, 11, 21, 23, 0)  # noqa: DTZ001  only its date is shown
    assert month(day.date(), "es") == "noviembre de 2026"
    assert month(day.date(), "en") == "November 2026"
    assert month(day.date(), "pt") == "novembro de 2026"
    opening = Opening(open_now=False, opens_at=datetime(2026, 11, 23, 8, 0))  # noqa: DTZ001
    found = Found(_service(), 1234.56, opening)
    shown = {
        locale: Nearby(None, translator(locale), locale, day).describe(found)  # type: ignore[arg-type]
        for locale in LOCALES
    }
    assert "1,234.6 km" in shown["es"]
    assert "Cerrado ahora. Abre el lunes 23 a las 08:00" in shown["es"]
    assert "1,234.6 km" in shown["en"]
    assert "Opens Monday 23 at 08:00" in shown["en"]
    assert "1.234,6 km" in shown["pt"]
    assert "segunda-feira 23" in shown["pt"]


def _service() -> Service:
    return Service(
        id="hospital-x",
        name="X",
        kind=Kind.HOSPITAL,
        department="Lima",
        sources=(Source(title="x", publisher="x"),),
        verified_on=datetime(2026, 11, 1).date(),  # noqa: DTZ001
        review_by=datetime(2027, 11, 1).date(),  # noqa: DTZ001
        confidence=Confidence.OFFICIAL,
    )


def test_catalogues_are_read_as_their_source() -> None:
    """No compiled file can be older than what translators edit."""
    assert list(Path(CATALOGUES).rglob("*.mo")) == []


@pytest.mark.parametrize(
    ("said", "language", "kind"),
    [
        ("where can i get an hiv test please", "English", "Prueba rápida"),
        ("do you know where the NGO is", "English", "Organizaciones"),
        ("eu preciso de vacinas, onde tem vacina", "Português", "Vacunas"),
    ],
)
def test_who_writes_another_language_gets_its_button_and_the_places(
    chat: Chat, said: str, language: str, kind: str
) -> None:
    line, asked = chat.does(chat.person.writes(said))
    assert language in line.labels
    assert asked.text.startswith(kind)


def test_a_language_without_catalogue_has_no_button(chat: Chat) -> None:
    line = chat.says("je suis malade et je ne comprends pas, merci pour les")
    assert "Je réponds" in line.text
    assert not {"English", "Português"} & set(line.labels)


def test_asking_again_in_english_is_no_unknown_place(chat: Chat) -> None:
    chat.says("where can i get an hiv test please")
    assert chat.says("where can i get an hiv test please").text.startswith("Prueba rápida")
    assert "Tacna" in chat.says("i live in Tacna").first_line
