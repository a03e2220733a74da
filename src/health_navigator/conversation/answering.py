"""What to show for what was understood: answers, choices, places, and an honest "I don't know"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from health_navigator.conversation import languages, leaning, replies, scrubbing
from health_navigator.conversation.danger import hear
from health_navigator.conversation.interviewing import Interviewing
from health_navigator.conversation.models import (
    WAITING_FOR_WISH,
    Reply,
    State,
    Turn,
    Unanswered,
    Vote,
)
from health_navigator.conversation.nearby import Nearby
from health_navigator.conversation.taps import Taps
from health_navigator.conversation.understanding import (
    Outcome,
    Understanding,
    understand,
    where_to_go,
)
from health_navigator.directory.models import Kind, Service
from health_navigator.directory.nearest import Coordinates
from health_navigator.eligibility.codec import ChatCodec
from health_navigator.i18n import Translate, translator
from health_navigator.knowledge.models import Danger, Entry
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.places import Place, PlaceMention
from health_navigator.matching.triage import Assessment

EMERGENCY_ENTRY = "emergencia-numeros"
SAID_ALREADY = "said_already"
# So sure of another answer that the message is not about the list just shown.
_SURE = 0.75
_ATTENDS = re.compile(r"\bat[ie]+nd\w+", re.IGNORECASE)


@dataclass(frozen=True)
class Answering:
    """One turn's answers, with this chat's language and memory at hand."""

    knowledge: Snapshot
    moment: datetime
    keys: Sequence[bytes]
    chats: Sequence[str]
    locale: str
    state: State
    # What triage said of each text: one turn may come back to its words several times.
    _assessed: dict[str, Assessment] = field(default_factory=dict)

    @cached_property
    def translate(self) -> Translate:
        return translator(self.locale)

    @cached_property
    def interviewing(self) -> Interviewing | None:
        interview = self.knowledge.interview
        if interview is None:
            return None
        codec = ChatCodec.of(interview, self.keys, self.chats)
        return Interviewing(interview, codec, self.translate, self.locale)

    @property
    def open_interview(self) -> Interviewing | None:
        """The interview, where this chat is in the middle of it."""
        return self.interviewing if self.state.interview and not self.state.paused else None

    @cached_property
    def near(self) -> Nearby:
        return Nearby(self.knowledge, self.translate, self.locale, self.moment)

    def assess(self, text: str) -> Assessment:
        """What triage says of a readable text."""
        if text not in self._assessed:
            self._assessed[text] = hear(self.knowledge, text, self.state)
        return self._assessed[text]

    def understand(self, text: str) -> Understanding:
        """What a readable text asks for."""
        danger = self.assess(text)
        return understand(self.knowledge, text, self.moment, state=self.state, danger=danger)

    def show(self, understood: Understanding, text: str) -> Turn:
        if understood.closed is not None:
            return self._closed(understood.closed, understood.entry)
        match understood.outcome:
            case Outcome.URGENT:
                also = understood.heard.also if understood.heard else None
                return self.urgent(understood.urgent or "", understood.confidence, also)
            case Outcome.SERVICES:
                return self.services(understood)
            case Outcome.ANSWER | Outcome.SMALLTALK if understood.entry:
                return self._said_already(understood, text) or self.answer(
                    understood.entry, understood
                )
            case Outcome.CLARIFY:
                return self._clarify(understood, text)
            case _:
                return self._miss(understood, text)

    def _said_already(self, understood: Understanding, text: str) -> Turn | None:
        """Where the very last message was this answer: that it says no more, and who may know."""
        entry = understood.entry
        if entry is None or entry.id != self.state.said:
            return None
        if self.state.misses:
            return self._miss(replace(understood, refer=None), text)
        related = self._entries(entry.related)
        said = leaning.paragraph_about(entry.answer, text)
        reply = replies.said_already(self.translate, entry, said, related, self._shortcuts(entry))
        state = self.state.but(waiting=None, misses=1)
        confidence = understood.confidence
        return Turn(
            (self._with_sign(reply, understood),), state, SAID_ALREADY, entry.id, confidence
        )

    def _closed(self, service: Service, entry: Entry | None) -> Turn:
        """That it closed, and what is open instead: services, or else what the answer says."""
        closed = self.near.closed(service)
        state = self.state.but(waiting=None, misses=0)
        if entry is None or self.knowledge.directory.replacements(service):
            return Turn((closed,), state, Outcome.SERVICES)
        answer = self._entry_reply(entry, None)
        reply = replace(answer, text=f"{closed.text}\n\n{answer.text}")
        state = state.but(entry=entry.id, kind=None, understood=True)
        return Turn((reply,), state, Outcome.SERVICES, entry=entry.id)

    def urgent(self, danger_id: str, confidence: float, also: str | None = None) -> Turn:
        danger = self.knowledge.dangers[danger_id]
        entry = self.knowledge.entries.get(danger.entry)
        beside = self.knowledge.dangers.get(also or "")
        return Turn(
            (replies.urgent(self.translate, danger, entry, locale=self.locale, also=beside),),
            self.state.but(
                entry=danger.entry,
                kind=None,
                waiting=None,
                misses=0,
                understood=True,
                danger=danger_id,
                danger_at=self.moment.timestamp(),
            ),
            Outcome.URGENT,
            entry=danger.entry,
            confidence=confidence,
            urgent=danger_id,
        )

    def emergency(self) -> Turn:
        """The numbers; also where the knowledge lacks the entry that lists them."""
        entry = self.knowledge.entries.get(EMERGENCY_ENTRY)
        if entry is not None:
            return self.answer(entry)
        reply = replies.emergency(self.translate)
        return Turn((reply,), self.state, "emergency", entry=EMERGENCY_ENTRY)

    def answer(self, entry: Entry, understood: Understanding | None = None) -> Turn:
        state = self.state.but(waiting=None, misses=0, understood=True)
        confidence = understood.confidence if understood else 1.0
        if entry.is_smalltalk:
            reply = replies.smalltalk(self.translate, entry, locale=self.locale)
            reply = self._with_sign(reply, understood)
            return Turn((reply,), state, Outcome.SMALLTALK, entry.id, confidence)
        state = state.but(entry=entry.id, kind=None)
        reply = self._entry_reply(entry, understood)
        return Turn((reply,), state, Outcome.ANSWER, entry.id, confidence)

    def _entry_reply(self, entry: Entry, understood: Understanding | None) -> Reply:
        danger = self._sign(understood)
        return replies.answer(
            self.translate,
            entry,
            today=self.moment.date(),
            locale=self.locale,
            related=self._entries(entry.related),
            second=understood.second if understood else None,
            before=replies.danger_line(danger) if danger else None,
            extra=(
                *(replies.danger_button(self.translate, danger) if danger else ()),
                *self._shortcuts(entry),
            ),
        )

    def _shortcuts(self, entry: Entry) -> replies.Rows:
        """From an answer straight to the interview or to the places that go with it."""
        if entry.topic == "sis" and self.interviewing:
            return (replies.interview_button(self.translate),)
        kind = self.knowledge.kind_of_entry(entry.id)
        return (replies.near_button(self.translate, kind),) if kind else ()

    def _entries(self, ids: Sequence[str]) -> list[Entry]:
        return [self.knowledge.entries[each] for each in ids if each in self.knowledge.entries]

    def _clarify(self, understood: Understanding, text: str) -> Turn:
        language = languages.foreign_language(text)
        reply = replies.clarify(self.translate, understood.options, language)
        # A lone number means a choice that is gone; the same choices again help nobody.
        is_again = not self.state.understood and reply.choices == tuple(self.state.choices)
        if is_again or text.strip().isdecimal():
            return self._miss(understood, text)
        return Turn(
            (self._with_sign(reply, understood),),
            self.state.but(waiting=None, misses=0, understood=False),
            Outcome.CLARIFY,
            confidence=understood.confidence,
        )

    def _miss(self, understood: Understanding, text: str) -> Turn:
        """An honest "I don't know"; places where a stranger's words name a kind of service."""
        language = languages.foreign_language(text)
        named = self.knowledge.where.kinds.find(text) if language else None
        if language is None or named is None or understood.refer is not None:
            return self._unknown(understood, text, language)
        found = where_to_go(
            self.knowledge,
            Kind(named.kind),
            self.moment,
            mention=self.knowledge.where.gazetteer.find(text),
            entry=self.knowledge.entries.get(named.entry),
        )
        turn = self.services(replace(found, weak_sign=understood.weak_sign))
        return self.in_their_language(turn, text)

    def in_their_language(self, turn: Turn, text: str) -> Turn:
        """An answer to who writes another language, after a line in it and its button."""
        language = languages.foreign_language(text)
        is_answer = turn.outcome in (Outcome.ANSWER, Outcome.SERVICES)
        if not is_answer or language in (None, self.locale) or _offers_language(turn):
            return turn
        topics = self.knowledge.topics
        line = replies.other_language(self.translate, language or "", topics, has_more=True)
        return replace(turn, replies=(line, *turn.replies))

    def _unknown(self, understood: Understanding, text: str, language: str | None) -> Turn:
        misses = self.state.misses + 1
        reply = self._with_sign(self._missed(understood, language, misses), understood)
        is_theirs = understood.refer is None and not self._smells_of_danger(understood)
        records = (self._for_the_staff(text),) if is_theirs else ()
        state = self.state.but(waiting=None, misses=misses, understood=False)
        return Turn((reply,), state, Outcome.NO_ANSWER, records=records)

    def _with_sign(self, reply: Reply, understood: Understanding | None) -> Reply:
        """The reply, after whom to call where the message gave a sign of danger."""
        danger = self._sign(understood)
        return replies.with_danger(self.translate, reply, danger) if danger else reply

    def with_sign_of(self, text: str, turn: Turn) -> Turn:
        """The turn, after whom to call where the words gave a sign of danger."""
        danger = self.knowledge.dangers.get(self.assess(text).weak or "")
        if danger is None:
            return turn
        first, *others = turn.replies
        signed = replies.with_danger(self.translate, first, danger)
        return replace(turn, replies=(signed, *others))

    def _sign(self, understood: Understanding | None) -> Danger | None:
        """The danger that the message gave a weak sign of."""
        return self.knowledge.dangers.get(understood.weak_sign or "") if understood else None

    def _missed(self, understood: Understanding, language: str | None, misses: int) -> Reply:
        if understood.refer is not None:
            return replies.referred(self.translate, understood.refer)
        if language:
            return replies.other_language(self.translate, language, self.knowledge.topics)
        return replies.not_understood(self.translate, self.knowledge.topics, misses)

    # Where to go

    def names_another(self, text: str, kind: Kind) -> bool:
        """Whether the words ask for a place or a kind of service of their own.

        «¿Atienden de noche?» names none, though «¿atienden en Ate?» asks for a health centre.
        """
        by_itself = self._by_itself(_ATTENDS.sub("", text))
        is_where = by_itself.outcome is Outcome.SERVICES
        return is_where and (by_itself.place is not None or by_itself.kind is not kind)

    def is_surely_else(self, text: str, kind: Kind) -> bool:
        """Whether the words surely have an answer that does not go with a kind of service."""
        by_itself = self._by_itself(text)
        is_sure = by_itself.outcome is Outcome.ANSWER and by_itself.confidence >= _SURE
        entry = by_itself.entry.id if by_itself.entry else ""
        return is_sure and self.knowledge.kind_of_entry(entry) is not kind

    def _by_itself(self, text: str) -> Understanding:
        """What the words mean without what was said before."""
        return understand(self.knowledge, text, self.moment, danger=Assessment())

    def services(self, found: Understanding) -> Turn:
        """Services; without a place in the message, those of the place that was spoken of."""
        kind = found.kind or Kind.CENTRO_SALUD
        if not found.services and not found.place and not found.places and self.state.place:
            place, entry = self.state.place, found.entry
            around = where_to_go(self.knowledge, kind, self.moment, place=place, entry=entry)
            found = replace(around, entry=entry)
        shown, state = self.near.show(found, self.state)
        return Turn(
            self._with_answer_first(shown, found),
            state,
            Outcome.SERVICES,
            entry=found.entry.id if found.entry else None,
            confidence=found.confidence,
            department=found.place.department if found.place else None,
        )

    def _with_answer_first(
        self, shown: tuple[Reply, ...], found: Understanding
    ) -> tuple[Reply, ...]:
        """The services, after what must be known before going there, if it was not just said."""
        entry = found.entry
        if entry and entry.id in self.knowledge.answer_first and entry.id != self.state.entry:
            return (self._entry_reply(entry, found), *shown)
        return tuple(self._with_sign(each, found) for each in shown[:1]) + shown[1:]

    def services_of(self, kind: Kind) -> Turn:
        """Services of a kind: around the last place, or else the question for one."""
        if self.state.place is None:
            return self.ask_place(kind)
        return self.around(kind, place=self.state.place)

    def around(
        self,
        kind: Kind,
        *,
        mention: PlaceMention | None = None,
        place: Place | None = None,
        point: Coordinates | None = None,
    ) -> Turn:
        """Services around what was named or shared, with the answer that led there, if one did."""
        topic = self._topic_of(kind)
        found = where_to_go(
            self.knowledge,
            kind,
            self.moment,
            mention=mention,
            place=place,
            point=point,
            entry=topic,
        )
        return self.services(replace(found, entry=topic))

    def _topic_of(self, kind: Kind) -> Entry | None:
        """What the conversation is about, where that goes with this kind of service."""
        last = self.state.entry or ""
        is_about = self.state.kind == kind or self.knowledge.kind_of_entry(last) is kind
        return self.knowledge.entries.get(last) if is_about else None

    def ask_place(self, kind: Kind) -> Turn:
        """Ask where the person is; what the conversation is about stays only if it goes with it."""
        topic = self._topic_of(kind)
        state = self.near.waiting(self.state, kind).but(entry=topic.id if topic else None)
        return Turn((self.near.ask_place(kind),), state, "ask_place")

    # What people think of it

    def vote(self, entry: str, *, helped: bool) -> Turn:
        record = Vote(entry, helped)
        if helped:
            return Turn((replies.thanks(self.translate),), self.state, "vote", records=(record,))
        return self.ask_wish("vote", record)

    def ask_wish(self, outcome: str, *records: Vote) -> Turn:
        state = self.state.but(waiting=WAITING_FOR_WISH)
        reply = replies.ask_what_was_wanted(self.translate)
        return Turn((reply,), state, outcome, records=records)

    def wish(self, text: str) -> Turn:
        """What she had been looking for: for the staff, and answered if we can after all."""
        understood = self.understand(text)
        asked_again = understood.entry is not None and understood.entry.id == self.state.entry
        can_answer = understood.outcome not in (Outcome.NO_ANSWER, Outcome.CLARIFY)
        if understood.outcome is Outcome.SMALLTALK:
            return self.show(understood, text)
        records = () if self._smells_of_danger(understood) else (self._for_the_staff(text),)
        if can_answer and not asked_again:
            turn = self.show(understood, text)
            return Turn(turn.replies, turn.state, "wish", turn.entry, records=records)
        state = self.state.but(waiting=None)
        return Turn((replies.thanks_for_question(self.translate),), state, "wish", records=records)

    def _smells_of_danger(self, understood: Understanding) -> bool:
        """A sign of danger, however weak, keeps the words out of the staff's inbox."""
        entry = understood.entry.id if understood.entry else None
        about_danger = entry in {danger.entry for danger in self.knowledge.dangers.values()}
        return about_danger or understood.weak_sign is not None

    def say(self, reply: Reply, outcome: str) -> Turn:
        return Turn((reply,), self.state, outcome)

    def _for_the_staff(self, text: str) -> Unanswered:
        return Unanswered(scrubbing.scrubbed(text, self.knowledge.ranker.reader.speller.knows))


def _offers_language(turn: Turn) -> bool:
    rows = (row for reply in turn.replies for row in reply.buttons)
    return any((each.data or "").startswith(f"{Taps.LANGUAGE}:") for row in rows for each in row)
