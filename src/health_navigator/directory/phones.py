"""Peru's telephone numbers, read as people write them and printed in one way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

# The library is imported where it is used: a start needs none of the world's numbering plans.
if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

REGION = "PE"

# Numbers for all Peru that the library's metadata knows only in part.
SHORT_CODES = frozenset({"100", "105", "106", "107", "110", "113", "114", "115", "116", "117"}) | {
    *("119", "911", "1810", "1818")
}

AREA_CODES = {
    "Amazonas": "41",
    "Áncash": "43",
    "Apurímac": "83",
    "Arequipa": "54",
    "Ayacucho": "66",
    "Cajamarca": "76",
    "Callao": "1",
    "Cusco": "84",
    "Huancavelica": "67",
    "Huánuco": "62",
    "Ica": "56",
    "Junín": "64",
    "La Libertad": "44",
    "Lambayeque": "74",
    "Lima": "1",
    "Loreto": "65",
    "Madre de Dios": "82",
    "Moquegua": "53",
    "Pasco": "63",
    "Piura": "73",
    "Puno": "51",
    "San Martín": "42",
    "Tacna": "52",
    "Tumbes": "72",
    "Ucayali": "61",
}
"""The area code of each department, without the leading zero."""

_SEPARATORS = re.compile(r"[/,;|]|\s{3,}|\s-\s*(?=\d{6})|\b(?:y|o)\b", re.IGNORECASE)
# Extensions, numbers of private networks (#0023041, *418583), and radio bands.
_NOISE = re.compile(
    r"\b(?:anexo|anx|int)\W*\d+|[#*]\s*\d{1,8}(?!\d)|radio[^/]*|[\d.,]+\s*(?:khz|radiofonia)",
    re.IGNORECASE,
)
_FILLED = re.compile(r"(\d)\1{4,}$")


def to_printed(text: str, department: str | None = None) -> str | None:
    """The one number that a text holds, as we print it; None when it holds none that can be."""
    digits = re.sub(r"\D", "", text)
    if digits in SHORT_CODES:
        return digits
    number = next(filter(None, map(_parsed, _candidates(digits, department))), None)
    return _printed(number) if number else None


def find_phones(text: str, department: str | None = None) -> tuple[str, ...]:
    """Every full number in free text such as "041-477044 / 956097648 ANEXO 2", each once."""
    parts = _SEPARATORS.split(_NOISE.sub(" ", text))
    found = (to_printed(part, department) for part in parts)
    return tuple(dict.fromkeys(phone for phone in found if phone and phone not in SHORT_CODES))


def is_printed(phone: str) -> bool:
    """Whether a number is valid and stands exactly as we print it."""
    return to_printed(phone) == phone


def international(phone: str) -> str | None:
    """The number for a tel: or WhatsApp link; None for short codes, which have no such form."""
    from phonenumbers import PhoneNumberFormat, format_number

    number = _parsed(phone)
    return format_number(number, PhoneNumberFormat.E164) if number else None


def _candidates(digits: str, department: str | None) -> Iterator[str]:
    """What the digits may stand for: as they are, without their zero, without their area, or a
    mobile that somebody gave an area."""
    yield digits
    yield f"0{digits}"
    area = AREA_CODES.get(department or "")
    if area and len(digits) == (7 if area == "1" else 6):
        yield f"0{area}{digits}"
    if len(digits) in (11, 12) and digits[-9] == "9":
        yield digits[-9:]


def _parsed(text: str) -> PhoneNumber | None:
    from phonenumbers import NumberParseException, is_valid_number_for_region, parse

    try:
        number = parse(text, REGION)
    except NumberParseException:
        return None
    is_real = is_valid_number_for_region(number, REGION)
    return number if is_real and not _FILLED.search(str(number.national_number)) else None


def _printed(number: PhoneNumber) -> str:
    from phonenumbers import PhoneNumberType, length_of_geographical_area_code, number_type

    digits = str(number.national_number)
    match number_type(number):
        case PhoneNumberType.MOBILE:
            return f"{digits[:3]} {digits[3:6]} {digits[6:]}"
        case PhoneNumberType.FIXED_LINE:
            area = length_of_geographical_area_code(number)
            return f"(0{digits[:area]}) {digits[area : area + 3]}-{digits[area + 3 :]}"
        case _:
            return f"0{digits[:3]}-{digits[3:]}"
