"""What a message asks for: danger first, then a place, an answer, a choice, or nothing known."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from health_navigator.conversation import leaning
from health_navigator.conversation.danger import hear, service_of_danger
from health_navigator.conversation.models import State
from health_navigator.directory.directory import Near
from health_navigator.directory.hours import ALWAYS_OPEN, Opening, opening
from health_navigator.directory.models import Kind, Service
from health_navigator.directory.nearest import Coordinates
from health_navigator.knowledge.models import Entry, OutOfScope
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching import decide as deciding
from health_navigator.matching.normalise import sound, sounded
from health_navigator.matching.place_words import SMALL
from health_navigator.matching.places import Place, PlaceMention
from health_navigator.matching.rank import Ranking
from health_navigator.matching.triage import Assessment
from health_navigator.matching.where import ASKS, KindMention
from health_navigator.matching.words import read_words

NEAREST = 5
# Of where-questions on dev.jsonl, so many were rightly answered with their kind's entry.
_KIND_CONFIDENCE = 0.9
_ALL_OF_A_CITY = 500
_VIOLENCE = "violencia"
# So sure of an answer that no place goes with, that the place in a message is told, not asked for.
_SURE_OF_ANOTHER = 0.75
# So sure that it is out of scope: a job in a hospital, a room to let near one. Of the labelled
# where-questions none came near it.
_BEYOND = 0.95
# Nobody is sent to an office who only named a place: not all of them are safe for everybody.
_OFFICES = (Kind.MIGRACIONES, Kind.SIS)
# What is asked of a house that is named: where it is, its phone, when it opens. By sound as well.
_OF_A_HOUSE = re.compile(
    r"\b(?:(?:a|de|por)?dond[e]?|ke[dt]a|ubika\w*|direksion|direk|yeg[oa]r?|telefono|numero|orario"
    r"|ora|oras|abre|abren|abierto|sierra|sierran)\b"
)

# The entry for who only began to write («mi hija»), and after an answer means more of that.
_BEGUN = "a-medias"
# Who it is about, by sound; what follows tells more than a beginning does.
_ABOUT_WHOM = re.compile(
    r"^(?:\w+ ){0,4}?(?:mis?|una?|el|la|los|las) (?:otr[oa] |menor |mayor )?\w+"
    r"(?: (?:menor|mayor))?(?: de mi \w+)?(?: i yo)?(?: (?:es|esta|tiene)$)?"
)
# Small talk that may stand before or after what a message is about, and its words.
_BESIDE_THE_POINT = frozenset((_BEGUN, "saludo", "gracias", "ayuda-bot"))
_CRIES = ("ayuda", "ayudame", "ayudeme", "ayudenme", "ayudenos", "por", "favor", "porfa")
_HELLOS = ("hola", "buenas", "buenos", "buen", "dia", "dias", "tarde", "tardes", "noche", "noches")
_ADDRESSES = ("disculpe", "disculpa", "oiga", "amigo", "amiga")
_THANKS = ("gracias", "muchas", "mil", "de", "antemano", "saludos")
_OPENINGS = frozenset(map(sound, (*_HELLOS, *_ADDRESSES, *_CRIES)))
_CLOSINGS = frozenset(map(sound, (*_THANKS, *_CRIES)))
# Who is told so much of has not only begun to write.
_MORE_THAN_BEGUN = 2
_IS = frozenset(("es", "esta", "tiene"))
# Less likely than this, the rest of such a message was not understood either.
_TOLD_ENOUGH = 0.25

_WORDS_BESIDE_NAME = 5
# In a longer message a house is named in passing.
_BRIEF = 14


class Outcome(StrEnum):
    ANSWER = "answer"
    SERVICES = "services"
    URGENT = "urgent"
    CLARIFY = "clarify"
    NO_ANSWER = "no_answer"
    SMALLTALK = "smalltalk"


@dataclass(frozen=True, slots=True)
class Found:
    """A service, how far it is where that is known, and whether it is open."""

    service: Service
    kilometres: float | None
    opening: Opening | None

    @classmethod
    def at(cls, service: Service, kilometres: float | None, moment: datetime) -> Self:
        return cls(service, kilometres, opening(service.hours, moment))


@dataclass(frozen=True, slots=True)
class Understanding:
    """What we made of a message; every field that does not apply is empty."""

    outcome: Outcome
    entry: Entry | None = None
    confidence: float = 0.0
    options: tuple[Entry, ...] = ()
    second: Entry | None = None
    urgent: str | None = None
    weak_sign: str | None = None
    kind: Kind | None = None
    place: Place | None = None
    places: tuple[Place, ...] = ()
    services: tuple[Found, ...] = ()
    closed: Service | None = None
    refer: OutOfScope | None = None
    ranking: Ranking | None = None
    heard: Assessment | None = None

    def explained(self) -> dict[str, Any]:
        """Why: nearest questions, the score of each part, what normalising did; or what alarmed."""
        reasons = self.ranking or self.heard
        return asdict(reasons) if reasons else {}


def understand(
    knowledge: Snapshot,
    text: str,
    moment: datetime,
    *,
    point: Coordinates | None = None,
    state: State | None = None,
    danger: Assessment | None = None,
) -> Understanding:
    """One message, with what the conversation was about; deterministic.

    `danger`: what triage says of this very text, where it was asked before.
    """
    readable = to_readable(text)
    danger = danger or hear(knowledge, readable, state or State())
    if danger.danger:
        return replace(_urgent(knowledge, danger.danger, danger.confidence), heard=danger)
    understood = _ordinary(knowledge, readable, moment, point, state or State())
    return replace(understood, weak_sign=danger.weak)


def to_readable(text: str) -> str:
    """The text without the characters that carry no words: controls, NUL, half surrogates."""
    if text.isprintable():
        return text.strip()
    return "".join(
        letter if letter in "\n\t" or unicodedata.category(letter)[0] != "C" else " "
        for letter in text
        if letter not in "\u200b\u200c\u200d\ufeff"
    ).strip()


def _urgent(knowledge: Snapshot, danger_id: str, confidence: float) -> Understanding:
    entry = knowledge.entries.get(knowledge.dangers[danger_id].entry)
    return Understanding(Outcome.URGENT, entry=entry, confidence=confidence, urgent=danger_id)


def _ordinary(
    knowledge: Snapshot, text: str, moment: datetime, point: Coordinates | None, state: State
) -> Understanding:
    understood = _heard(knowledge, text)
    closed = knowledge.directory.find_closed(text)
    if closed is not None and (
        understood.outcome is not Outcome.ANSWER or _is_mostly(closed.name, text)
    ):
        entry = understood.entry
        is_about = entry is not None and knowledge.kind_of_entry(entry.id) is closed.kind
        return replace(
            understood,
            outcome=Outcome.SERVICES,
            entry=entry if is_about else knowledge.entry_of_kind(closed.kind),
            kind=closed.kind,
            closed=closed,
        )
    named = _named(knowledge, text, moment, understood)
    if named is not None:
        return named
    asked = knowledge.where.find_where(text)
    if asked and (asked.is_bare or not _is_about_else(knowledge, text, understood)):
        return where_to_go(
            knowledge,
            _answered_kind(knowledge, understood) or Kind(asked.kind),
            moment,
            mention=asked.place,
            point=point,
            entry=knowledge.entries.get(asked.entry),
            base=understood,
        )
    return (
        _follow_up(knowledge, text, moment, understood, state)
        or _place_begun(knowledge, text, moment, understood)
        or understood
    )


def _place_begun(
    knowledge: Snapshot, text: str, moment: datetime, understood: Understanding
) -> Understanding | None:
    """«Posta en ...», where nothing else is known of the message: a place was meant."""
    begun = None if _is_beyond(understood) else knowledge.where.find_beginning(text)
    if begun is None:
        return _house_alone(knowledge, text, moment, understood)
    is_answered = understood.outcome is Outcome.ANSWER and not _names_a_stranger(knowledge, text)
    if is_answered or (begun.place is None and understood.outcome is Outcome.CLARIFY):
        return None
    entry = knowledge.entries.get(begun.entry)
    return where_to_go(knowledge, Kind(begun.kind), moment, mention=begun.place, entry=entry)


def _house_alone(
    knowledge: Snapshot, text: str, moment: datetime, understood: Understanding
) -> Understanding | None:
    """«Hospital», where that is no answer by itself: which one, depends on the place."""
    if understood.outcome not in (Outcome.NO_ANSWER, Outcome.CLARIFY):
        return None
    house = knowledge.where.find_kind_alone(text, a_house=True)
    if house is None:
        return None
    entry = knowledge.entries.get(house.entry)
    return where_to_go(knowledge, Kind(house.kind), moment, entry=entry)


def _names_a_stranger(knowledge: Snapshot, text: str) -> bool:
    """Whether the last word is none that the knowledge has: the name of a place, most likely."""
    *_, last = read_words(text)
    return not knowledge.ranker.reader.speller.knows(last.text)


def _is_about_else(knowledge: Snapshot, text: str, understood: Understanding) -> bool:
    """Whether a kind of service and a place are named in passing.

    «Me negaron la atención en la posta de Ate»: surely answered by what no place goes with.
    """
    if _is_beyond(understood):
        return True
    entry = understood.entry
    is_sure = understood.outcome is Outcome.ANSWER and understood.confidence >= _SURE_OF_ANOTHER
    if entry is None or not is_sure or knowledge.kind_of_entry(entry.id) is not None:
        return False
    return ASKS.search(sounded(text)) is None


def _answered_kind(knowledge: Snapshot, understood: Understanding) -> Kind | None:
    """Where an answer that must not be hidden sends people, whatever else the message names."""
    entry = understood.entry
    is_sure = understood.outcome is Outcome.ANSWER
    if entry is None or not is_sure or entry.id not in knowledge.answer_first:
        return None
    return knowledge.kind_of_entry(entry.id)


def _named(
    knowledge: Snapshot, text: str, moment: datetime, understood: Understanding
) -> Understanding | None:
    """The house that a message names, if it asks about it or nothing else is known of it."""
    heard = sounded(text)
    is_asked = len(heard.split()) <= _BRIEF and _OF_A_HOUSE.search(heard) is not None
    is_settled = understood.outcome is Outcome.ANSWER or _is_beyond(understood)
    if is_settled and not is_asked:
        return None
    words = read_words(text)
    kind, mention = knowledge.where.kinds.among(words), knowledge.where.gazetteer.among(words)
    place = mention.place if mention and not mention.is_ambiguous else None
    named = knowledge.directory.find_named(text, place, Kind(kind.kind) if kind else None)
    if not named:
        return None
    return replace(
        understood,
        outcome=Outcome.SERVICES,
        entry=knowledge.entry_of_kind(named[0].kind),
        confidence=_KIND_CONFIDENCE,
        options=(),
        second=None,
        refer=None,
        kind=named[0].kind,
        services=tuple(Found.at(each, None, moment) for each in named),
    )


def _is_beyond(understood: Understanding) -> bool:
    """Whether a message is so surely about something else that a hospital in it changes nothing."""
    ranking = understood.ranking
    return ranking is not None and ranking.group is not None and ranking.out_of_scope >= _BEYOND


def _heard(knowledge: Snapshot, text: str) -> Understanding:
    """What the message means by itself.

    «Hola no me baja» is no greeting, and «mi papá es sordo» no beginning: where small talk was
    heard, what is told besides is asked alone. «Mi inquilina» tells nothing besides.
    """
    understood = _decided(knowledge, knowledge.ranker.rank(text))
    heard = [entry.id for entry in (understood.entry, *understood.options) if entry is not None]
    if _BESIDE_THE_POINT.isdisjoint(heard):
        return understood
    plain = _without_courtesies(text)
    told = _told_of_them(plain) if _BEGUN in heard else None
    if told == "" and heard[0] == _BEGUN:
        begun = knowledge.entries[_BEGUN]
        return replace(understood, outcome=Outcome.SMALLTALK, entry=begun, options=())
    for rest in (plain, told):
        if rest and len(rest.split()) < len(read_words(text)):
            more = _decided(knowledge, knowledge.ranker.rank(rest))
            if _says_more(more, understood):
                return more
    return _less_the_beginning(knowledge, understood) if _tells_more(told) else understood


def _says_more(more: Understanding, than: Understanding) -> bool:
    if more.outcome is Outcome.CLARIFY:
        return than.outcome is Outcome.SMALLTALK and more.confidence >= _TOLD_ENOUGH
    return more.outcome is Outcome.ANSWER


def _without_courtesies(text: str) -> str:
    """The words between the greeting and the thanks."""
    words = [word.text for word in read_words(text)]
    while words and sound(words[0]) in _OPENINGS:
        words = words[1:]
    while words and sound(words[-1]) in _CLOSINGS:
        words = words[:-1]
    return " ".join(words)


def _tells_more(told: str | None) -> bool:
    """«Mi sobrino comió unas bolitas» is no beginning, whatever it is."""
    words = [word for word in (told or "").split() if word not in SMALL and word not in _IS]
    return len(words) >= _MORE_THAN_BEGUN


def _less_the_beginning(knowledge: Snapshot, understood: Understanding) -> Understanding:
    """What else the message may mean, if anything."""
    ranking = understood.ranking
    if ranking is None:
        return understood
    others = tuple(each for each in ranking.candidates if each.id != _BEGUN)
    return _decided(knowledge, replace(ranking, candidates=others))


def _is_begun(understood: Understanding) -> bool:
    return understood.entry is not None and understood.entry.id == _BEGUN


def _told_of_them(text: str) -> str | None:
    """What a message tells of the one it is about; None where it names nobody."""
    words = read_words(text)
    whom = _ABOUT_WHOM.match(" ".join(sound(word.text) for word in words))
    return " ".join(word.text for word in words[len(whom[0].split()) :]) if whom else None


def _decided(knowledge: Snapshot, ranking: Ranking) -> Understanding:
    match deciding.decide(ranking, knowledge.thresholds):
        case deciding.Answer(id=entry_id, confidence=confidence, second=second):
            entry = knowledge.entries.get(entry_id)
            if entry is None:  # retired a moment ago
                return Understanding(Outcome.NO_ANSWER, ranking=ranking)
            outcome = Outcome.SMALLTALK if entry.is_smalltalk else Outcome.ANSWER
            also = knowledge.entries.get(second or "")
            second_entry = also if also and not also.is_smalltalk else None
            return Understanding(outcome, entry, confidence, second=second_entry, ranking=ranking)
        case deciding.Clarify(ids=ids, confidence=confidence):
            options = tuple(knowledge.entries[each] for each in ids if each in knowledge.entries)
            outcome = Outcome.CLARIFY if options else Outcome.NO_ANSWER
            return Understanding(outcome, confidence=confidence, options=options, ranking=ranking)
        case deciding.Abstain(group=group):
            refer = knowledge.out_of_scope.get(group) if group else None
            has_advice = refer is not None and refer.refer is not None
            return Understanding(
                Outcome.NO_ANSWER, refer=refer if has_advice else None, ranking=ranking
            )


def _follow_up(
    knowledge: Snapshot, text: str, moment: datetime, understood: Understanding, state: State
) -> Understanding | None:
    """«¿y en Comas?», «¿y para mi hijo?»: what leans on the message before, if anything."""
    place_or_kind = _other_place(knowledge, text, moment, understood, state)
    if place_or_kind is not None:
        return place_or_kind
    spoken = _spoken_of(knowledge, state)
    if spoken is None or not leaning.leans(text):
        return None
    again = _decided(knowledge, knowledge.ranker.rank(f"{spoken.title} {text}"))
    if again.outcome is not Outcome.ANSWER or again.entry is None:
        return None
    # By itself «¿eso se pega por besos?» may find another illness than was spoken of.
    stays = again.entry.topic == spoken.topic and leaning.points_back(text)
    return again if stays or _is_open(understood, text) else None


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What a conversation is about, in words, and the topic that this belongs to."""

    title: str
    topic: str


def _spoken_of(knowledge: Snapshot, state: State) -> _Spoken | None:
    """The last answer, or else the topic that all the choices just shown belong to."""
    last = knowledge.entries.get(state.entry or "")
    if last is not None:
        return _Spoken(last.title, last.topic)
    shown = [knowledge.entries.get(each.partition(":")[2]) for each in state.choices]
    topics = {entry.topic for entry in shown if entry}
    topic = knowledge.topics_by_id.get(topics.pop()) if len(topics) == 1 else None
    return _Spoken(topic.title, topic.id) if topic else None


def _other_place(
    knowledge: Snapshot, text: str, moment: datetime, understood: Understanding, state: State
) -> Understanding | None:
    """A bare place keeps what is sought, a bare kind keeps the place, and «¿dónde?» both."""
    sought, topic = in_mind(knowledge, state, moment)
    is_known = bool(state.kind or topic) and not _is_news(understood, topic, state)
    mention = knowledge.where.find_place_alone(text, known=is_known)
    if mention is not None:
        kind = sought or Kind.CENTRO_SALUD
        return where_to_go(knowledge, kind, moment, mention=mention, entry=topic)
    other = _other_kind(knowledge, text, understood, state)
    if other is not None:
        entry = knowledge.entries.get(other.entry)
        return where_to_go(knowledge, Kind(other.kind), moment, entry=entry)
    is_theirs = is_known or (topic is not None and leaning.leans(text))
    if not is_theirs or not leaning.asks_where(text):
        return None
    if state.kind is None and leaning.asks_of_a_house(text):
        sought = knowledge.kind_of_entry(topic.id) if topic else None
    return where_to_go(knowledge, sought or Kind.CENTRO_SALUD, moment, entry=topic)


def in_mind(
    knowledge: Snapshot, state: State, moment: datetime
) -> tuple[Kind | None, Entry | None]:
    """What kind of service a conversation is about, and the entry that goes with it.

    After choices that nobody took it is what they have in common.
    """
    last = knowledge.entries.get(state.entry or "")
    if state.kind:
        return Kind(state.kind), last
    if of_danger := service_of_danger(knowledge, state, moment):
        return of_danger, last
    shown = [knowledge.entries.get(each.partition(":")[2]) for each in state.choices]
    taken = last in shown
    offered = [(knowledge.kind_of_entry(each.id), each) for each in shown if each and not taken]
    kinds = {kind for kind, _ in offered if kind}
    if len(kinds) == 1:
        return next((kind, entry) for kind, entry in offered if kind)
    if last is None:
        return next(((kind, entry) for kind, entry in offered if kind), (None, None))
    return knowledge.kind_of_entry(last.id) or _kind_of_topic(knowledge, last.topic), last


def _kind_of_topic(knowledge: Snapshot, topic: str) -> Kind | None:
    """Where most answers of a topic send people who can wait."""
    kinds = [knowledge.kind_of_entry(entry.id) for entry in knowledge.entries_of(topic)]
    known = Counter(kind for kind in kinds if kind)
    kind, times = known.most_common(1)[0] if known else (None, 0)
    is_usual = times >= 2 and times > known.total() / 2
    return kind if is_usual and kind not in (Kind.HOSPITAL, *_OFFICES) else None


def _is_news(understood: Understanding, topic: Entry | None, state: State) -> bool:
    """Whether the message is surely about something other than what was spoken of."""
    is_sure = understood.outcome is Outcome.ANSWER and understood.confidence >= _SURE_OF_ANOTHER
    return is_sure and understood.entry != topic and state.kind is None


def _other_kind(
    knowledge: Snapshot, text: str, understood: Understanding, state: State
) -> KindMention | None:
    """«¿Y hospital?», where a place is known or asked for."""
    named = knowledge.where.find_kind_alone(text) if state.kind or state.place else None
    if named is None or understood.outcome is not Outcome.ANSWER or understood.entry is None:
        return named
    goes_with_it = knowledge.kind_of_entry(understood.entry.id) == named.kind
    return named if leaning.leans(text) and goes_with_it else None


def _is_open(understood: Understanding, text: str) -> bool:
    """Whether the message by itself has no answer, and nobody to refer to."""
    if understood.refer is not None:
        return False
    if understood.outcome is Outcome.SMALLTALK and not _is_begun(understood):
        return not leaning.is_courtesy(text)
    return _is_begun(understood) or understood.outcome in (Outcome.NO_ANSWER, Outcome.CLARIFY)


def _is_mostly(name: str, text: str) -> bool:
    """Whether a message is about the named thing rather than mentions it in passing."""
    return len(text.split()) <= len(name.split()) + _WORDS_BESIDE_NAME


def where_to_go(
    knowledge: Snapshot,
    kind: Kind,
    moment: datetime,
    *,
    mention: PlaceMention | None = None,
    place: Place | None = None,
    point: Coordinates | None = None,
    entry: Entry | None = None,
    base: Understanding | None = None,
) -> Understanding:
    """The services of a kind at a place or a point, with the entry that goes with them.

    The entry that the message is about (`base`) is kept where it goes with the kind.
    """
    alternatives = mention.alternatives if mention and mention.is_ambiguous else ()
    place = place or (mention.place if mention and not alternatives else None)
    known = base.entry if base is not None else None
    fits = known is not None and known.id in knowledge.entries_of_kind[kind]
    entry = known if fits else entry or knowledge.entry_of_kind(kind)
    services: tuple[Found, ...] = ()
    if point is not None or place is not None:
        zone = mention.districts if mention and point is None else ()
        pairs = _suitable(_near(knowledge, kind, place, point, zone), knowledge, entry)
        services = tuple(Found.at(service, distance, moment) for service, distance in pairs)
    return Understanding(
        Outcome.SERVICES,
        entry=entry,
        confidence=base.confidence if base is not None and fits else _KIND_CONFIDENCE,
        kind=kind,
        place=place,
        places=alternatives,
        services=services,
        ranking=base.ranking if base else None,
    )


def _near(
    knowledge: Snapshot,
    kind: Kind,
    place: Place | None,
    point: Coordinates | None,
    zone: Collection[str],
) -> list[Near]:
    """The nearest of a kind; in a zone of a city those of its districts, at no known distance."""
    directory = knowledge.directory
    if not zone:
        return directory.nearest(kind, place=place, point=point, limit=NEAREST * 3)
    pairs = directory.nearest(kind, place=place, limit=_ALL_OF_A_CITY)
    inside = [(service, None) for service, _ in pairs if service.district in zone]
    lines = [pair for pair in pairs if pair[0].district is None]
    return [*inside[: NEAREST * 3], *lines] if inside else pairs[: NEAREST * 3]


def _suitable(pairs: list[Near], knowledge: Snapshot, entry: Entry | None) -> list[Near]:
    """Those that are open whenever the entry needs it, in the order that it calls for."""
    if entry is not None and entry.id in knowledge.day_and_night:
        pairs = [pair for pair in pairs if pair[0].hours == ALWAYS_OPEN] or pairs
    # Refuges for survivors of violence come after what is for everybody, unless they are sought.
    is_theirs = entry is not None and entry.topic == _VIOLENCE
    return sorted(pairs, key=lambda pair: pair[0].address_withheld is not is_theirs)
