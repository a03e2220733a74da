"""Wording: plain, short, honest about doubt, and safe on a phone that others look at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces
from health_navigator.knowledge.checks.readability import fernandez_huerta
from health_navigator.knowledge.models import MAX_ANSWER
from health_navigator.provenance import Confidence

PLAIN = 60

_LIST_MARK = r"^ *(?:[-–—•·▪►>#] ?|\* |\d+[.)] )(?=\S)"
_MARKUP = r"(?<!\w)([*_`~])\w[^\n]*?\1|</?\w+>|&\w+;|\[[^\]\n]*\]\(| [-–—] "
_UGLY = re.compile(rf"{_LIST_MARK}|{_MARKUP}", re.MULTILINE)
_PROMISE = re.compile(
    r"(?<!no )(?<!no te )(?<!no se )(?<!puede )(?<!podemos )garantiz\w+|siempre hay"
    r"|(?<!ir )(?<!es )segur[oa] que|con toda seguridad|sin falta"
    r"|te van a (?:aceptar|dar cupo|afiliar)",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\bno (?:está|están|lo|los|la|las|se|hemos|pudimos|podemos)? ?"
    r"(?:confirm|sab|encontr|conoc|hay datos|tenemos)|confirm|puede que|averigua|pregunta|depende",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"\b(?:vih|its|sida|violencia|abus\w+|abort\w+|trans|violación)\b", re.IGNORECASE
)


def too_long(pieces: Pieces) -> Iterator[Problem]:
    for entry in pieces.entries:
        length = len(entry.part.answer)
        if length > MAX_ANSWER:
            message = mark("the answer has {length} letters: {most} at most; cut or split it")
            yield entry.problem("answer", message, length=length, most=MAX_ANSWER)


def hard_to_read(pieces: Pieces) -> Iterator[Problem]:
    for entry in pieces.entries:
        ease = fernandez_huerta(entry.part.answer)
        if ease < PLAIN:
            message = mark(
                "hard to read ({ease:.0f}, at least {plain}): shorter sentences, shorter words"
            )
            yield entry.problem("answer", message, ease=ease, plain=PLAIN)


def marks_that_render_badly(pieces: Pieces) -> Iterator[Problem]:
    for told in pieces.told:
        for found in _UGLY.finditer(told.text):
            message = mark("«{mark}» looks bad on Telegram: write plain short lines")
            yield told.problem(found.start(), message, mark=found[0].strip())


def promises(pieces: Pieces) -> Iterator[Problem]:
    for told in pieces.told:
        for found in _PROMISE.finditer(told.text):
            message = mark("«{text}» promises what no source can: say how it usually is")
            yield told.problem(found.start(), message, text=found[0])


def doubts_unsaid(pieces: Pieces) -> Iterator[Problem]:
    for entry in pieces.entries:
        if entry.part.confidence is not Confidence.UNCERTAIN:
            continue
        if not _DOUBT.search(entry.part.answer):
            message = mark("confidence is uncertain: say in the answer what is not confirmed")
            yield entry.problem("answer", message)
        if not entry.part.call:
            message = mark("confidence is uncertain: name under call the number that settles it")
            yield entry.problem("call", message)


def telling_labels(pieces: Pieces) -> Iterator[Problem]:
    """A button may be read over a shoulder: a delicate subject needs a neutral label."""
    for entry in pieces.entries:
        label = entry.part.label
        if label and _TELLING.search(label):
            message = mark("«{label}» tells too much on a shared phone: use neutral words")
            yield entry.problem("label", message, label=label)
        if entry.part.sensitive and not label:
            message = mark("a sensitive entry needs a neutral label for its button")
            yield entry.problem("label", message)
