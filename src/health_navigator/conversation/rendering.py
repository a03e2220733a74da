"""An understanding as plain text, for programs and the command line."""

from __future__ import annotations

from datetime import datetime

from health_navigator.conversation import languages, replies
from health_navigator.conversation.nearby import Nearby
from health_navigator.conversation.understanding import NEAREST, Outcome, Understanding
from health_navigator.directory import ubigeo
from health_navigator.directory.models import Kind, Service
from health_navigator.i18n import translator
from health_navigator.knowledge.models import Entry
from health_navigator.knowledge.snapshot import Snapshot


def to_text(
    knowledge: Snapshot, understood: Understanding, moment: datetime, locale: str, asked: str
) -> str:
    """What the bot would say to what was `asked`, buttons written out as lines."""
    said = _said(knowledge, understood, moment, locale, asked)
    sign = knowledge.dangers.get(understood.weak_sign or "")
    has_line = understood.outcome is Outcome.ANSWER
    return said if sign is None or has_line else f"{replies.danger_line(sign)}\n\n{said}"


def _said(
    knowledge: Snapshot, understood: Understanding, moment: datetime, locale: str, asked: str
) -> str:
    _ = translator(locale)
    near = Nearby(knowledge, _, locale, moment)
    if understood.closed is not None:
        return _closed(near, understood, understood.closed, moment, locale)
    match understood.outcome:
        case Outcome.URGENT:
            danger = knowledge.dangers[understood.urgent or ""]
            also = knowledge.dangers.get((understood.heard and understood.heard.also) or "")
            return replies.urgent(_, danger, understood.entry, locale=locale, also=also).plain
        case Outcome.SERVICES:
            services = _services(near, understood)
            if understood.entry is None or understood.entry.id not in knowledge.answer_first:
                return services
            entry = _entry(knowledge, understood, understood.entry, moment, locale)
            return f"{entry}\n\n{services}"
        case Outcome.ANSWER | Outcome.SMALLTALK if understood.entry:
            return _entry(knowledge, understood, understood.entry, moment, locale)
        case Outcome.CLARIFY:
            options = "\n".join(entry.title for entry in understood.options)
            choice = replies.clarify(_, understood.options, languages.foreign_language(asked))
            return f"{choice.plain}\n\n{options}"
        case _ if understood.refer is not None:
            return replies.referred(_, understood.refer).plain
        case _:
            return languages.foreign_line(asked) or replies.not_understood(_, (), 1).plain


def _closed(
    near: Nearby, understood: Understanding, closed: Service, moment: datetime, locale: str
) -> str:
    """That it closed, and the answer that goes with it where no service replaced it."""
    said = near.closed(closed).plain
    if understood.entry is None or near.knowledge.directory.replacements(closed):
        return said
    return f"{said}\n\n{_entry(near.knowledge, understood, understood.entry, moment, locale)}"


def _entry(
    knowledge: Snapshot, understood: Understanding, entry: Entry, moment: datetime, locale: str
) -> str:
    _ = translator(locale)
    if entry.is_smalltalk:
        return replies.smalltalk(_, entry, locale=locale).plain
    sign = knowledge.dangers.get(understood.weak_sign or "")
    before = replies.danger_line(sign) if sign and understood.outcome is Outcome.ANSWER else None
    return replies.answer(_, entry, today=moment.date(), locale=locale, before=before).plain


def _services(near: Nearby, understood: Understanding) -> str:
    kind = understood.kind or Kind.CENTRO_SALUD
    if understood.places:
        labels = "\n".join(ubigeo.label(place) for place in understood.places)
        return f"{replies.ask_which_place(near.translate, (), kind.value).plain}\n\n{labels}"
    if not understood.services:
        return near.ask_place(kind).plain
    shown = understood.services[:NEAREST]
    return "\n\n".join(f"{number}. {near.describe(each)}" for number, each in enumerate(shown, 1))
