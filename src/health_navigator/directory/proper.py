"""Names and addresses that a registry keeps in capitals, written as a person would write them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache

from health_navigator.directory import ubigeo
from health_navigator.directory.ubigeo import in_capitals
from health_navigator.matching.places import Place

# Accents that official place names do not show, for words frequent in the registry.
_ACCENTED = (
    "Ángeles Señor Corazón Paraíso Niño Limón Alegría América Atención Viña García Pública Público"
    " Mariátegui Dirección Móvil Raúl Jerusalén Núcleo Módulo Peña Pérez Rehabilitación Sofía Edén"
    " Díaz Fátima Félix Néstor Hipólito Núñez Clínica Médico Médica Policlínico Neoplásicas Región"
    " Urbanización Vía Prolongación Caserío Belaúnde Túpac Cápac Inclán Psiquiátrico Básicas"
    " Básicos Pediátricas Oftalmología Neurológicas Clínico Quirúrgico Estación Línea Río Jardín"
    " Ángel Japón Apóstol Zacarías Germán Domínguez Luján Amazónico Butrón"
    " Santillán Crispín Huaycán"
)
_JOINING = frozenset(["de", "del", "y", "al", "en", "con"])
_ARTICLES = frozenset(["el", "la", "los", "las"])
_ROMAN = re.compile(r"(?:IX|IV|V?I{1,3}|XI{0,3}|V)")
_WORD = re.compile(r"[^\W_]+")

_SHORT_FORMS = (
    (re.compile(r"^(?:P\.? ?S\b\.?|PUESTO SALUD\b)\s*"), "PUESTO DE SALUD "),
    (re.compile(r"^(?:C\.? ?S\b\.?|CENTRO SALUD\b)\s*"), "CENTRO DE SALUD "),
    (re.compile(r"^E\.? ?S\b\.?\s*"), ""),
    (re.compile(r"^HOSP\b\.?\s*"), "HOSPITAL "),
    (re.compile(r"\bI{1,3}-(?:[1-4]|E)\b\s*"), ""),
    (re.compile(r"\bNAC\."), "NACIONAL"),
    (re.compile(r"\bSTA\."), "SANTA"),
    (re.compile(r"\bSTO\."), "SANTO"),
    (re.compile(r"\bSR\."), "SEÑOR"),
    (re.compile(r"\bFCO\."), "FRANCISCO"),
    (re.compile(r"\b(DRA?)\.(?=\w)"), r"\1. "),
    (re.compile(r"\s+-\s*|\s*-\s+"), " - "),
)
_NOUN = re.compile(
    r"\b(?:PUESTO|CENTRO|HOSPITAL|INSTITUTO|POLICL[IÍ]NICO|POSTA|CL[IÍ]NICA|ESTABLECIMIENTO|SISTEMA"
    r"|M[OÓ]DULO|CONSULTORIO)\b"
)
_NO_ADDRESS = re.compile(r"\W*(?:ACTUALIZAR\W*|S/?N|SIN DIRECCI[OÓ]N|NO TIENE)*\W*", re.IGNORECASE)
_STREETS = (
    (re.compile(r"^OTROS\s+"), ""),
    (re.compile(r"\b(?:JIR[OÓ]N|JR\b\.?)(?:\s+(?:JIR[OÓ]N|JR\b\.?))*\s*"), "Jr. "),
    (re.compile(r"\b(?:AVENIDA|AV\b\.?)(?:\s+(?:AVENIDA|AV\b\.?))*\s*"), "Av. "),
    (re.compile(r"\b(?:PASAJE|PSJE?\b\.?)(?:\s+(?:PASAJE|PSJE?\b\.?))*\s*"), "Pasaje "),
    (re.compile(r"\b(CALLE|PLAZA|CARRETERA|CASER[IÍ]O)(?:\s+\1)+\b"), r"\1"),
    (re.compile(r"\bN[UÚ]MERO S/N\b"), ""),
    (re.compile(r"\bN(?:[º°]|RO\b\.?)\s*"), ""),
    (re.compile(r"\bM(?:ZA?|ANZANA)\b\.?\s*"), "Mz. "),
    (re.compile(r"\bL(?:TE?|OTE)\b\.?\s*"), "Lt. "),
    (re.compile(r"\bCC[. ]*NN\b\.?\s*"), "COMUNIDAD NATIVA "),
    (re.compile(r"\bCPM\b\.?\s*"), "CENTRO POBLADO MENOR "),
    (re.compile(r"\bC\.? ?P\b\.?\s*"), "CENTRO POBLADO "),
    (re.compile(r"\bAA[. ]*HH\b\.?\s*"), "ASENTAMIENTO HUMANO "),
    (re.compile(r"(?:\bS/N\b[\s-]*)+"), "s/n "),
)
_WIDER = re.compile(r"\s+DISTRITO\s.*\bPROVINCIA\s.*$")
_JOINED = re.compile(r"\b(?:DE|DEL|LA|EL|LOS|LAS|SAN|SANTA|NUEVO|NUEVA|Y)$")
_TWICE = re.compile(
    r"^(?:[A-ZÓ]+\.?\s+)?(?P<said>.{4,}?)(?:\s+s/n|\s+\d+)?\s+(?P=said)$", re.IGNORECASE
)


def proper_name(name: str, noun: str) -> str:
    """«P.S. LOS ANGELES» -> «Puesto de Salud Los Ángeles»; the noun is set before a bare name."""
    words = _tidy(name.replace('"', " ")).upper()
    for short, full in _SHORT_FORMS:
        words = short.sub(full, words)
    if not _NOUN.search(words):
        words = f"{noun} {words}"
    return capitalised(_tidy(words).strip(" -."))


def proper_address(address: str, place: Place) -> str | None:
    """The street and number alone, each said once; None where the registry has none."""
    words = _without_place(_WIDER.sub("", _tidy(address).upper()), place)
    for spelt, short in _STREETS:
        words = spelt.sub(short, words)
    words = _TWICE.sub(r"\g<said>", _tidy(words)).strip(" -,.")
    return None if _NO_ADDRESS.fullmatch(words) else capitalised(words)


def capitalised(words: str) -> str:
    """Each word with a capital, joining ones without, accents where Spanish writes them.

    An article is small only after such a word: «Haya de la Torre», «Villa El Salvador».
    """
    before = ""

    def write(found: re.Match[str]) -> str:
        nonlocal before
        before, last = found[0], before
        return _written(found[0], last.lower())

    return _WORD.sub(write, words)


def _written(word: str, before: str) -> str:
    lower = word.lower()
    if word in ("s", "n") or (lower in _JOINING and before):
        return lower
    if lower in _ARTICLES:
        # "de el" is not contracted where the article belongs to a name: «de El Porvenir».
        return lower if before in _JOINING and lower != "el" else lower.capitalize()
    if _ROMAN.fullmatch(word) or len(word) == 1:
        return word.upper()
    known = _accents().get(in_capitals(word))
    return known if known and _fits(word, known) else lower.capitalize()


def _fits(word: str, known: str) -> bool:
    """Whether the accented spelling only adds to what stands there."""
    return not re.search(r"[ÁÉÍÓÚ]", word) and ("Ñ" not in word or "ñ" in known.lower())


@cache
def _accents() -> Mapping[str, str]:
    """For a word without accents, how most official place names write it."""
    spelt: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for place in ubigeo.places_by_code().values():
        for word in _WORD.findall(place.name):
            spelt[in_capitals(word)][word] += 1
    usual = {plain: words.most_common(1)[0][0] for plain, words in spelt.items()}
    ours = {in_capitals(word): word for word in _ACCENTED.split()}
    return {plain: word for plain, word in (usual | ours).items() if word.upper() != plain}


def _without_place(words: str, place: Place) -> str:
    """Without department, province and district at the end, as many rows repeat them."""
    street, slash, wider = words.partition(" / ")
    if slash and in_capitals(place.department) in in_capitals(wider):
        return street
    plain = in_capitals(words)
    for name in (place.department, place.province, place.district):
        ending = f" {in_capitals(name or '')}"
        if name and plain.endswith(ending) and not _JOINED.search(plain[: -len(ending)]):
            plain, words = plain[: -len(ending)], words[: -len(ending)]
    return words


def _tidy(words: str) -> str:
    return re.sub(r"\s+", " ", words.replace("\x96", "-")).strip()
