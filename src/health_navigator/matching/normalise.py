"""Folds typed text to one spelling: what sounds the same becomes the same."""

import re
import unicodedata
from functools import lru_cache

# What Telegram lets anybody write at once: no door takes more, and no more is read.
LONGEST_TEXT = 4_096
LONGEST_WORD = 40
# Single words, which reveal nothing about who wrote them; the knowledge has some 9,000 of its own.
REMEMBERED_WORDS = 16_384
# All the characters that people write with, and no more: Unicode has a million.
REMEMBERED_LETTERS = 4_096

# Emoji that stand for a word; all others are dropped.
EMOJI = {
    "🤰": "embarazada",
    "🤱": "lactancia",
    "👶": "bebe",
    "🍼": "leche",
    "🤒": "fiebre",
    "🌡": "fiebre",
    "🤧": "gripe",
    "😷": "gripe",
    "🤢": "nauseas",
    "🤮": "vomito",
    "🩸": "sangre",
    "💉": "vacuna",
    "💊": "pastillas",
    "🩹": "herida",
    "🦷": "diente",
    "👓": "lentes",
    "🦟": "zancudo",
    "🐶": "perro",
    "🐕": "perro",
    "🐀": "rata",
    "🦇": "murcielago",
    "🏥": "hospital",
    "🚑": "ambulancia",
    "🚓": "policia",
    "👮": "policia",
    "🆘": "auxilio",
    "🔪": "cuchillo",
    "🔫": "pistola",
    "🛂": "pasaporte",
    "🍲": "comida",
    "🥘": "comida",
    "🌈": "lgbt",
    "🎗": "vih",
    "🦽": "silla de ruedas",
    "♿": "discapacidad",
    "🏫": "escuela",
    "👋": "hola",
    "🇻🇪": "venezuela",
    "🇵🇪": "peru",
    "🇨🇴": "colombia",
    "🇪🇨": "ecuador",
    "🇨🇱": "chile",
    "🇧🇴": "bolivia",
    "🇧🇷": "brasil",
    "🇭🇹": "haiti",
    "🇨🇺": "cuba",
}

# Cyrillic and Greek letters that only look Latin, and letters that Unicode does not decompose.
LOOKALIKES = str.maketrans(
    {
        **dict(zip("авсеһіјкмнорѕтухԁո", "abcehijkmhopstyxdn", strict=True)),
        **dict(zip("αβεικνορτυχ", "abeiknoptux", strict=True)),
        "ø": "o",
        "đ": "d",
        "ł": "l",
        "ħ": "h",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)

SHORTHAND = {
    short: full
    for full, shorts in {
        "que": "q k qe ke qu",
        "porque": "xq pq xk pk xke xqe xque porq pork porke poque",
        "por": "x",
        "de": "d",
        "del": "dl",
        "me": "m",
        "te": "t",
        "y": "i",
        "como": "kmo cmo cm komo",
        "con": "cn kn",
        "para": "pa pra xa p",
        "para el": "pal",
        "donde": "dnd dde adnd ond onde aonde",
        "desde": "dsd dde desd dsde",
        "cuando": "cdo cnd kndo cuand",
        "cuanto": "cto knto cuant",
        "quien": "kn qn",
        "tambien": "tmb tbn tmbn tambn tmbien tbien",
        "tampoco": "tpco tpoco",
        "estoy": "toy stoy",
        "estas": "tas",
        "esta": "ta sta",
        "estaba": "taba",
        "estamos": "tamos",
        "tengo": "tngo tgo tego",
        "tiene": "tne tien",
        "bien": "bn",
        "buenos": "bnos wenos",
        "buenas": "bnas wenas",
        "bueno": "bno weno",
        "gracias": "grax grx grcs grs grxs gcias",
        "por favor": "xfa porfa porfis xfis xfavor pf plis please porfavor xfabor porfabor",
        "mensaje": "msj mnsj msje",
        "whatsapp": "wsp wasap wassap wpp wsap watsap whatsap guasap",
        "telefono": "tlf telf tel tfno",
        "numero": "nro num nmro",
        "celular": "cel",
        "documento": "docu dcto dcmto",
        "documentos": "docs dctos",
        "venezolano": "vnzlano venezo",
        "venezolana": "vnzlana",
        "venezuela": "vzla vnzla venez vzl",
        "hospital": "hosp hptal hspital",
        "doctor": "dr",
        "doctora": "dra",
        "usted": "ud vd",
        "ustedes": "uds vds",
        "bebe": "bb bbe",
        "semana": "sem",
        "minutos": "min mins",
        "no se": "nose nc",
        "se": "c",
        "a ver": "aver",
        "a la": "ala",
        "a los": "alos",
        "a mi": "ami",
        "a veces": "aveces",
        "de la": "dela",
        "de el": "deel",
        "en el": "enel",
        "en la": "enla",
        "asi que": "asique asiq asike",
        "o sea": "osea",
        "tal vez": "talvez talves",
        "lo que": "loq loque",
        "es que": "esque esq",
        "para que": "paq paque",
        "hay que": "ayque hayque",
        "te quiero": "tqm tkm",
        "hola": "ola hla",
        "carne": "carnet",
        "vih positivo": "vih+",
    }.items()
    for short in shorts.split()
}

PHRASES = {
    "por que": "porque",
    "por fa": "por favor",
    "vih mas": "vih positivo",
}

_JOINED = {tuple(pair.split()): full.split() for pair, full in PHRASES.items()}
_JOINERS = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
_EMOJI = re.compile("|".join(sorted(map(re.escape, EMOJI), key=len, reverse=True)))
_AT_SIGN = re.compile(r"(?<=[a-z])@(?=s?\b)")
_WORDS = re.compile(r"[a-z]+\+?|[0-9]+")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_DOUBLED = re.compile(r"([abdfghijkmpqtuvwxyz])\1")
_DOUBLED_END = re.compile(r"([a-df-z])\1$")


class _BareLetters(dict[int, str]):
    """A table for `str.translate` that works out each character when it first meets it."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code)).casefold()
        marks = unicodedata.normalize("NFKD", decomposed)
        bare = "".join(mark for mark in marks if not unicodedata.combining(mark))
        plain = bare.translate(LOOKALIKES)
        if len(self) < REMEMBERED_LETTERS:
            self[code] = plain
        return plain


_BARE = _BareLetters()


def letters(text: str) -> str:
    """Lower case, without accents or look-alike letters; punctuation stays, to separate clauses."""
    if not text.isascii():
        text = _EMOJI.sub(lambda found: f" {EMOJI[found[0]]} ", _JOINERS.sub("", text))
        text = text.translate(_BARE)
    return _AT_SIGN.sub("o", text.lower())


def fold(text: str) -> str:
    """The words as carefully written, but without accents, and with one space between."""
    words = [full for word in _WORDS.findall(letters(text)) for full in spell_out(word)]
    once = [word for word, before in zip(words, ["", *words], strict=False) if word != before]
    return _join_phrases(once)


def tokens(text: str) -> tuple[str, ...]:
    return tuple(fold(text).split())


def spell_out(word: str) -> tuple[str, ...]:
    """The word or words that a typed word stands for: `xq` -> porque, `graciasss` -> gracias."""
    return _spelt_out(word if len(word) <= LONGEST_WORD else _calm(word))


@lru_cache(maxsize=REMEMBERED_WORDS)
def _spelt_out(word: str) -> tuple[str, ...]:
    if word in SHORTHAND:
        return tuple(SHORTHAND[word].split())
    calm = _calm(word)
    return tuple(SHORTHAND.get(calm, calm).split())


def _calm(word: str) -> str:
    return unstretch(word.rstrip("+"))[:LONGEST_WORD]


def unstretch(word: str) -> str:
    """`holaaaa` -> hola, `siii` -> si; the doubles that Spanish writes (ll, rr, cc, ee) stay."""
    short = _DOUBLED.sub(r"\1", _STRETCHED.sub(r"\1", word))
    return _DOUBLED_END.sub(r"\1", short)


def _join_phrases(words: list[str]) -> str:
    joined: list[str] = []
    for word in words:
        if joined and (joined[-1], word) in _JOINED:
            joined[-1:] = _JOINED[joined[-1], word]
        else:
            joined.append(word)
    return " ".join(joined)


_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^ps(?=[iey])", "s"),
        (r"ph", "f"),
        (r"sh", "ch"),
        (r"w|hu(?=[aeiou])", "gu"),
        (r"^hi(?=e)", "y"),
        (r"(?<!c)h", ""),
        (r"gu(?=[ei])", "G"),
        (r"g(?=[ei])", "j"),
        (r"cc(?=[ei])|x", "s"),
        (r"qu(?=[ei])|q|c(?![eih])|k", "k"),
        (r"c(?=[ei])|z", "s"),
        (r"v", "b"),
        (r"ll", "y"),
        (r"y(?![aeiou])", "i"),
        (r"n(?=[bp])", "m"),
        (r"(.)\1+", r"\1"),
        (r"G", "g"),
    )
)


@lru_cache(maxsize=REMEMBERED_WORDS)
def sound(word: str) -> str:
    """A folded word as it sounds: baca and vaca, cita and sita, ospital and hospital are one."""
    if word.isdigit():
        return word
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


def sounded(text: str) -> str:
    """A whole folded text, each word as it sounds."""
    return " ".join(sound(word) for word in tokens(text))
