"""One line for who writes in a language that the knowledge does not have."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Small words that Spanish does not have, in languages that migrants in Peru speak.
_SMALL_WORDS: Mapping[str, frozenset[str]] = {
    code: frozenset(words.split())
    for code, words in {
        "en": """the is are am my i you have has do does how where what when can need want with and
            for of to please help get free without they there this that hospital test""",
        "pt": """eu você voce não nao tenho posso preciso onde como meu minha uma um é com sem para
            grátis obrigado obrigada estou grávida gravida filho tem fazer hospital quero ajuda""",
        "fr": """je suis est vous nous où ou comment mon ma mes les des une un avec sans pour puis
            besoin aide hôpital enceinte gratuit bonjour merci""",
        "ht": """mwen ou nou li yo kote kijan ki pa gen bezwen èd ed lopital ansent gratis tanpri
            mesi bonjou ak pou nan papye pitit fanm""",
        "qu": """imayna maypi mayta kani kachkani munani yanapaway wawa wawayqa hampina wasi unquq
            unqusqa allinllachu ama ñuqa noqa ñoqa kanchu manam""",
    }.items()
}
_SPANISH_WORDS = """
    el la los las que de en y a mi me se no si un una por para con donde como esta es soy estoy
    tengo puedo quiero hay del al lo le su
"""
_SPANISH = frozenset(_SPANISH_WORDS.split())
LINES: Mapping[str, str] = {
    "en": "I answer in Spanish only so far. Use the buttons, or try short words: «SIS», "
    "«embarazo», «vacuna». Emergency: 106 or 116. Health, free: 113.",
    "pt": "Por enquanto respondo só em espanhol. Use os botões ou palavras curtas: «SIS», "
    "«embarazo», «vacuna». Emergência: 106 ou 116. Saúde, grátis: 113.",
    "fr": "Je réponds seulement en espagnol pour l'instant. Utilisez les boutons ou des mots "
    "courts : «SIS», «embarazo», «vacuna». Urgence : 106 ou 116. Santé, gratuit : 113.",
    "ht": "Pou kounye a mwen reponn an panyòl sèlman. Peze bouton yo, oswa ekri mo kout: «SIS», "
    "«embarazo», «vacuna». Ijans: 106 oswa 116. Sante, gratis: 113.",
    "qu": "Kunanqa castellanopi kutichini. Botonkunata ñitiy, utaq pisi simillata qillqay: «SIS», "
    "«embarazo», «vacuna». Emergencia: 106 utaq 116. Salud, mana qullqiyuq: 113.",
}


def foreign_language(text: str) -> str | None:
    """The language of the text, where it is clearly one of ours and not Spanish."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    spanish = sum(word in _SPANISH for word in words)
    counts = {code: sum(word in known for word in words) for code, known in _SMALL_WORDS.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= 2 and counts[best] > 1.5 * spanish else None


def foreign_line(text: str) -> str | None:
    """A line in the language of the text, where that is not Spanish."""
    return LINES.get(foreign_language(text) or "")
