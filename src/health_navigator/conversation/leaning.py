"""Short messages that lean on what was just said: where, at what hours, another one, nearer."""

from __future__ import annotations

import re

from health_navigator.matching.normalise import sounded

# Longer ones say something of their own.
_SHORT = 7
_LONGEST = 9
_ROOT = 5
# All by sound, as `sounded` writes it.
_GOES_ON = re.compile(r"^(?:i|pero|entonses|tambien|o)\b")
_ASKS_OF_IT = re.compile(
    r"\b(?:kuant|kuando|kuest|kobra|presio|gratis|paga|demora|tarda|orario|rekisit|nesesit"
    r"|yebo|yeba|piden|sirbe|dura|duele)"
    r"|\bpara (?:mi|mis|el|eya|nin[oa]|ombre|mujer|adulto|bebe|biej)"
)
# «¿Eso se cura?», «¿y por la ropa?»: the thing itself was named before.
_BACK = re.compile(
    r"^(?:(?:i|pero|entonses|o) )?(?:eso|esa|ese|esto|esta|este)\b(?! (?:tarde|noche))"
    r"|^(?:i|pero|entonses|o) (?:por|kon|sin|de|del)\b"
)
# Asks where, and names nothing: «¿y dónde lo llevo?», «¿a qué parte voy?», «¿dónde es eso?»
_WHERE = re.compile(
    r"^(?:(?:i|pero|entonses|ok|bueno|si|ia|grasias|digame|dime|a|en|de|por|para) )*"
    r"(?:adonde|donde|dond|dnd|ke (?:lugar|parte|sitio|lado)|kual(?:es)? (?:lugar|parte|sitio))"
    r"(?: (?:lo|la|los|las|le|les|me|nos|se|es|eso|esa|ese|esto|ai|ia|ke|ir|ir[ei]a|boi|bamos|ba"
    r"|ban|tengo|tenemos|debo|puedo|podemos|keda[ns]?|yeb\w+|at(?:ie|e)n\w+|dan|asen|ago|asemos|aser\w*"
    r"|pid\w+|kons\w+|enkuentr\w+|busk\w+|ay|sera|seria|ben|bean|bere|kur\w+|rebis\w+|konsult\w+"
    r"|dirijo|ako?d\w+|para|kon|por|aka|aki|serka|a|al|mi|ijo|ija|nin[oa]|bebe|mama|papa|espos[oa]"
    r"|poder|entonses|ahora|aora|oi|sakar\w*|sako|poner\w*|pongo|ponen|konpr\w+"
    r"|pruebas?|eksamen|examen|analisis|tratamiento|pastiyas?|medisinas?|konsulta|sita|kontrol))*$"
)
_OF_A_HOUSE = re.compile(r"yeb|atien|aten|ben\b|bean\b|bere\b|kur|rebis")
_HOURS = re.compile(
    r"\b(?:orarios?|ke oras?|(?:a|asta|desde) ke ora|abren?|abiert[oa]s?|sier+an?|ser+ad[oa]s?"
    r"|domingos?|sabados?|feriados?|fin de semana|(?:24|beintikuatro) oras|ke dias?)\b"
    r"|\b(?:atiende[ns]?|ai atension|esta[ns]?) (?:\w+ )?"
    r"(?:ahora|aora|aorita|oi|mañana|manana|tarde|noche|lunes|biernes)\b"
    r"|\bde noche\b"
)
_NEARER = re.compile(
    r"\b(?:mas serk\w*|(?:esta|es|keda|kedan|son|mui) (?:mui )?lejos|lejos|no kedan? serka)\b"
)
_OTHER = re.compile(
    r"^(?:(?:i|no|pero|ai|tienen?|dame|deme|muestrame|kiero|ber|algun|alguna|un|una|ke|kual) )*"
    r"(?:otr[oa]s?|mas)"
    r"(?: (?:lugar|lugares|sitios?|opsion|opsiones|lado|posta|postas|direksion|direksiones|mas|ai"
    r"|porfa|por|fabor|konose|konoses|sabe|sabes|tienen?|parte))*$"
)
_TELLS_WHERE = re.compile(
    r"^(?:(?:no|i|io|mi \w+|aora) )*(?:es )?"
    r"(?:estoi|toi|estamos|esta|bib\w+|keda|en|por|serka)\b"
)
_RESUMES = re.compile(
    r"\b(?:sig[oa]|sigamos|segir|segimos|kontin\w+|retom\w+|buelb\w+|bolb\w+|termin\w+|akab\w+)\b"
    r".*\b(?:sis|pregunt\w+|entrebist\w+|kuestionario|seguro)\b"
)
_THANKS = re.compile(r"\b(?:grasias|ok|oki|bueno|bale|listo|perfekto|ola|buen[oa]s|chao|adios)\b")


def leans(text: str) -> bool:
    """Whether the message goes on with what was said before, or asks what may be asked of it."""
    heard = sounded(text)
    asks_of_it = len(heard.split()) <= _SHORT and _ASKS_OF_IT.search(heard) is not None
    return asks_of_it or goes_on(text) or points_back(text)


def goes_on(text: str) -> bool:
    """Whether a short message begins as one does that adds to another: «¿y ...?»."""
    heard = sounded(text)
    return len(heard.split()) <= _SHORT and _GOES_ON.match(heard) is not None


def points_back(text: str) -> bool:
    """Whether the message does not name what it is about: it was named before."""
    return len(text.split()) <= _SHORT and _BACK.search(sounded(text)) is not None


def asks_where(text: str) -> bool:
    return len(text.split()) <= _LONGEST and _WHERE.search(sounded(text)) is not None


def asks_of_a_house(text: str) -> bool:
    """Whether what is asked for is a house that takes people in: «¿dónde lo llevo?»"""
    return _OF_A_HOUSE.search(sounded(text)) is not None


def asks_hours(text: str) -> bool:
    return len(text.split()) <= _SHORT and _HOURS.search(sounded(text)) is not None


def asks_nearer(text: str) -> bool:
    return len(text.split()) <= _SHORT and _NEARER.search(sounded(text)) is not None


def asks_other(text: str) -> bool:
    return _OTHER.search(sounded(text)) is not None


def tells_where(text: str) -> bool:
    """Whether somebody says where she is, known or not: «estoy por la avenida ...»"""
    return len(text.split()) <= _LONGEST and _TELLS_WHERE.search(sounded(text)) is not None


def asks_something_else(text: str) -> bool:
    return re.search(r"\b(?:kosa|pregunta)\b", sounded(text)) is not None


def asks_of_a_list(text: str) -> bool:
    """Whether the message may be about services just listed: their hours, others, nearer ones."""
    return asks_nearer(text) or asks_hours(text) or asks_other(text)


def resumes(text: str) -> bool:
    """Whether somebody wants to go on with the interview: «ya, sigo con lo del SIS»."""
    is_short = len(text.split()) <= _LONGEST
    return is_short and "?" not in text and _RESUMES.search(sounded(text)) is not None


def is_courtesy(text: str) -> bool:
    return _THANKS.search(sounded(text)) is not None


def paragraph_about(answer: str, text: str) -> str | None:
    """The paragraph of an answer that speaks most of what a message asks; None where none does."""
    asked = _roots(text)
    paragraphs = answer.split("\n\n")
    best = max(paragraphs, key=lambda each: len(asked & _roots(each)))
    return best if asked & _roots(best) else None


def _roots(text: str) -> set[str]:
    """The beginnings of the longer words, by sound."""
    return {word[:_ROOT] for word in sounded(text).split() if len(word) >= _ROOT}
