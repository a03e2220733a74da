"""The dialogue decides: from what was said and what is remembered to what to say. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from health_navigator.conversation import languages, nearby, replies, scrubbing, taps
from health_navigator.conversation.interviewing import Interviewing
from health_navigator.conversation.models import (
    Command,
    Group,
    Incoming,
    Point,
    Reply,
    Said,
    ServiceReport,
    State,
    Tap,
    Text,
    Turn,
    Unanswered,
    Unreadable,
    Vote,
)
from health_navigator.conversation.taps import Taps
from health_navigator.conversation.understanding import (
    Outcome,
    Understanding,
    to_readable,
    understand,
    where_to_go,
)
from health_navigator.directory import ubigeo
from health_navigator.directory.models import Kind
from health_navigator.eligibility.codec import Codec
from health_navigator.i18n import LOCALES, supported_locale, translator
from health_navigator.knowledge.models import Entry
from health_navigator.knowledge.snapshot import Snapshot

MAX_TEXT = 4_096
_DOUBLE_TAP_SECONDS = 3.0
_BURST_SECONDS = 30.0
_BURST_MESSAGES = 15
_WAITING_FOR_PLACE = "place"
_WAITING_FOR_WISH = "wish"
EMERGENCY_ENTRY = "emergencia-numeros"
PRIVACY_ENTRY = "privacidad"
HELP_ENTRY = "ayuda-bot"
_DEEP_LINKS = {"sis": Taps.INTERVIEW, "cerca": Taps.NEAR, "emergencia": Taps.EMERGENCY}


@dataclass(frozen=True)
class Dialogue:
    """The rules of conversation over one snapshot of the knowledge, at one moment in Lima."""

    knowledge: Snapshot
    moment: datetime
    key: bytes

    def respond(self, incoming: Incoming, state: State) -> Turn:
        """What to say to one message, and what to remember; the same input gives the same turn."""
        locale = state.locale or supported_locale(incoming.locale)
        paced = self._paced(incoming.said, state)
        if paced is None:
            return Turn((), state, "double_tap")
        turn = _Turning(self, incoming.chat, locale, paced).take(incoming.said)
        if paced.burst <= _BURST_MESSAGES or turn.urgent:
            return turn
        notice = (replies.slow_down(translator(locale)),) if paced.burst == _BURST_MESSAGES + 1 else ()
        return Turn(notice, paced, "flood")

    def _paced(self, said: Said, state: State) -> State | None:
        """The state with this message counted; None for the second of two taps."""
        now = self.moment.timestamp()
        if isinstance(said, Tap):
            tap = f"{said.message}:{said.data}"
            if tap == state.last_tap and now - state.tapped_at < _DOUBLE_TAP_SECONDS:
                return None
            state = state.but(last_tap=tap, tapped_at=now)
        if now - state.burst_since > _BURST_SECONDS:
            return state.but(burst=1, burst_since=now)
        return state.but(burst=state.burst + 1)


@dataclass(frozen=True)
class _Turning:
    """One turn: the dialogue's rules with this chat's language and memory at hand."""

    dialogue: Dialogue
    chat: str
    locale: str
    state: State

    @property
    def knowledge(self) -> Snapshot:
        return self.dialogue.knowledge

    @cached_property
    def translate(self) -> replies.Translate:
        return translator(self.locale)

    @cached_property
    def interviewing(self) -> Interviewing | None:
        interview = self.knowledge.interview
        if interview is None:
            return None
        codec = Codec.of(interview, self.dialogue.key)
        return Interviewing(interview, codec, self.chat, self.translate, self.locale)

    @cached_property
    def near(self) -> nearby.Nearby:
        return nearby.Nearby(self.knowledge, self.translate, self.locale)

    def take(self, said: Said) -> Turn:
        match said:
            case Text():
                return self._text(said)
            case Tap(data=data):
                return self._tap(data)
            case Command(name=name, argument=argument):
                return self._command(name, argument)
            case Point():
                return self._point(said)
            case Unreadable(what=what):
                return self._say(replies.unreadable(self.translate, self.knowledge.topics, what), "unreadable")
            case Group():
                return Turn((replies.in_group(self.translate, None),), None, "group")

    # What people type

    def _text(self, said: Text) -> Turn:
        if said.edited and self.state.understood:
            return Turn((), self.state, "edited")
        if len(said.text) > MAX_TEXT:
            return self._say(replies.too_long(self.translate), "too_long")
        text = to_readable(said.text)
        if not any(letter.isalnum() for letter in text) and not self._means_something(text):
            return self._say(replies.empty(self.translate, self.knowledge.topics), "empty")
        danger = self.knowledge.triage.assess(text)
        if danger.danger:
            return self._urgent(danger.danger, danger.confidence)
        return self._pending(text) or self._understood(text)

    def _means_something(self, text: str) -> bool:
        """Emoji such as a pregnant woman are words too."""
        return bool(self.knowledge.ranker.read(text))

    def _pending(self, text: str) -> Turn | None:
        """What was asked for in the last message: an answer, a place, or a wish."""
        if self.state.interview and self.interviewing:
            return self._interview_text(text)
        if self.state.waiting == _WAITING_FOR_PLACE:
            return self._place_text(text)
        if self.state.waiting == _WAITING_FOR_WISH:
            return self._wish(text)
        return None

    def _interview_text(self, text: str) -> Turn | None:
        assert self.interviewing is not None  # noqa: S101  looked at by the caller
        turn = self.interviewing.typed(text, self.state)
        if turn is not None:
            return turn
        understood = self._understand(text)
        if understood.outcome in (Outcome.ANSWER, Outcome.SERVICES) and understood.confidence > 0.6:
            return None
        return self.interviewing.again(self.state)

    def _place_text(self, text: str) -> Turn | None:
        """The place that was asked for; None where the message says something else."""
        mention = self.knowledge.where.find_place_alone(text, asked=True)
        if mention is None:
            return None
        kind = Kind(self.state.kind or Kind.CENTRO_SALUD)
        found = where_to_go(self.knowledge, kind, self.dialogue.moment, mention=mention)
        return self._show(found, text)

    def _wish(self, text: str) -> Turn:
        record = Unanswered(scrubbing.scrubbed(text))
        state = self.state.but(waiting=None)
        return Turn((replies.thanks_for_question(self.translate),), state, "wish", records=(record,))

    def _understood(self, text: str) -> Turn:
        return self._show(self._understand(text), text)

    def _understand(self, text: str) -> Understanding:
        return understand(self.knowledge, text, self.dialogue.moment, state=self.state)

    # What to show for what was understood

    def _show(self, understood: Understanding, text: str) -> Turn:
        if understood.closed is not None:
            return self._closed(understood)
        match understood.outcome:
            case Outcome.URGENT:
                return self._urgent(understood.urgent or "", understood.confidence)
            case Outcome.SERVICES:
                return self._services(understood)
            case Outcome.ANSWER | Outcome.SMALLTALK if understood.entry:
                return self._answer(understood.entry, understood)
            case Outcome.CLARIFY:
                return self._clarify(understood)
            case _:
                return self._miss(understood, text)

    def _urgent(self, danger_id: str, confidence: float) -> Turn:
        danger = self.knowledge.dangers[danger_id]
        entry = self.knowledge.entries.get(danger.entry)
        return Turn(
            (replies.urgent(self.translate, danger, entry),),
            self.state.but(entry=danger.entry, waiting=None, misses=0, understood=True),
            Outcome.URGENT,
            entry=danger.entry,
            confidence=confidence,
            urgent=danger_id,
        )

    def _answer(self, entry: Entry, understood: Understanding | None = None) -> Turn:
        reply = (
            replies.smalltalk(self.translate, entry, self._resume())
            if entry.is_smalltalk
            else self._entry_reply(entry, understood)
        )
        is_smalltalk = entry.is_smalltalk
        state = self.state.but(waiting=None, misses=0, understood=True)
        return Turn(
            (reply,),
            state if is_smalltalk else state.but(entry=entry.id, kind=None),
            Outcome.SMALLTALK if is_smalltalk else Outcome.ANSWER,
            entry=entry.id,
            confidence=understood.confidence if understood else 1.0,
        )

    def _entry_reply(self, entry: Entry, understood: Understanding | None) -> Reply:
        sign = understood.weak_sign if understood else None
        danger = self.knowledge.dangers.get(sign) if sign else None
        return replies.answer(
            self.translate,
            entry,
            today=self.dialogue.moment.date(),
            locale=self.locale,
            related=self._entries(entry.related),
            second=understood.second if understood else None,
            before=replies.danger_line(danger) if danger else None,
            extra=(
                *(replies.danger_button(self.translate, danger) if danger else ()),
                *self._shortcuts(entry),
                *self._resume(),
            ),
        )

    def _shortcuts(self, entry: Entry) -> replies.Rows:
        """From an answer straight to the interview or to the places that go with it."""
        if entry.topic == "sis" and self.interviewing:
            return (replies.interview_button(self.translate),)
        kind = self.knowledge.kind_of_entry(entry.id)
        return (replies.near_button(self.translate, kind),) if kind else ()

    def _resume(self) -> replies.Rows:
        return self.interviewing.resume_button(self.state) if self.interviewing else ()

    def _entries(self, ids: Sequence[str]) -> list[Entry]:
        return [self.knowledge.entries[each] for each in ids if each in self.knowledge.entries]

    def _clarify(self, understood: Understanding) -> Turn:
        reply = replies.clarify(self.translate, understood.options)
        sign = self.knowledge.dangers.get(understood.weak_sign or "")
        if sign is not None:
            reply = replies.with_danger(self.translate, reply, sign)
        return Turn(
            (reply,),
            self.state.but(waiting=None, misses=0, understood=False),
            Outcome.CLARIFY,
            confidence=understood.confidence,
        )

    def _miss(self, understood: Understanding, text: str) -> Turn:
        misses = self.state.misses + 1
        sign = self.knowledge.dangers.get(understood.weak_sign or "")
        foreign = languages.foreign_line(text)
        if understood.refer is not None:
            reply = replies.referred(self.translate, understood.refer)
        elif foreign:
            reply = replies.other_language(self.translate, foreign, self.knowledge.topics)
        else:
            reply = replies.not_understood(self.translate, self.knowledge.topics, misses)
        if sign is not None:
            reply = replies.with_danger(self.translate, reply, sign)
        # A sign of danger, however weak, keeps the words out of the staff's inbox.
        records = () if sign or understood.refer else (Unanswered(scrubbing.scrubbed(text)),)
        state = self.state.but(waiting=None, misses=misses, understood=False)
        return Turn((reply,), state, Outcome.NO_ANSWER, records=records)

    # Where to go

    def _services(self, found: Understanding) -> Turn:
        replies_, state = self.near.show(found, self.state)
        place = found.place
        return Turn(
            replies_,
            state,
            Outcome.SERVICES,
            entry=found.entry.id if found.entry else None,
            confidence=found.confidence,
            department=place.department if place else None,
        )

    def _closed(self, understood: Understanding) -> Turn:
        assert understood.closed is not None  # noqa: S101  looked at by the caller
        reply = self.near.closed(understood.closed)
        return Turn((reply,), self.state.but(waiting=None, misses=0), Outcome.SERVICES)

    def _point(self, said: Point) -> Turn:
        if said.live and self.state.nearby:
            return Turn((), self.state, "live_location")
        kind = Kind(self.state.kind or Kind.CENTRO_SALUD)
        point = (said.latitude, said.longitude)
        if not self.knowledge.directory.is_in_reach(point):
            return self._say(self.near.out_of_reach(kind), "out_of_reach")
        return self._services(where_to_go(self.knowledge, kind, self.dialogue.moment, point=point))

    def _ask_kind(self) -> Turn:
        return self._say(self.near.ask_kind(), "ask_kind")

    def _ask_place(self, kind: Kind) -> Turn:
        state = self.state.but(kind=kind.value, waiting=_WAITING_FOR_PLACE, nearby=())
        return Turn(self.near.ask_place(kind), state, "ask_place")

    # Commands and buttons

    def _command(self, name: str, argument: str) -> Turn:
        match name:
            case "start":
                return self._start(argument)
            case "borrar":
                return Turn((replies.forgotten(self.translate),), None, "forgotten", forget=True)
            case "salir":
                return Turn((replies.quiet_exit(self.translate),), None, "left", forget=True)
            case "idioma":
                return self._say(replies.choose_language(self.translate), "languages")
            case "sis" | "cerca" | "emergencia":
                return self._tap(_DEEP_LINKS[name])
            case "privacidad":
                return self._entry(PRIVACY_ENTRY)
            case "ayuda":
                return self._entry(HELP_ENTRY)
            case _:
                return self._menu()

    def _start(self, argument: str) -> Turn:
        """The greeting, or straight to what a poster's link names."""
        fresh = State(locale=self.state.locale, burst=self.state.burst, burst_since=self.state.burst_since)
        turning = _Turning(self.dialogue, self.chat, self.locale, fresh)
        if argument in _DEEP_LINKS:
            return turning._tap(_DEEP_LINKS[argument])
        if argument in self.knowledge.entries:
            return turning._entry(argument)
        if argument in self.knowledge.topics_by_id:
            return turning._topic(argument, "0")
        return turning._say(replies.welcome(self.translate, self.knowledge.topics), "start")

    def _tap(self, data: str) -> Turn:
        tapped = taps.parse(data)
        turn = self._known_tap(*tapped) if tapped else None
        return turn or self._say(
            replies.stale_button(self.translate, self.knowledge.topics), "old_button"
        )

    def _known_tap(self, tap: Taps, arguments: tuple[str, ...]) -> Turn | None:
        """The turn for a button; None where it names what is gone or was never there."""
        match tap, arguments:
            case Taps.MENU, ():
                return self._menu()
            case Taps.EMERGENCY, ():
                return self._entry(EMERGENCY_ENTRY)
            case Taps.TOPIC, (topic, *page):
                return self._topic(topic, page[0] if page else "0")
            case Taps.ENTRY, (entry,):
                return self._entry(entry)
            case Taps.HELPED | Taps.NOT_HELPED, (entry,) if entry in self.knowledge.entries:
                return self._vote(entry, helped=tap is Taps.HELPED)
            case Taps.NONE, ():
                return self._ask_wish("none_of_these")
            case Taps.DANGER, (danger,) if danger in self.knowledge.dangers:
                return self._urgent(danger, 1.0)
            case Taps.LANGUAGE, (locale,) if locale in LOCALES:
                return self._language(locale)
            case Taps.INTERVIEW, _:
                return self._interview(arguments)
            case _:
                return self._near_tap(tap, arguments)

    def _near_tap(self, tap: Taps, arguments: tuple[str, ...]) -> Turn | None:
        kinds = {kind.value: kind for kind in Kind}
        match tap, arguments:
            case Taps.NEAR, ():
                return self._ask_kind()
            case Taps.NEAR, (kind,) if kind in kinds:
                return self._ask_place(kinds[kind])
            case Taps.PLACE, (kind, code) if kind in kinds:
                return self._chosen_place(kinds[kind], code)
            case Taps.MORE, ():
                return self._more()
            case Taps.WRONG, (service,) if self.knowledge.directory.get(service):
                reply = self.near.reported()
                return Turn((reply,), self.state, "report", records=(ServiceReport(service),))
            case _:
                return None

    def _chosen_place(self, kind: Kind, code: str) -> Turn | None:
        place = ubigeo.places_by_code().get(code)
        if place is None:
            return None
        return self._services(where_to_go(self.knowledge, kind, self.dialogue.moment, place=place))

    def _more(self) -> Turn | None:
        shown = self.near.more(self.state, self.dialogue.moment)
        if shown is None:
            return None
        replies_, state = shown
        return Turn(replies_, state, Outcome.SERVICES)

    def _interview(self, arguments: tuple[str, ...]) -> Turn | None:
        if self.interviewing is None:
            return None
        return self.interviewing.tapped(arguments, self.state)

    def _menu(self) -> Turn:
        state = self.state.but(waiting=None)
        return Turn((replies.menu(self.translate, self.knowledge.topics),), state, "menu")

    def _topic(self, topic_id: str, page: str) -> Turn | None:
        topic = self.knowledge.topics_by_id.get(topic_id)
        if topic is None or not page.isdecimal():
            return None
        entries = self.knowledge.entries_of(topic_id)
        return self._say(replies.topic(self.translate, topic, entries, int(page)), "topic")

    def _entry(self, entry_id: str) -> Turn | None:
        entry = self.knowledge.entries.get(entry_id)
        return self._answer(entry) if entry else None

    def _vote(self, entry: str, *, helped: bool) -> Turn:
        record = Vote(entry, helped)
        if helped:
            return Turn((replies.thanks(self.translate),), self.state, "vote", records=(record,))
        turn = self._ask_wish("vote")
        return Turn(turn.replies, turn.state, turn.outcome, records=(record,))

    def _ask_wish(self, outcome: str) -> Turn:
        state = self.state.but(waiting=_WAITING_FOR_WISH)
        return Turn((replies.ask_what_was_wanted(self.translate),), state, outcome)

    def _language(self, locale: str) -> Turn:
        reply = replies.menu(translator(locale), self.knowledge.topics)
        return Turn((reply,), self.state.but(locale=locale), "language")

    def _say(self, reply: Reply, outcome: str) -> Turn:
        return Turn((reply,), self.state, outcome)
