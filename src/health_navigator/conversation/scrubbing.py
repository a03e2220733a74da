"""What a question must lose before anybody may read it: names, numbers, addresses, documents.

Nobody can list the names that people have. So a word stays only where the knowledge's own questions
know it, or where its ending tells that it is a term: every other word, and every common name,
leaves a gap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from health_navigator.matching.normalise import letters, tokens

Knows = Callable[[str], bool]
"""Whether the knowledge's own questions use a word."""

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


_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST_NAME = 3
_TERM = re.compile(
    r"(?:ologi|itis$|mente$|ismos?$|ectomi|grafi|terapi|scopi|puntur|[^p]siones?$|uciones?$"
    r"|aciones?$|icion(?:es)?$|nomias?$|patias?$|pedias?$|emia$|osis$|logic[oa]s?$)"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names that the knowledge's questions may use too (hospitals, streets, saints).
_NAMES = _words(
    "abraham adriana agustin alberto alejandra alejandro alexander alfredo alicia alonso alvarado "
    "alvarez ana andrea andres angela angelica antonia antonio armando arturo barbara beatriz "
    "benito brayan bryan camila carla carlos carmen carolina castro catalina cecilia cesar chavez "
    "cristian cristina daniel daniela david diana diaz diego edgar edison eduardo elena eliana "
    "elizabeth emilio enrique erika ernesto estefania esther eugenia eva fabiola felipe fernandez "
    "fernando flor francisca francisco franklin gabriel gabriela garcia genesis gerardo gloria "
    "gomez gonzales gonzalez gregorio guillermo gustavo gutierrez hector henry hernandez hipolito "
    "huaman hugo ignacio ines irma isabel ivan jaime javier jean jefferson jennifer jenny jessica "
    "jesus jhon jimenez joel jonathan jorge jose josefina joselin juan juana juancarlos julia "
    "julio karen karina katherine kelly kevin laura leonardo leonel lidia liliana linda lopez "
    "lorena lorenzo lucas lucia luis luisa mamani manuel manuela marcela marco marcos "
    "margarita maria mariana maribel marina mario marisol marta martha martin martinez mateo "
    "mauricio mayra "
    "melissa mendoza miguel miriam moises monica morales natalia nelson nestor nicolas noemi "
    "norma olga omar orlando oscar pablo paola patricia paul paula pedro perez pilar quispe rafael "
    "ramirez ramon ramos raquel raul rebeca ricardo rivera roberto rocio rodriguez rojas romero "
    "rosa rosario ruben ruth salazar samuel sanchez sandra santiago sara sebastian sergio silva "
    "silvia simon sofia sonia stephanie susana suarez teresa tomas torres urdaneta valeria vanessa "
    "vasquez veronica vicente victor virginia wilmer wilson yolanda zoraida"
)
# Names that are words as well: gone only where somebody is introduced, or beside another gap.
_DOUBTFUL = _words(
    "alba angel angeles asuncion aurora belen blanca bravo campos castillo concepcion consuelo "
    "cruz luz delgado dolores esperanza estrella flores franco fuentes guerra guerrero leon luna "
    "marin mercedes milagros molina moreno nieves paredes paz perla prado puente reina reyes rios "
    "rubio sol soledad trinidad valencia valle vega ventura vera victoria"
)
_INTRODUCE = _words(
    "soy llamo llama llaman llamaba nombre apellido apellidos es senor senora senorita sr sra srta "
    "don dona doctor doctora dr dra licenciada licenciado atte atentamente saluda habla escribe "
    "firma hermano hermana primo prima tio tia hijo hija esposo esposa marido mujer novio novia "
    "pareja sobrino sobrina cunado cunada suegro suegra yerno nuera vecino vecina amigo amiga "
    "abuelo abuela mama papa padre madre bebe nieto nieta padrino madrina companera companero "
    "jefe jefa"
)


def scrubbed(text: str, knows: Knows) -> str:
    """The question without what could name a person; a gap stands where something was."""
    for pattern in _PATTERNS:
        text = pattern.sub(GAP, text)
    text = _without_names(text, knows)
    return re.sub(r"\s+", " ", text).strip()[:_MAX]


def _without_names(text: str, knows: Knows) -> str:
    found = [*_WORD.finditer(text)]
    words = [letters(each[0]) for each in found]
    gaps = [_is_unknown(word, knows) for word in words]
    for at in (*range(len(words)), *reversed(range(len(words)))):
        gaps[at] = gaps[at] or (words[at] in _DOUBTFUL and _names_somebody(at, words, gaps))
    kept = "".join(_pieces(text, found, gaps))
    return re.sub(rf"{GAP}(?:\s*{GAP})+", GAP, kept)


def _is_unknown(word: str, knows: Knows) -> bool:
    if word in _NAMES:
        return True
    if len(word) < _SHORTEST_NAME or word in _DOUBTFUL or _TERM.search(word):
        return False
    return not all(knows(each) for each in tokens(word))


def _names_somebody(at: int, words: Sequence[str], gaps: Sequence[bool]) -> bool:
    beside = [each for each in (at - 1, at + 1) if 0 <= each < len(words)]
    if any(gaps[each] or words[each] in _DOUBTFUL for each in beside):
        return True
    return at > 0 and words[at - 1] in _INTRODUCE


def _pieces(text: str, found: Sequence[re.Match[str]], gaps: Sequence[bool]) -> Iterator[str]:
    end = 0
    for word, is_gap in zip(found, gaps, strict=True):
        yield text[end : word.start()]
        yield GAP if is_gap else word[0]
        end = word.end()
    yield text[end:]
