"""What a question must lose before anybody may read it: names, numbers, addresses, documents."""

from __future__ import annotations

import re

GAP = "…"
_MAX = 300
_PATTERNS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"https?://\S+|www\.\S+", 0),
        (r"[\w.+-]+@[\w-]+\.[\w.]+", 0),
        (r"@\w{3,}", 0),
        # Addresses, before their numbers are gone.
        (
            r"\b(?:av(?:enida)?|jr|jir[oó]n|calle|ca|psje|pasaje|mz|manzana|lote|lt|dpto|block|urb|urbanizaci[oó]n|aahh)\.?\s+[\w\s.°-]{1,40}?\d+\w?",
            re.IGNORECASE,
        ),
        # Documents, phones, card numbers: five or more digits, however they are spaced.
        (r"\+?\d(?:[\s().-]?\d){4,}", 0),
        (r"\b[A-Z]{1,3}-?\d{5,}\b", re.IGNORECASE),
        # How people give their names.
        (
            r"(?<=\bme llamo )[\wáéíóúñ]+(?:\s+[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+){0,3}",
            re.IGNORECASE,
        ),
        (r"(?<=\bmi nombre es )[\wáéíóúñ]+(?:\s+[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+){0,3}", re.IGNORECASE),
        (r"(?<=\bsoy )[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+(?:\s+[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+){1,3}", 0),
        (r"(?<=\bse llama )[\wáéíóúñ]+(?:\s+[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+){0,3}", re.IGNORECASE),
        # Two or more capitalised words in a row: a name, also where it opens the message.
        (r"\b[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+(?:\s+[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+)+", 0),
        # Dates of birth.
        (r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b", 0),
    )
)


def scrubbed(text: str) -> str:
    """The question without what could name a person; a gap stands where something was."""
    for pattern in _PATTERNS:
        text = pattern.sub(GAP, text)
    return re.sub(r"\s+", " ", text).strip()[:_MAX]
