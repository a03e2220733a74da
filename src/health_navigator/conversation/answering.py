"""What to show for what was understood: answers, choices, places, and an honest "I don't know"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from health_navigator.conversation import languages, replies, scrubbing
from health_navigator.conversation.danger import hear
from health_navigator.conversation.interviewing import Interviewing
from health_navigator.conversation.models import Reply, State, Turn, Unanswered, Vote
from health_navigator.conversation.nearby import Nearby
from health_navigator.conversation.understanding import (
    Coordinates,
    Outcome,
    Understanding,
    understand,
    where_to_go,
)
from health_navigator.directory.models import Kind, Service
from health_navigator.eligibility.codec import ChatCodec
from health_navigator.i18n import Translate, translator
from health_navigator.knowledge.models import Danger, Entry
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.places import Place, PlaceMention
from health_navigator.matching.triage import Assessment

EMERGENCY_ENTRY = "emergencia-numeros"
WAITING_FOR_PLACE = "place"
WAITING_FOR_WISH = "wish"


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
        return self.interviewing if self.state.interview else None

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
                return self.answer(understood.entry, understood)
            case Outcome.CLARIFY:
                return self._clarify(understood, text)
            case _:
                return self._miss(understood, text)

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
        return self.say(replies.emergency(self.translate), "emergency")

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
        foreign = languages.foreign_line(text)
        reply = replies.clarify(self.translate, understood.options, foreign)
        return Turn(
            (self._with_sign(reply, understood),),
            self.state.but(waiting=None, misses=0, understood=False),
            Outcome.CLARIFY,
            confidence=understood.confidence,
        )

    def _miss(self, understood: Understanding, text: str) -> Turn:
        misses = self.state.misses + 1
        reply = self._with_sign(self._missed(understood, text, misses), understood)
        is_theirs = understood.refer is None and not self._smells_of_danger(understood)
        records = (self._for_the_staff(text),) if is_theirs else ()
        state = self.state.but(waiting=None, misses=misses, understood=False)
        return Turn((reply,), state, Outcome.NO_ANSWER, records=records)

    def _with_sign(self, reply: Reply, understood: Understanding | None) -> Reply:
        """The reply, after whom to call where the message gave a sign of danger."""
        danger = self._sign(understood)
        return replies.with_danger(self.translate, reply, danger) if danger else reply

    def _sign(self, understood: Understanding | None) -> Danger | None:
        """The danger that the message gave a weak sign of."""
        return self.knowledge.dangers.get(understood.weak_sign or "") if understood else None

    def _missed(self, understood: Understanding, text: str, misses: int) -> Reply:
        foreign = languages.foreign_line(text)
        if understood.refer is not None:
            return replies.referred(self.translate, understood.refer)
        if foreign:
            return replies.other_language(self.translate, foreign, self.knowledge.topics)
        return replies.not_understood(self.translate, self.knowledge.topics, misses)

    # Where to go

    def services(self, found: Understanding) -> Turn:
        """Services; without a place in the message, those of the place that was spoken of."""
        kind = found.kind or Kind.CENTRO_SALUD
        if not found.services and not found.place and not found.places and self.state.place:
            around = where_to_go(self.knowledge, kind, self.moment, place=self.state.place)
            found = replace(around, entry=found.entry)
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
        found = where_to_go(
            self.knowledge, kind, self.moment, mention=mention, place=place, point=point
        )
        return self.services(replace(found, entry=self._topic_of(kind)))

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
