"""Whether a message asks where to go: for which kind of service, and around which place."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from health_navigator.matching.normalise import sound
from health_navigator.matching.place_words import AROUND, HOUSES, SMALL
from health_navigator.matching.places import LONGEST_NAME, Gazetteer, PlaceMention
from health_navigator.matching.words import Word, read_words

# Words this short are matched as they are spelt: `cem` is not `seem`.
SHORT_WORD = 4
SHORTEST_MISTYPED = 6
SHORTEST_MISTAKABLE = 7
# A message this short may name a service and a place and leave the asking out.
TELEGRAPHIC = 10
# Without a place a longer message wants an answer, not to be asked where it comes from.
BRIEF = 7
# The asking words stand within so many words of the service or of the place.
NEAR = 8
LEADS = frozenset(("en", "por"))
NEEDS = re.compile(r"nesesit|busk|rekier|kier[oe]|kisier")

# By their sound: hay, ay and ahi are one word to most who type.
ASKS = re.compile(
    r"\b(?:(?:a|de|por)?donde(?! (?:trabaj|bib|estoi|estaba|nas|tengo|mi ))|ande|dond"
    r"|keda[ns]?|kda|kd|ubika\w*|dire[ks]+ion(?:es)?|kual(?:es)?(?! son)|ai|abra|esiste\w*"
    r"|konose\w*|serka|serkan[oa]s?|prosim[oa]s?|kien (?:(?:me|nos|le|les|lo|la) )?\w+"
    r"|(?:en|a) ke (?!konsiste|me|se|te|le|no)\w+|ke (?:lugar|parte|sitio|ofisina|lokal|lado))\b"
)
CLAUSE_ENDS = re.compile(r"[,;.?!\n]+\s*")
ASKS_ELSE = re.compile(
    r"\b(?:komo|kuant[oa]s?|kuando|porke|rekisit\w*|puedo|podemos|puede|berdad|derecho"
    r"|signifika|sirbe|obligatorio|kobran|kuesta|presio|demora|yebo|yebar|piden|paga\w*)\b"
)


@dataclass(frozen=True, slots=True)
class KindName:
    """How people ask for a kind of service, and the entry that goes with the answer."""

    kind: str
    entry: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindMention:
    """The kind of service that a message names; `words` are all that name this or another kind."""

    kind: str
    entry: str
    words: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class WhereQuestion:
    """A question for services of a kind; without a place one has to ask where the person is.

    `is_bare`: the message, or a clause of it, says nothing but that.
    """

    kind: str
    entry: str
    place: PlaceMention | None
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class Kinds:
    """What people call each kind of service, by first word; the first group that fits wins."""

    sayings: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]] = field(default_factory=dict)
    groups: tuple[KindName, ...] = ()
    mistakable: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by first letter

    def find(self, text: str) -> KindMention | None:
        return self.among(read_words(text))

    def among(self, words: Sequence[Word]) -> KindMention | None:
        """The kind that the words name: of several, the one whose group comes first."""
        heard = tuple(map(self._known, words))
        found = tuple(self._sayings(heard))
        if not found:
            return None
        best = self.groups[min(found)[0]]
        named = frozenset(at for _, size, first in found for at in range(first, first - size))
        return KindMention(best.kind, best.entry, named)

    def of_entry(self, entry: str) -> str | None:
        """The kind of service that an answer sends people to: of several, the most general."""
        kinds = (group.kind for group in reversed(self.groups) if group.entry == entry)
        return next(kinds, None)

    def _sayings(self, heard: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """Each saying that stands there: its group, its length as a negative number, its start."""
        for at, first in enumerate(heard):
            for saying, group in self.sayings.get(first, ()):
                if heard[at : at + len(saying)] == saying:
                    yield group, -len(saying), at

    def _known(self, word: Word) -> str:
        """The word's sound, or that of the known word it is a slip of."""
        heard = _hear(word)
        if len(heard) < SHORTEST_MISTYPED or heard in self.sayings:
            return heard
        known = self.mistakable.get(heard[0], ())
        near = process.extractOne(heard, known, scorer=OSA.distance, score_cutoff=1)
        return near[0] if near else heard


@dataclass(frozen=True, slots=True)
class WhereReader:
    """Reads questions for the directory out of messages."""

    gazetteer: Gazetteer
    kinds: Kinds

    def find_where(self, text: str) -> WhereQuestion | None:
        """What is asked for and around which place, if the message asks where to go."""
        words = read_words(text)
        kind = self.kinds.among(words)
        if kind is None:
            return None
        place = self.gazetteer.among(words)
        ends_bare = place is not None and self._ends_bare(text)
        if not ends_bare and not _asks_where(words, kind, place):
            return None
        is_bare = ends_bare or _says_only(words, kind, place)
        return WhereQuestion(kind.kind, kind.entry, place, is_bare)

    def _ends_bare(self, text: str) -> bool:
        """«Me mudé de Lima a Tacna, posta en Tacna»: the last clause alone is what is asked."""
        *before, last = CLAUSE_ENDS.split(text.strip(" .?!¡¿"))
        words = read_words(last)
        kind = self.kinds.among(words) if before else None
        if kind is None or 0 not in kind.words:
            return False
        return _says_only(words, kind, self.gazetteer.among(words))

    def find_beginning(self, text: str) -> WhereQuestion | None:
        """«Posta en Mala»: a kind, then «en» and a name that by itself would be no place.

        The place is None where nobody knows it: then one has to ask.
        """
        words = read_words(text)
        kind = self.kinds.among(words)
        at = max(kind.words) + 1 if kind else 0
        if kind is None or 0 not in kind.words or len(words) > BRIEF:
            return None
        if [word.text in LEADS for word in words[at : at + 1]] != [True]:
            return None
        place = self.gazetteer.among(words[at:], asked=True)
        return WhereQuestion(kind.kind, kind.entry, place, is_bare=True)

    def find_kind_alone(self, text: str, *, a_house: bool = False) -> KindMention | None:
        """The kind of service, if the message says nothing else: `¿y hospital?`

        *a_house*: only where a house is named, as «posta» is one and «fiebre» none.
        """
        words = read_words(text)
        kind = self.kinds.among(words)
        if kind is None or not _says_only(words, kind, None):
            return None
        is_house = any(words[at].text.rstrip("s") in HOUSES for at in kind.words)
        return kind if is_house or not a_house else None

    def find_place_alone(
        self, text: str, *, asked: bool = False, known: bool = False
    ) -> PlaceMention | None:
        """The place, if the message says nothing else: `¿y en Comas?` goes on from before.

        *asked*: the message answers the question for a place. *known*: it is known what is sought,
        so that it may also tell who lives there, or take back another place.
        """
        words = read_words(text)
        if not known and len(_telling(words)) > LONGEST_NAME:
            return None
        place = self.gazetteer.among(words, asked=asked)
        if place is None:
            return None
        beside = AROUND if known else SMALL
        others = (word for word in words if not place.covers(word))
        return None if any(word.text not in beside for word in others) else place


def _telling(words: Iterable[Word]) -> list[Word]:
    """The words that say something by themselves."""
    return [word for word in words if word.text not in SMALL]


def _asks_where(words: Sequence[Word], kind: KindMention, place: PlaceMention | None) -> bool:
    heard = [sound(word.text) for word in words]
    plain = " ".join(heard)
    asked = [plain[: cue.start()].count(" ") for cue in ASKS.finditer(plain)]
    asks_else = ASKS_ELSE.search(plain) is not None
    if place is None:
        is_which = any(heard[max(0, at - 1) : at] in (["ke"], ["kual"]) for at in kind.words)
        is_short = len(words) <= BRIEF or (is_which and len(words) <= TELEGRAPHIC)
        return is_short and _near(asked, kind.words) and not asks_else
    return (
        _near(asked, [*kind.words, *_words_of(place, words)])
        or any(_is_wanted(heard[max(0, at - 3) : at]) for at in kind.words)
        or (len(words) <= TELEGRAPHIC and not asks_else)
    )


def _says_only(words: Sequence[Word], kind: KindMention, place: PlaceMention | None) -> bool:
    """Whether every word belongs to the kind or the place, or only asks for them."""
    return all(
        at in kind.words
        or word.text in SMALL
        or ASKS.fullmatch(sound(word.text)) is not None
        or (place is not None and place.covers(word))
        for at, word in enumerate(words)
    )


def _near(asked: Iterable[int], named: Collection[int]) -> bool:
    return any(abs(at - name) <= NEAR for at in asked for name in named)


def _is_wanted(before: Sequence[str]) -> bool:
    """Whether the words before a kind of service ask for one: `que posta`, `busco una posta`."""
    return before[-1:] in (["ke"], ["kual"]) or any(NEEDS.match(word) for word in before)


def _words_of(place: PlaceMention, words: Sequence[Word]) -> Iterator[int]:
    for at, word in enumerate(words):
        if place.start <= word.start < place.end:
            yield at


def compile_kinds(names: Iterable[KindName]) -> Kinds:
    """The kinds in the order in which they win."""
    groups = tuple(names)
    sayings: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
    for group, name in enumerate(groups):
        for said in name.says:
            if heard := tuple(map(_hear, read_words(said))):
                sayings[heard[0]].append((heard, group))
    known = {word for same in sayings.values() for heard, _ in same for word in heard}
    mistakable: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for word in sorted(word for word in known if len(word) >= SHORTEST_MISTAKABLE):
        mistakable[word[0]] += (word,)
    return Kinds({first: tuple(same) for first, same in sayings.items()}, groups, dict(mistakable))


def _hear(word: Word) -> str:
    return word.text if len(word.text) <= SHORT_WORD else word.heard.rstrip("s")
