"""The words around what the bot knows: one function for each kind of message it sends.

Every function takes the translating function first; message ids are the English sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from babel.dates import format_skeleton

from health_navigator.conversation import languages
from health_navigator.conversation.models import Button, Reply
from health_navigator.conversation.taps import Taps
from health_navigator.i18n import DEFAULT_LOCALE, LOCALES, Translate, formats, mark, translator
from health_navigator.knowledge.models import Danger, Entry, OutOfScope, Topic
from health_navigator.provenance import Call, Confidence, Source

Row = tuple[Button, ...]
Rows = tuple[Row, ...]

LANGUAGES = {"es": "Español", "en": "English", "pt": "Português"}
_ENTRIES_A_PAGE = 8
_PUBLISHERS_SHOWN = 3
_NEITHER_DIGIT_NOR_SPACE = re.compile(r"[^\d\s]+")
_TOPICS = mark("🏠 Topics")
_EMERGENCY_PHONES = ("105", "106", "116")
_EMERGENCY = mark("🆘 Emergency")


@lru_cache(maxsize=1_024)  # Babel looks for the language's pattern anew each time
def month(day: date, locale: str = DEFAULT_LOCALE) -> str:
    return format_skeleton("yMMMM", day, locale=formats(locale))


def rows(buttons: Iterable[Button], width: int = 1) -> Rows:
    """Buttons in rows of `width`."""
    all_buttons = tuple(buttons)
    return tuple(all_buttons[at : at + width] for at in range(0, len(all_buttons), width))


def _taps(buttons: Iterable[Button]) -> tuple[str, ...]:
    """What the buttons send, to be chosen among in writing."""
    return tuple(button.data for button in buttons if button.data)


def entry_button(entry: Entry) -> Button:
    return Button(entry.button, Taps.ENTRY.with_argument(entry.id))


def home(_: Translate) -> Row:
    """What is never more than one tap away."""
    return (Button(_(_TOPICS), Taps.MENU), emergency_button(_))


def emergency_button(_: Translate) -> Button:
    return Button(_(_EMERGENCY), Taps.EMERGENCY)


def pressed_on_keyboard(text: str) -> str | None:
    """What the buttons of `home` send where they stand on Telegram's own keyboard: their label."""
    pressed = {button.label: button.data for each in LOCALES for button in home(translator(each))}
    return pressed.get(text)


def welcome(_: Translate, topics: Sequence[Topic]) -> Reply:
    return Reply(
        _(
            "Hello. I answer questions about health in Peru: insurance, pregnancy, tests, "
            "vaccines, where to go.\n"
            "I do not keep your name, your number or anything that tells who asks.\n"
            "Write your question in your own words, or choose a topic."
        ),
        buttons=_menu_rows(_, topics),
    )


def menu(_: Translate, topics: Sequence[Topic]) -> Reply:
    return Reply(_("Choose a topic, or write your question."), buttons=_menu_rows(_, topics))


def _menu_rows(_: Translate, topics: Sequence[Topic]) -> Rows:
    shortcuts = (
        (Button(_("📍 Near me"), Taps.NEAR), Button(_("✅ Can I have SIS?"), Taps.INTERVIEW)),
        (emergency_button(_),),
    )
    listed = (Button(topic.title, Taps.TOPIC.with_argument(topic.id)) for topic in topics)
    return (*shortcuts, *rows(listed, 2))


def has_page(entries: Sequence[Entry], page: int) -> bool:
    return page * _ENTRIES_A_PAGE < len(entries)


def topic(_: Translate, heading: Topic, entries: Sequence[Entry], page: int) -> Reply:
    start = page * _ENTRIES_A_PAGE
    shown = entries[start : start + _ENTRIES_A_PAGE]
    more: Rows = ()
    if has_page(entries, page + 1):
        more = ((Button(_("More"), Taps.TOPIC.with_argument(heading.id, str(page + 1))),),)
    return Reply(
        _("What do you want to know?"),
        heading=heading.title,
        buttons=(*rows(map(entry_button, shown)), *more, home(_)),
        choices=_taps(map(entry_button, shown)),
        none_of_these=Taps.MENU,
    )


def answer(
    _: Translate,
    entry: Entry,
    *,
    today: date,
    locale: str,
    related: Sequence[Entry] = (),
    second: Entry | None = None,
    before: str | None = None,
    extra: Rows = (),
) -> Reply:
    """An entry as people read it. `before` goes first: what must be seen before the answer."""
    text = "\n\n".join(part for part in (before, entry.answer, calls(entry)) if part)
    also: Rows = ()
    if second is not None:
        label = _("Also: {label}").format(label=second.button)
        also = ((Button(label, entry_button(second).data),),)
    votes = (
        Button(_("👍 It helped"), Taps.HELPED.with_argument(entry.id)),
        Button(_("👎 It did not"), Taps.NOT_HELPED.with_argument(entry.id)),
    )
    return Reply(
        text,
        heading=_("This is what we know:") if entry.sensitive else entry.title,
        footer=provenance(_, entry, today=today, locale=locale),
        buttons=(*extra, *also, *rows(map(entry_button, related)), votes, home(_)),
    )


def said_already(
    _: Translate, entry: Entry, said: str | None, related: Sequence[Entry], shortcuts: Rows = ()
) -> Reply:
    """For who asks on after an answer: what it `said` of that, and who may know more."""
    text = _(
        "What I know about that is in the answer above. What it does not say I do not know, and I "
        "do not want to guess. Ask a person:"
    )
    calm = [call for call in entry.call if call.phone not in _EMERGENCY_PHONES]
    whom = call_lines(calm[:3]) or _("📞 113 · health, free")
    return Reply(
        "\n\n".join(part for part in (said, text, whom) if part),
        buttons=(*shortcuts, *rows(map(entry_button, related)), home(_)),
    )


def smalltalk(_: Translate, entry: Entry, *, locale: str) -> Reply:
    text = "\n\n".join(part for part in (entry.answer, calls(entry)) if part)
    return Reply(text, footer=spanish_only(_, locale) or None, buttons=(home(_),))


def spanish_only(_: Translate, locale: str) -> str:
    """The line for who chose another language than that of the knowledge."""
    return "" if locale == DEFAULT_LOCALE else _("This answer is only in Spanish so far.")


def calls(entry: Entry) -> str:
    """The entry's numbers that its answer does not name already, one a line."""
    digits = _digits(entry.answer)
    return call_lines(call for call in entry.call if _digits(call.phone) not in digits)


def call_lines(numbers: Iterable[Call]) -> str:
    return "\n".join(
        f"📞 {call.phone} · {call.name}" + (f" ({call.note})" if call.note else "")
        for call in numbers
    )


def _digits(text: str) -> str:
    return _NEITHER_DIGIT_NOR_SPACE.sub("", text)


def provenance(_: Translate, entry: Entry, *, today: date, locale: str) -> str:
    """Source and month, and what to think of a fact that is old or not certain."""
    lines = [sourced(_, entry.sources, entry.verified_on, locale)]
    if entry.confidence is Confidence.UNCERTAIN:
        lines.insert(0, _("This is not confirmed. Ask before you go: 113 (health, free)."))
    if entry.is_stale(today):
        stale = _("This may have changed since we checked it. Confirm it: 113 (health, free).")
        lines.insert(0, stale)
    return "\n".join(filter(None, (*lines, spanish_only(_, locale))))


def sourced(_: Translate, sources: Sequence[Source], verified_on: date, locale: str) -> str:
    """«Fuente: Minsa, Andina. Verificado: noviembre de 2026.»"""
    publishers = list(dict.fromkeys(source.publisher for source in sources))[:_PUBLISHERS_SHOWN]
    return _("Source: {publishers}. Checked: {month}.").format(
        publishers=", ".join(publishers), month=month(verified_on, locale)
    )


def urgent(
    _: Translate,
    danger: Danger,
    entry: Entry | None,
    *,
    locale: str,
    also: Danger | None = None,
) -> Reply:
    """What to do at once; then the numbers of another danger that it `also` may be."""
    beside = ((entry_button(entry),),) if entry else ()
    more = (Button(_("🆘 More numbers"), Taps.EMERGENCY), Button(_(_TOPICS), Taps.MENU))
    text = "\n\n".join(filter(None, (danger.message, _new_numbers(danger, also))))
    return Reply(text, footer=spanish_only(_, locale) or None, buttons=(*beside, more))


def _new_numbers(danger: Danger, also: Danger | None) -> str:
    known = _digits(danger.message).split()
    return call_lines(
        call for call in (also.call[:2] if also else ()) if _digits(call.phone) not in known
    )


def emergency(_: Translate) -> Reply:
    """The numbers of last resort, for a knowledge without an entry that lists them."""
    return Reply(
        _("Call now:\n📞 106 or 116 · ambulance\n📞 105 · police\n📞 100 · violence at home"),
        buttons=((Button(_(_TOPICS), Taps.MENU),),),
    )


def danger_line(danger: Danger) -> str:
    """The line that goes above an ordinary answer when there is a weak sign of danger."""
    return call_lines(danger.call[:2])


def danger_button(_: Translate, danger: Danger) -> Rows:
    return ((Button(_("I am in danger"), Taps.DANGER.with_argument(danger.id)),),)


def clarify(_: Translate, options: Sequence[Entry], language: str | None = None) -> Reply:
    """The choices, after a line in the language of who does not write Spanish."""
    foreign = languages.LINES.get(language or "")
    question = _("I want to understand you well. Which of these do you mean?")
    # On a phone that others hold, a sensitive question must not stand on a button in full.
    listed = (
        entry_button(entry) if entry.sensitive else Button(entry.title, entry_button(entry).data)
        for entry in options
    )
    return Reply(
        f"{foreign}\n\n{question}" if foreign else question,
        buttons=(
            *rows(listed),
            (Button(_("None of these"), Taps.NONE),),
            *_language_row(language),
            home(_),
        ),
        choices=tuple(Taps.ENTRY.with_argument(entry.id) for entry in options),
        none_of_these=Taps.NONE,
    )


def not_understood(_: Translate, topics: Sequence[Topic], misses: int) -> Reply:
    """An honest "I don't know"; the second time in a row, topics and people who help."""
    if misses < 2:
        return Reply(
            _(
                "I do not know the answer to that, and I do not want to guess.\n"
                "Try it in other words, shorter, or choose a topic.\n\n"
                "📞 113 · health, free"
            ),
            buttons=(home(_),),
        )
    return Reply(
        _(
            "I am sorry, I still do not understand. These people can help you:\n\n"
            "📞 113 · health, free\n"
            "📞 0800-15170 · Defensoría del Pueblo, free: your rights, with or without papers\n\n"
            "Or look among the topics:"
        ),
        buttons=_menu_rows(_, topics),
    )


def referred(_: Translate, group: OutOfScope) -> Reply:
    """Something that the bot does not answer, but knows who does."""
    refer = "\n\n".join(part for part in (group.refer, call_lines(group.call)) if part)
    text = _("That is outside what I can answer, and I do not want to guess.")
    return Reply(f"{text}\n\n{refer}", buttons=(home(_),))


def ask_what_was_wanted(_: Translate) -> Reply:
    return Reply(
        _(
            "I am sorry. What were you looking for? Write it in one line, without names or "
            "numbers: we use it to improve, and nobody can see that it was you."
        ),
        buttons=(home(_),),
    )


def thanks_for_question(_: Translate) -> Reply:
    return Reply(
        _("Thank you. Our team will read it and add the answer.\n\n📞 113 · health, free"),
        buttons=(home(_),),
    )


def thanks(_: Translate) -> Reply:
    return Reply(_("Thank you. I am glad it helped."), buttons=(home(_),))


def forgotten(_: Translate) -> Reply:
    return Reply(
        _(
            "Done. We keep nothing of this chat any more. The messages are still on your phone. To "
            "remove them: in Telegram's list of chats, hold your finger on this chat (on an "
            "iPhone, slide it to the left) and tap «Delete»."
        ),
        removes_keyboard=True,
    )


def screen_cleared(_: Translate) -> Reply:
    """What the page says instead: neutral, and all that is left on it."""
    return Reply(_("Done. The screen is clear."))


def quiet_exit(_: Translate) -> Reply:
    """Neutral on purpose: somebody else may be looking at the screen."""
    return Reply(_("All right. See you."), removes_keyboard=True)


def keyboard_removed(_: Translate, *, has_location: bool) -> Reply:
    text = _("Thank you. I used your location just now and do not keep it.")
    return Reply(text if has_location else _("All right."), removes_keyboard=True)


def unreadable(_: Translate, topics: Sequence[Topic], what: str) -> Reply:
    match what:
        case "voice" | "audio" | "video_note":
            text = _(
                "I cannot listen to voice messages yet. "
                "Write it to me in a few words, as you speak."
            )
        case "photo" | "video" | "document":
            text = _(
                "I cannot see photos or files. It is safer not to send your papers. "
                "Write me your question in a few words."
            )
        case "contact":
            text = _(
                "I need nobody's number, and I did not keep it. "
                "Write me your question in a few words."
            )
        case "forwarded":
            text = _(
                "I cannot tell whether a forwarded message is true. "
                "Write me your question in your own words."
            )
        case _:
            text = _("I can only read text. Write me your question in a few words, as you speak.")
    return Reply(text, buttons=_menu_rows(_, topics))


def in_group(_: Translate, link: str | None) -> Reply:
    buttons = ((Button(_("Write to me in private"), url=link),),) if link else ()
    return Reply(_("I only answer in private, to protect you."), buttons=buttons)


def choose_language(_: Translate) -> Reply:
    buttons = (Button(name, Taps.LANGUAGE.with_argument(code)) for code, name in LANGUAGES.items())
    return Reply(
        _("Choose a language. The answers are in Spanish so far."),
        buttons=(*rows(buttons), home(_)),
    )


def stale_button(_: Translate, topics: Sequence[Topic]) -> Reply:
    return Reply(_("That button is too old. Choose again:"), buttons=_menu_rows(_, topics))


def empty(_: Translate, topics: Sequence[Topic]) -> Reply:
    return Reply(
        _("I could not read any words there. Write your question, or choose a topic."),
        buttons=_menu_rows(_, topics),
    )


def slow_down(_: Translate) -> Reply:
    return Reply(
        _(
            "You are writing very fast. Wait a minute, please, and then write your question in one "
            "message. In danger: 105 police, 106 or 116 ambulance."
        )
    )


def other_language(
    _: Translate, language: str, topics: Sequence[Topic], *, has_more: bool = False
) -> Reply:
    """A line in the language of who does not write Spanish; topics where no more follows."""
    below = (home(_),) if has_more else _menu_rows(_, topics)
    return Reply(languages.LINES[language], buttons=(*_language_row(language), *below))


def _language_row(language: str | None) -> Rows:
    """The button for the person's own language, where the catalogues have it."""
    if language is None or language not in LANGUAGES:
        return ()
    return ((Button(LANGUAGES[language], Taps.LANGUAGE.with_argument(language)),),)


def last_resort(_: Translate) -> str:
    """For the moment when the program itself has failed."""
    return _(
        "I am sorry, something went wrong on our side. Write your question again in a while.\n\n"
        "📞 106 or 116 · ambulance\n📞 105 · police\n📞 113 · health, free"
    )


def crowded(_: Translate) -> str:
    """For a page whose address sends too much: it may be somebody else behind the same one."""
    return _(
        "Many messages are coming from your connection right now. Wait a few seconds and load this "
        "page again.\n\n"
        "📞 106 or 116 · ambulance\n📞 105 · police\n📞 113 · health, free"
    )


def ask_kind(_: Translate, kinds: Sequence[tuple[str, str]]) -> Reply:
    """`kinds` are (kind, its name in the person's words)."""
    buttons = [Button(name, Taps.NEAR.with_argument(kind)) for kind, name in kinds]
    return Reply(
        _("What are you looking for?"),
        buttons=(*rows(buttons, 2), home(_)),
        choices=_taps(buttons),
        none_of_these=Taps.MENU,
    )


def ask_place(_: Translate, what: str) -> Reply:
    """Location or typed place, as equal choices."""
    text = _(
        "{what}: where are you?\n"
        "Write your district or city, for example «San Juan de Lurigancho» or «Trujillo»; or share "
        "your location with the button below. We do not keep it."
    ).format(what=what)
    return Reply(text, asks_location=share_location(_), buttons=(home(_),))


def share_location(_: Translate) -> str:
    return _("📍 Share my location")


def ask_which_place(
    _: Translate, places: Sequence[tuple[str, str]], kind: str, *, has_more: bool = False
) -> Reply:
    """`places` are (label, code): several places share the name that the person wrote."""
    buttons = [Button(label, Taps.PLACE.with_argument(kind, code)) for label, code in places]
    more = ((Button(_("See more"), Taps.NAMESAKES),),) if has_more else ()
    return Reply(
        _("There are several places with that name. Which one is yours?"),
        buttons=(*rows(buttons), *more, elsewhere_button(_, kind), home(_)),
        choices=_taps(buttons),
        none_of_these=Taps.NAMESAKES if has_more else Taps.ELSEWHERE.with_argument(kind),
    )


def interview_button(_: Translate) -> Row:
    return (Button(_("✅ Can I have SIS?"), Taps.INTERVIEW),)


def near_button(_: Translate, kind: str) -> Row:
    return (Button(_("📍 Places near me"), Taps.NEAR.with_argument(kind)),)


def elsewhere_button(_: Translate, kind: str) -> Row:
    return (Button(_("Another place"), Taps.ELSEWHERE.with_argument(kind)),)


def with_danger(_: Translate, reply: Reply, danger: Danger) -> Reply:
    """A reply with the emergency line on top and a button, for a weak sign of danger."""
    reply = replace(reply, text=f"{danger_line(danger)}\n\n{reply.text}")
    if reply.asks_location:  # its keyboard sends words, not taps
        return reply
    return replace(reply, buttons=(*danger_button(_, danger), *reply.buttons))
