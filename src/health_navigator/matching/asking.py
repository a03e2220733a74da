"""Where in a message the question is: the clause that asks, and a second one if there are two."""

import re
from dataclasses import dataclass

from health_navigator.matching.normalise import fold

# A message this short is its own question.
SHORT = 14
# A clause with fewer words than this asks nothing by itself ("¿o no?", "¿me explico?").
FEWEST = 3
# From this many words on a message is a story, and is heard clause by clause as well.
STORY = 26
# A sentence longer than this was dictated without a stop: it is heard in overlapping stretches.
BREATH, STRETCH = 24, 16
FIRST_CLAUSES, LAST_CLAUSES = 3, 5

_SENTENCE = re.compile(r"[^.?!;\n…]+[?!]*")
_ALSO = re.compile(
    r"\b(?:y|e)? ?(?:tambien|ademas|aparte|otra cosa|otra pregunta|otra duda|de paso)"
    r"(?: (?:es|que|de eso|quiero saber|quisiera saber|queria saber|necesito saber))*\b"
)
_CUE = re.compile(
    r"\b(?:"
    r"(?:quier[oe]|quisiera|queria|necesito|me gustaria|deseo|desearia|puedo|podria)"
    r" (?:saber|preguntar\w*|consultar\w*|averiguar|orientacion|informacion|info)"
    r"|(?:mi|la|una|otra) (?:pregunta|duda|consulta|inquietud)(?: es)?"
    r"|(?:me|nos) (?:pueden?|podrian?|puedes|podrias) (?:decir|ayudar|orientar|informar|explicar)"
    r"|digame|dime|diganme|expliqueme|ayudeme|ayudenme|orienteme"
    r"|(?:a |de |por |para )?donde (?!vivo|estoy|trabajo|vivimos|estamos|la vecina|mi|una?)"
    r"|como (?:hago|hacemos|hace|hay que|puedo|podemos|puede|se|le|la|lo|saco|tramito|pido|es"
    r"|funciona)"
    r"|que (?:hago|hacemos|debo|debemos|puedo|podemos|tengo que|necesito|requisitos|papeles"
    r"|documentos|hay que|pasa si|pasa|me toca)"
    r"|cuanto|cuantos|cuantas|cuando (?:me|le|nos|puedo)|cual|quien (?:me|nos|puede)"
    r"|(?:y|o|pero|si|sera que|ahora|entonces) (?:(?:me|nos|le|les|lo|la|yo|ella|el) )?"
    r"(?:puedo|podemos|puede|pueden|podria|tengo derecho|atienden|cobran|cubre|toca|dan)"
    r"|hay (?:algun|alguna|algo|un|una|forma|manera|chance|donde|quien)"
    r"|es (?:verdad|cierto|gratis|normal|peligroso|grave|posible|obligatorio)"
    r"|tengo derecho|sirve|vale la pena"
    r")\b"
)


@dataclass(frozen=True, slots=True)
class Asking:
    """The clauses that ask, folded; *first* only where the message says much besides."""

    first: str | None = None
    second: str | None = None


def clauses(text: str) -> tuple[str, ...]:
    """A story's first clauses, which tell who, and last ones, which ask; a short text has none."""
    if len(text.split()) < STORY:
        return ()
    found = [part for sentence in _SENTENCE.findall(text) for part in _stretches(sentence.split())]
    if len(found) <= FIRST_CLAUSES + LAST_CLAUSES:
        return tuple(found)
    return (*found[:FIRST_CLAUSES], *found[-LAST_CLAUSES:])


def _stretches(words: list[str]) -> list[str]:
    if len(words) <= FEWEST:
        return []
    if len(words) <= BREATH:
        return [" ".join(words)]
    starts = range(0, len(words) - STRETCH // 2 + 1, STRETCH // 2)
    return [" ".join(words[start : start + STRETCH]) for start in starts]


def find_asking(text: str) -> Asking:
    asked = _marked(text) or _cued(text)
    first, second = (*_apart(asked), None, None)[:2]
    is_long = len(fold(text).split()) > SHORT
    return Asking(first if is_long else None, second)


def _apart(asked: list[str]) -> list[str]:
    """The clauses, each split where it goes on to something else (`y tambien ...`)."""
    parts = [part.strip() for clause in asked for part in _ALSO.split(clause)]
    return [part for part in parts if len(part.split()) >= FEWEST]


def _marked(text: str) -> list[str]:
    """What ends in a question mark, cut down to what asks where it also tells."""
    marked = (sentence for sentence in _SENTENCE.findall(text) if "?" in sentence)
    return [_from_cue(fold(sentence.rpartition("¿")[2])) for sentence in marked]


def _cued(text: str) -> list[str]:
    """Without question marks, from the words that announce a question to the sentence's end."""
    folded = (fold(sentence) for sentence in _SENTENCE.findall(text))
    return [_from_cue(sentence) for sentence in folded if _CUE.search(sentence)]


def _from_cue(sentence: str) -> str:
    """The sentence from its last cue that leaves a clause; short sentences stay whole."""
    if len(sentence.split()) <= SHORT:
        return sentence
    clauses = [sentence[cue.start() :].strip() for cue in _CUE.finditer(sentence)]
    whole_enough = [clause for clause in clauses if len(clause.split()) >= SHORT // 2]
    return whole_enough[-1] if whole_enough else sentence
