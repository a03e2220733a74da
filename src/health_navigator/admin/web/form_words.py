"""What is wrong, in the words of the form: the catalogues name the fields as the files do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from health_navigator.admin.refusals import Fault
from health_navigator.admin.web import words
from health_navigator.i18n import DEFAULT_LOCALE, translator

_ONE_BETWEEN = "¿Falta el signo menos? En el Perú va de {} a {}"
_OF_FIELDS = {
    "latitude": _ONE_BETWEEN.format("-18.5", "0.1"),
    "longitude": _ONE_BETWEEN.format("-81.5", "-68.5"),
}
_RANGES = frozenset({"{input} is too large: {le} at most", "{input} is too small: {ge} at least"})
_NOT_KNOWN = "{input} is not known here: write one of {expected}"
_CHOICES: Mapping[str, Mapping[Any, str]] = {
    "confidence": words.CONFIDENCE,
    "kind": words.KINDS,
    "status": words.STATUSES,
    "scope": words.SCOPES,
}
_SENTENCES = {
    "latitude and longitude go together: write both or neither": (
        "Faltan datos: pon latitud y longitud, o ninguna"
    ),
    "a closed service needs closed_on and replaced_by (ids of what is open, or [])": (
        "Llena «Cerró en» y «En su lugar» (o «ninguno»)"
    ),
    "review_by must be later than verified_on": (
        "«Revisar antes del» va después de «Verificado el»"
    ),
    "expires_on must be later than verified_on": (
        "«Deja de mostrarse el» va después de «Verificado el»"
    ),
    "closed_on is later than verified_on: mend one of them": (
        "«Cerró en» es después de «Verificado el»: corrige una de las dos"
    ),
    "the source is younger than verified_on: verify again or mend one": (
        "la fuente es más nueva que «Verificado el»: verifica otra vez o corrige una fecha"
    ),
    "a local service needs its department (or write scope: national)": (
        "Escribe el departamento, o en «Alcance» elige «Todo el país»"
    ),
    "a refuge whose address is withheld has no address and no coordinates": (
        "Marcaste «La dirección no se da»: quita la dirección y las coordenadas"
    ),
    "a deadline needs `after`: the words of the answer for who comes too late": (
        "un plazo necesita «Si el plazo pasó»: las palabras de la respuesta para quien llega tarde"
    ),
    "«{text}» reads as a time limit: under figures give it the kind deadline, "
    "and in `after` the answer's words for who comes too late": (
        "«{text}» suena a plazo: en «Cifras de la respuesta» elige el tipo «plazo», y en «Si el "
        "plazo pasó» copia las palabras de la respuesta para quien llega tarde"
    ),
    "«{text}» is not under figures: add it with the source that says it": (
        "«{text}» no está en «Cifras de la respuesta»: agrégala abajo con su fuente"
    ),
    "«{text}» needs its source: the url of one of the sources above": (
        "«{text}» necesita su fuente: la dirección web de una de las «Fuentes»"
    ),
    "this url is none of the entry's sources: add it there": (
        "esta dirección web no está entre las «Fuentes»: agrégala allí"
    ),
    "a source needs its url: whoever checks must find it again": (
        "falta la «Dirección web»: quien revisa tiene que volver a encontrarla"
    ),
    "confidence is uncertain: say in the answer what is not confirmed": (
        "elegiste «Sin confirmar»: di en la respuesta qué no está confirmado"
    ),
    "confidence is uncertain: name under call the number that settles it": (
        "elegiste «Sin confirmar»: pon en «A quién llamar» el número que aclara la duda"
    ),
    "{phone} is neither under call nor in the directory: add it to call": (
        "el {phone} no está en «A quién llamar» ni en los servicios: agrégalo abajo"
    ),
    "a sensitive entry needs a neutral label for its button": (
        "es un tema delicado: escribe un «Texto del botón» que no diga de qué se trata"
    ),
    "«{text}» is not among the questions above: write it there too": (
        "«{text}» no está en «Así lo pregunta la gente»: escríbela también allí"
    ),
    "nobody is sent here without advice: begin access with {phone}": (
        "a nadie se le manda aquí sin consejo: empieza «Cómo se entra» con el {phone}"
    ),
    "nobody knows whether it is open: begin access with «{words}»": (
        "no se sabe si atiende: empieza «Cómo se entra» con «{words}»"
    ),
    "nobody knows whether it is open: give a phone or leave it out": (
        "no se sabe si atiende: pon un teléfono, o quita el servicio"
    ),
    "write the date as '2025', '2025-06' or '2025-06-10', in quotes": (
        "escribe la fecha así: 2025, 2025-06 o 2025-06-10"
    ),
    "{input} is no district code: write its six digits in quotes": (
        "{input} no es un código de distrito: son seis cifras"
    ),
    "{input} is no registry code: write its eight digits in quotes": (
        "{input} no es un código Renipress: son ocho cifras"
    ),
    "{input} is no id: write small letters without accents, numbers and hyphens": (
        "{input} no es un nombre corto: lleva minúsculas sin tildes, números y guiones"
    ),
    "{input} does not have the form of this field: {pattern}": (
        "«{input}» no tiene la forma de este dato"
    ),
    "write a text here; put numbers and yes/no words in quotes": "escribe un texto",
    "write true or false": "escribe sí o no",
    "this field is missing: add it": "falta este dato",
}


def said(fault: Fault) -> str:
    """What is wrong, in Spanish."""
    sentence = _sentence(fault)
    return fault.text(translator(DEFAULT_LOCALE)) if sentence is None else sentence


def _sentence(fault: Fault) -> str | None:
    if fault.message in _RANGES and fault.field in _OF_FIELDS:
        return _OF_FIELDS[fault.field]
    if fault.message == _NOT_KNOWN and fault.field in _CHOICES:
        return f"{fault.values['input']} no se conoce: escribe {_known(_CHOICES[fault.field])}"
    found = _SENTENCES.get(fault.message)
    return None if found is None else found.format_map(fault.values)


def _known(names: Mapping[Any, str]) -> str:
    """«official (Fuente oficial), ngo (De una ONG)»: what a sheet takes, and what it means."""
    return ", ".join(f"{value.value} ({name})" for value, name in names.items())
