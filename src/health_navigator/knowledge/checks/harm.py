"""Do no harm: advice before authorities, no ambulance that does not come, no doses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from health_navigator.directory.models import Kind, Scope
from health_navigator.errors import Problem
from health_navigator.i18n import mark
from health_navigator.knowledge.checks.pieces import Pieces, Told

LEGAL_ADVICE = "0800-15170"
"""Defensoría del Pueblo: free legal advice, for whoever has no papers too."""

# Only with its capital: the OIM is the agency for "las migraciones".
_OFFICES = r"Migraciones\b|(?i:comisarías?\b|fiscalía|interpol|poder judicial)"
# Not in "llama al 105 (Policía)" or "Policía: 105": people in danger call at once.
_POLICE = r"(?<!105 \()(?i:policía)(?!:?\s*105)"
# Not in "no pueden exigirte papeles ni denuncia".
_COMPLAINT = r"(?<!ni )(?<!sin )(?<!exigirte )\b(?i:denunci(?:a|ar|as|arlo|arla))\b"
_AUTHORITY = re.compile(rf"{_OFFICES}|{_POLICE}|{_COMPLAINT}")
_SENT = re.compile(
    r"\b(?i:ve|vete|anda|acude|acércate|preséntate|dirígete|pon|haz|presenta|saca(?: tu)? cita)\b"
    rf"[^.\n]{{0,40}}?(?:{_OFFICES}|(?i:policía|denuncia))"
)
_AMBULANCE = re.compile(r"(?<![\d.,])106(?![.,]?\d)")
_ELSEWHERE = re.compile(r"(?<![\d.,])(?:116|105)(?![.,]?\d)|\btaxi\b")
_DOSE = re.compile(r"\b\d[\d.,]*\s?(?:mg|mcg|ug|µg|ml|cc|UI|miligramos|mililitros|gotas)\b")


def no_legal_advice_first(pieces: Pieces) -> Iterator[Problem]:
    for told in pieces.told:
        advice = told.text.find(LEGAL_ADVICE)
        named, sent = _AUTHORITY.search(told.text), _SENT.search(told.text)
        if named and advice < 0 and not _is_the_adviser(told):
            message = mark(
                "this names an authority or a denuncia: put free legal advice first "
                "(Defensoría del Pueblo: {phone})"
            )
            yield told.problem(named.start(), message, phone=LEGAL_ADVICE)
        elif sent and sent.start() < advice:
            message = mark("«{text}» comes before the free legal advice: put the advice first")
            yield told.problem(sent.start(), message, text=sent[0])
    yield from _offices_without_advice(pieces)


def _is_the_adviser(told: Told) -> bool:
    return any(call.phone == LEGAL_ADVICE for call in told.call) and told.field == "access"


def _offices_without_advice(pieces: Pieces) -> Iterator[Problem]:
    for service in pieces.services:
        is_office = service.part.kind is Kind.MIGRACIONES and service.part.scope is Scope.LOCAL
        if is_office and service.part.is_offered and LEGAL_ADVICE not in str(service.part.access):
            message = mark("nobody is sent here without advice: begin access with {phone}")
            yield service.problem("access", message, phone=LEGAL_ADVICE)


def ambulance_alone(pieces: Pieces) -> Iterator[Problem]:
    for told in pieces.told:
        named = _AMBULANCE.search(told.text)
        if named and not _ELSEWHERE.search(told.text):
            message = mark("106 does not reach all of Peru: name 116, 105 or a taxi beside it")
            yield told.problem(named.start(), message)


def doses(pieces: Pieces) -> Iterator[Problem]:
    for told in pieces.told:
        for found in _DOSE.finditer(told.text):
            message = mark("«{text}» is a dose: leave it to whoever treats the person")
            yield told.problem(found.start(), message, text=found[0])
