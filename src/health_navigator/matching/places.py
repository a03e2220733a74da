"""Where people say they are: Peru's places as they are spoken of, found in a message."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA

from health_navigator.matching.normalise import tokens
from health_navigator.matching.place_words import (
    ARTICLES,
    BY,
    COMMON,
    EVERYDAY,
    HERE,
    HOUSES,
    NAMED_AFTER_SAINTS,
    NAMESAKES,
    SAINTS,
    TOWARDS,
)
from health_navigator.matching.words import Word, hear, read_words

LONGEST_NAME = 5
# A name this short is read as it is spelt, never by its sound or with a typo.
SHORT_NAME = 4
LONG_NAME = 7
SHORTEST_MISTYPED = 5
SHORTEST_MISTYPED_TWICE = 10
# In a message this short every word counts.
BRIEF = 6
# Nobody names more places than this and means one of them.
MANY = 16

# Where somebody was before is not where she looks for help.
BEFORE = re.compile(
    r"\b(?:(?:ven|vin|salg|sali|trae|traj|mud|baj)\w* (?:ayer |hoy |recien )?(?:de|desde)"
    r"|(?:soy|somos|es|son|era|oriund[oa]) de|desde|vi[ae]j\w+ de"
    r"|(?:nac|vivia|estaba|estuv|trabajaba|trataba|atendia)\w* (?:antes )?en)"
    r"(?: (?:el|la|los|las))?$"
)
# A place that one is not in. «No, estoy en Ate» has a comma and means the contrary.
DENIED = re.compile(
    r"\bno (?:me )?(?:es|era|esta|estamos|estoy|toy|queda|soy|somos|viv\w+|digo|dije|mud\w+)"
    r"(?: ya| mas| ahora)?(?: en| a| de| por)?(?: el| la| los| las)?$"
)
# A name at the very beginning is a place where these follow: «Ventanilla hay quien ...».
GOES_ON = frozenset(("hay", "ay", "ahi", "habra", "donde", "existe"))


@dataclass(frozen=True, slots=True)
class Place:
    """A department, or a province or district of it, by official names."""

    department: str
    province: str | None = None
    district: str | None = None

    def contains(self, other: "Place") -> bool:
        return (
            self.department == other.department
            and self.province in (None, other.province)
            and self.district in (None, other.district)
        )

    @property
    def name(self) -> str:
        return self.district or self.province or self.department

    @property
    def lineage(self) -> tuple["Place", ...]:
        """The department, the province if there is one, and the place itself."""
        outer = (Place(self.department), Place(self.department, self.province))
        return tuple(dict.fromkeys((*outer, self)))


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """What else people call a place; its official name too, where that alone means this one."""

    place: Place
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedZone:
    """Several districts under one name: Cono Norte."""

    place: Place
    districts: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place read in a message; where the name is shared, `alternatives` are all it could be.

    `districts` are those of a zone, and `start` and `end` say where in the message the name stands.
    `spans` are where this and all other places stand that the message names.
    """

    place: Place
    alternatives: tuple[Place, ...] = ()
    districts: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        return len(self.alternatives) > 1

    def covers(self, word: Word) -> bool:
        """Whether a word of the message belongs to a place in it."""
        return any(start <= word.start < end for start, end in self.spans)


class Belief(IntEnum):
    """How readily the words of a name are believed to mean the place."""

    EVERYDAY = 0
    COMMON = 1
    LITTLE_KNOWN = 2
    SURE = 3


SHORTEST_MISTAKABLE = {
    Belief.SURE: 6,
    Belief.LITTLE_KNOWN: 8,
    Belief.COMMON: 9,
    Belief.EVERYDAY: 99,
}


class Cue(IntEnum):
    """What the words before a name say."""

    DENIED = -3
    BEFORE = -2
    BY = -1
    NONE = 0
    TOWARDS = 1
    HERE = 2


@dataclass(frozen=True, slots=True)
class Spot:
    """What a name means: a place, or the districts of a zone in it."""

    place: Place
    districts: tuple[str, ...] = ()

    def agrees_with(self, other: "Spot") -> bool:
        return self.place.contains(other.place) or other.place.contains(self.place)

    @property
    def depth(self) -> tuple[int, bool]:
        return len(self.place.lineage), bool(self.districts)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is spelt, what it may mean, and what else beside a wider place of that kind."""

    spelt: str
    spots: tuple[Spot, ...]
    belief: Belief
    rarely: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A name found in a message, from its first word to its last."""

    name: Name
    spots: tuple[Spot, ...]
    cue: Cue
    is_titled: bool
    first: int
    last: int

    def agrees_with(self, other: "Match") -> bool:
        return any(mine.agrees_with(theirs) for mine in self.spots for theirs in other.spots)

    def leans_on(self, others: Iterable["Match"]) -> bool:
        """Whether the place is named next to the province or department that it is in."""
        near = (o for o in others if min(abs(o.first - self.last), abs(self.first - o.last)) <= 2)
        return any(self.agrees_with(other) for other in near)

    def beside(self, others: Iterable["Match"]) -> "Match":
        """The same match with only the meanings that the other places in the message allow."""
        spots = self.spots
        for other in others:
            if other is not self and other.cue > Cue.BEFORE:
                spots = _agreeing(spots, other) or _agreeing(self.name.rarely, other) or spots
        return replace(self, spots=spots)


def _agreeing(spots: Iterable[Spot], other: Match) -> tuple[Spot, ...]:
    return tuple(spot for spot in spots if any(spot.agrees_with(its) for its in other.spots))


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every name of every place by its sound."""

    names: Mapping[str, Name] = field(default_factory=dict)
    mistakable: Mapping[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    ordinary: frozenset[str] = frozenset()

    def find(self, text: str, *, asked: bool = False) -> PlaceMention | None:
        """The place that the message is about: of several, the one where help is looked for.

        *asked*: the message answers the question for a place, so that any name in it is believed.
        """
        return self.among(read_words(text), asked=asked)

    def among(self, words: Sequence[Word], *, asked: bool = False) -> PlaceMention | None:
        """The same for a message that was read before."""
        found = tuple(islice(self._matches(words), MANY))
        told_apart = [match.beside(found) for match in found if match.cue != Cue.DENIED]
        sure = [match for match in told_apart if asked or _stands_alone(match, words)]
        believed = [match for match in told_apart if match in sure or match.leans_on(sure)]
        if not believed:
            return None
        denied = [match for match in found if match.cue == Cue.DENIED]
        return _mention(believed, words, spans=_spans([*believed, *denied], words))

    def _matches(self, words: Sequence[Word]) -> Iterator[Match]:
        at = 0
        while at < len(words):
            found = self._at(words, at)
            if found:
                yield found
            at = found.last + 1 if found else at + 1

    def _at(self, words: Sequence[Word], at: int) -> Match | None:
        may_slip = len(words) <= BRIEF or _follows_preposition(words, at)
        for size in range(min(LONGEST_NAME, len(words) - at), 0, -1):
            window = words[at : at + size]
            name = self._exact(window) or (self._mistyped(window) if may_slip else None)
            if name:
                return _match(name, words, at, size)
        return None

    def _exact(self, window: Sequence[Word]) -> Name | None:
        name = self.names.get(_heard(window))
        return name if name and _is_spelt_like(name, window) else None

    def _mistyped(self, window: Sequence[Word]) -> Name | None:
        heard = _heard(window)
        if len(heard) < SHORTEST_MISTYPED or self._is_ordinary(window):
            return None
        slips = 2 if len(heard) >= SHORTEST_MISTYPED_TWICE else 1
        known = self.mistakable.get((heard[0], len(window)), ())
        found = process.extractOne(heard, known, scorer=OSA.distance, score_cutoff=slips)
        return self.names[found[0]] if found else None

    def _is_ordinary(self, window: Sequence[Word]) -> bool:
        return all(word.heard in self.ordinary for word in window)


def compile_gazetteer(
    official: Iterable[Place],
    named: Iterable[NamedPlace] = (),
    zones: Iterable[NamedZone] = (),
    ordinary: Collection[str] = (),
) -> Gazetteer:
    """A gazetteer from the districts of the country and from how people name them.

    Spellings in *named* win over those in *official*; *ordinary* are words of everyday messages,
    never taken for a mistyped place.
    """
    named = tuple(named)
    listed = {outer: None for name in named for outer in name.place.lineage}
    spelt = {_heard_lineage(place): place for place in listed}
    places = dict(listed)
    for district in official:
        places |= dict.fromkeys(_respelt(outer, spelt) for outer in district.lineage)
    chosen = {name.place for name in named}
    namesakes = _namesakes(places)
    names = _official_names(namesakes, chosen) | _given_names(named, zones)
    names = {heard: _with_rare(name, namesakes.get(heard, ())) for heard, name in names.items()}
    heard = frozenset(hear(part) for word in ordinary for part in tokens(word))
    return Gazetteer(names, _mistakable(names), heard)


def _heard(window: Sequence[Word]) -> str:
    """The words as one sound, as `santanita` and `Santa Anita` are."""
    joined = ""
    for word in window:
        joined += word.heard[1:] if joined.endswith(word.heard[:1]) else word.heard
    return joined


def _is_spelt_like(name: Name, window: Sequence[Word]) -> bool:
    """Short names as they are spelt; long ones may be written in one word or in more."""
    is_little_known = name.belief == Belief.LITTLE_KNOWN
    if len(name.spelt) <= SHORT_NAME or (is_little_known and len(name.spelt) < LONG_NAME):
        return name.spelt == " ".join(word.text for word in window)
    return len(name.spelt) >= LONG_NAME or name.spelt.count(" ") == len(window) - 1


def _match(name: Name, words: Sequence[Word], at: int, size: int) -> Match:
    window = words[at : at + size]
    is_titled = any(word.is_titled for word in window)
    return Match(name, name.spots, _cue(words, at), is_titled, at, at + size - 1)


def _follows_preposition(words: Sequence[Word], at: int) -> bool:
    before = at - 1
    while before >= 0 and words[before].text in ARTICLES:
        before -= 1
    return before >= 0 and words[before].text in HERE | BY | TOWARDS


def _cue(words: Sequence[Word], at: int) -> Cue:
    before = [word.text for word in words[max(0, at - 5) : at]]
    if DENIED.search(_in_one_breath(words, at)):
        return Cue.DENIED
    if BEFORE.search(" ".join(before)):
        return Cue.BEFORE
    while before and before[-1] in ARTICLES:
        before.pop()
    last = before[-1] if before else ""
    cues = ((Cue.HERE, HERE), (Cue.BY, BY), (Cue.TOWARDS, TOWARDS))
    return next((cue for cue, known in cues if last in known), Cue.NONE)


def _in_one_breath(words: Sequence[Word], at: int) -> str:
    """The words before a name up to the next comma or stop."""
    said: list[str] = []
    for word, after in zip(words[:at][::-1], words[1 : at + 1][::-1], strict=True):
        if after.start - word.end > 1:
            break
        said.append(word.text)
    return " ".join(said[::-1])


def _stands_alone(match: Match, words: Sequence[Word]) -> bool:
    """Whether the name is believed for its own sake and for the words around it."""
    before = words[match.first - 1].text if match.first else ""
    if before in NAMESAKES:
        return False
    is_brief = len(words) <= BRIEF
    match match.name.belief:
        case Belief.EVERYDAY:
            return False
        case Belief.COMMON:
            if before in ARTICLES or _is_of_saint(match.name, before):
                return False
            is_last = match.last == len(words) - 1
            is_aimed_at = match.cue == Cue.TOWARDS and (is_brief or is_last or match.is_titled)
            is_here = match.cue in (Cue.HERE, Cue.BY) or _opens(match, words)
            return is_here or is_aimed_at or (is_brief and is_last)
        case Belief.LITTLE_KNOWN:
            return match.cue != Cue.NONE or match.is_titled or is_brief
    return True


def _opens(match: Match, words: Sequence[Word]) -> bool:
    """«Ventanilla hay quien ...»"""
    after = words[match.last + 1 : match.last + 2]
    return match.first == 0 and any(word.text in GOES_ON for word in after)


def _is_of_saint(name: Name, before: str) -> bool:
    """Whether it is a hospital or a church that bears the name."""
    return before in NAMED_AFTER_SAINTS and name.spelt.startswith(SAINTS)


def _mention(
    matches: Sequence[Match], words: Sequence[Word], *, spans: tuple[tuple[int, int], ...]
) -> PlaceMention:
    anchor = max(matches, key=lambda match: (match.cue, match.last))
    anchor = _named_after(anchor, matches, words) or anchor
    kin = [match for match in matches if match.agrees_with(anchor)]
    plain = [match for match in kin if not _names_a_house(match, words)] or kin
    finest = max(plain, key=lambda match: (match.spots[0].depth, match.cue, match.last))
    best, *others = finest.spots
    is_shared = others and not best.districts
    alternatives = tuple(spot.place for spot in finest.spots) if is_shared else ()
    start, end = _span(finest, words)
    return PlaceMention(best.place, alternatives, best.districts, start, end, spans)


def _named_after(match: Match, others: Iterable[Match], words: Sequence[Word]) -> Match | None:
    """«El cercado de Arequipa» is in Arequipa, though Lima has a better known one."""
    after = (o for o in others if o.first == match.last + 2 and not o.agrees_with(match))
    return next((o for o in after if words[o.first - 1].text == "de"), None)


def _names_a_house(match: Match, words: Sequence[Word]) -> bool:
    """«Centro de Salud Santa Rosa»: a name that places share is rather the house's."""
    is_shared = len(match.spots) > 1
    return is_shared and match.first > 0 and words[match.first - 1].text in HOUSES


def _span(match: Match, words: Sequence[Word]) -> tuple[int, int]:
    return words[match.first].start, words[match.last].end


def _spans(matches: Iterable[Match], words: Sequence[Word]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(_span(match, words) for match in matches))


def _namesakes(places: Iterable[Place]) -> dict[str, list[Place]]:
    by_name: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        by_name[_sounded(place.name)].append(place)
    return by_name


def _official_names(
    namesakes: Mapping[str, Sequence[Place]], chosen: Collection[Place]
) -> dict[str, Name]:
    return {
        heard: _name(same[0].name, map(Spot, _weightiest(same, chosen)), chosen)
        for heard, same in namesakes.items()
    }


def _with_rare(name: Name, same: Sequence[Place]) -> Name:
    return replace(name, rarely=tuple(spot for spot in map(Spot, same) if spot not in name.spots))


def _weightiest(same: Sequence[Place], chosen: Collection[Place]) -> list[Place]:
    """Of places that share a name, those that may be meant: no hamlets where it is a province."""
    outermost = [p for p in same if not any(_is_inside_of(p, other) for other in same)]
    departments = [p for p in outermost if p.province is None]
    if departments or all(p.district for p in outermost):
        return departments or outermost
    return [p for p in outermost if p.district is None or p in chosen]


def _given_names(named: Iterable[NamedPlace], zones: Iterable[NamedZone]) -> dict[str, Name]:
    meant: dict[str, list[tuple[str, Spot]]] = defaultdict(list)
    for name in named:
        for alias in name.aliases:
            meant[_sounded(alias)].append((alias, Spot(name.place)))
    for zone in zones:
        for alias in zone.names:
            meant[_sounded(alias)].append((alias, Spot(zone.place, zone.districts)))
    return {
        heard: _name(given[0][0], _widest(given), {spot.place for _, spot in given})
        for heard, given in meant.items()
    }


def _widest(given: Sequence[tuple[str, Spot]]) -> list[Spot]:
    spots = [spot for _, spot in given]
    places = {spot.place for spot in spots}
    return [spot for spot in spots if not any(_is_inside_of(spot.place, o) for o in places)]


def _is_inside_of(place: Place, other: Place) -> bool:
    return other != place and other.contains(place)


def _name(spelt: str, spots: Iterable[Spot], chosen: Collection[Place]) -> Name:
    plain = " ".join(word.text for word in read_words(spelt))
    known = tuple(spots)
    return Name(plain, known, _belief(plain, known, chosen))


def _belief(plain: str, spots: Sequence[Spot], chosen: Collection[Place]) -> Belief:
    if plain in EVERYDAY:
        return Belief.EVERYDAY
    if plain in COMMON:
        return Belief.COMMON
    is_known = any(spot.place.district is None or spot.place in chosen for spot in spots)
    return Belief.SURE if is_known else Belief.LITTLE_KNOWN


def _mistakable(names: Mapping[str, Name]) -> dict[tuple[str, int], tuple[str, ...]]:
    """The names long enough to be known in spite of a typo, by first sound and count of words."""
    shelves: dict[tuple[str, int], list[str]] = defaultdict(list)
    for heard, name in names.items():
        if len(heard) >= SHORTEST_MISTAKABLE[name.belief]:
            shelves[heard[0], name.spelt.count(" ") + 1].append(heard)
    return {shelf: tuple(names) for shelf, names in shelves.items()}


def _respelt(place: Place, spelt: Mapping[tuple[str, ...], Place]) -> Place:
    """The place with each part of its name as the people who keep the knowledge write it."""
    outer = spelt.get(_heard_lineage(place))
    if outer or place.province is None:
        return outer or place
    if place.district is None:
        return Place(_respelt(Place(place.department), spelt).department, place.province)
    province = _respelt(Place(place.department, place.province), spelt)
    return Place(province.department, province.province, place.district)


def _heard_lineage(place: Place) -> tuple[str, ...]:
    return tuple(_sounded(outer.name) for outer in place.lineage)


def _sounded(name: str) -> str:
    return _heard(read_words(name))
