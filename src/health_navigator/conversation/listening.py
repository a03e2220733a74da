"""What people write, press and send: each kind of message to the turn that answers it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from health_navigator.conversation import choosing, erasing, languages, leaning, replies, taps
from health_navigator.conversation.answering import SAID_ALREADY, Answering
from health_navigator.conversation.danger import lasting
from health_navigator.conversation.models import (
    WAITING_FOR_PLACE,
    WAITING_FOR_WISH,
    Command,
    Group,
    Point,
    Said,
    ServiceReport,
    State,
    Tap,
    Text,
    Turn,
    Unreadable,
)
from health_navigator.conversation.taps import Taps
from health_navigator.conversation.understanding import Outcome, in_mind, to_readable
from health_navigator.directory import ubigeo
from health_navigator.directory.models import Kind
from health_navigator.i18n import LOCALES, translator
from health_navigator.knowledge.models import Danger

PRIVACY_ENTRY = "privacidad"
HELP_ENTRY = "ayuda-bot"
# What is said beside the choices that were shown: they stay open.
_ASIDES = frozenset((Outcome.NO_ANSWER, Outcome.SMALLTALK, "empty", "unreadable", "edited"))
# So sure of another question that it interrupts the interview.
_SURE_OF_QUESTION = 0.6
# What an answer may be; not the interview, nor what takes the talk off the screen.
_ANSWERS = frozenset((*Outcome, "ask_place", "unknown_place"))
_SHORTCUTS = {"sis": Taps.INTERVIEW, "cerca": Taps.NEAR, "emergencia": Taps.EMERGENCY}
_ENTRIES = {"privacidad": PRIVACY_ENTRY, "ayuda": HELP_ENTRY}
_KINDS = {kind.value: kind for kind in Kind}
LINKS = frozenset((*_SHORTCUTS, *_ENTRIES, *_KINDS))
"""What a link or a command may name, besides entries and topics."""


@dataclass(frozen=True)
class Listening(Answering):
    """One turn: from what was said to the answer."""

    def take(self, said: Said) -> Turn:
        match said:
            case Text():
                return self._text(said)
            case Tap(data=data):
                return self._tap(data)
            case Command(name=name, argument=argument):
                return self._command(name, argument)
            case Point(latitude=latitude, longitude=longitude):
                return self._point(latitude, longitude)
            case Unreadable(what=what, caption=caption):
                return self._unreadable(what, caption)
            case Group(link=link):
                return self.say(replies.in_group(self.translate, link), "group")

    def opened(self) -> Turn:
        """The greeting of a page that was opened or loaded again: nothing is forgotten by it."""
        state = self.state if self.state != State() else None
        welcome = replies.welcome(self.translate, self.knowledge.topics)
        return self.with_way_back(Turn((welcome,), state, "start"))

    def with_way_back(self, turn: Turn) -> Turn:
        """The turn with a button back into the interview that it interrupts."""
        state = turn.state
        if state is None or not state.interview or self.interviewing is None or not turn.replies:
            return turn
        *others, last = turn.replies
        if turn.outcome.startswith("interview") or last.asks_location:
            return turn
        way_back = self.interviewing.resume_button(state)
        last = replace(last, buttons=(*last.buttons, *way_back))
        return replace(turn, replies=(*others, last))

    def with_choices(self, turn: Turn) -> Turn:
        """The turn that remembers what was shown to choose among."""
        if turn.state is None or not turn.replies or turn.outcome in _ASIDES:
            return turn
        # Who took one of the choices may want to see another.
        if turn.entry and Taps.ENTRY.with_argument(turn.entry) in self.state.choices:
            return turn
        last = turn.replies[-1]
        state = turn.state.but(choices=last.choices, none_of_these=last.none_of_these)
        return replace(turn, state=state)

    def with_last_words(self, turn: Turn) -> Turn:
        """The turn that remembers which answer it gave, not to give the very same twice."""
        if turn.state is None or not turn.replies:
            return turn
        said = turn.entry if turn.outcome in (Outcome.ANSWER, SAID_ALREADY) else None
        return replace(turn, state=turn.state.but(said=said))

    def with_numbers(self, turn: Turn) -> Turn:
        """The answer below the numbers of a danger that was heard a while ago."""
        danger = lasting(self.knowledge, self.state, self.moment)
        if danger is None or turn.urgent or turn.outcome not in _ANSWERS or not turn.replies:
            return turn
        first, *others = turn.replies
        line = replies.danger_line(danger)
        if line in first.text or _is_its_answer(turn, danger):
            return turn
        return replace(turn, replies=(replace(first, text=f"{line}\n\n{first.text}"), *others))

    # What people type

    def _text(self, said: Text) -> Turn:
        text = to_readable(said.text)
        # "No", typed instead of pressed, is the answer that the interview asked for.
        if self.open_interview and self.open_interview.is_choice(text, self.state):
            return self._words(text)
        chosen = self._chosen(text)
        if chosen is not None:
            return chosen
        if erasing.asks_to_erase(text):
            return self._forgotten()
        danger = self.assess(text)
        if danger.danger:
            return self.urgent(danger.danger, danger.confidence, danger.also)
        if said.edited and self.state.understood:
            return Turn((), self.state, "edited")
        if said.forwarded:
            return self._unreadable("forwarded", "")
        pressed = replies.pressed_on_keyboard(text)
        return self._tap(pressed) if pressed else self._words(text)

    def _chosen(self, text: str) -> Turn | None:
        """The choice of those shown that is meant by «1» or «la segunda», or by «ninguna»."""
        shown = self.state.choices
        if not shown:
            return self._chosen_of_list(text)
        match choosing.find_choice(text, len(shown)):
            case int(place):
                return self._tap(shown[place])
            case choosing.Other.NONE:
                return self._tap(self.state.none_of_these or Taps.MENU)
            case _:
                return None

    def _chosen_of_list(self, text: str) -> Turn | None:
        """One of the services just listed, meant by its number; others where it is none."""
        listed = self.state.listed if self.state.kind and not self.open_interview else ()
        match choosing.find_choice(text, len(listed)) if listed else None:
            case int(place):
                shown = self.near.one(self.state, place)
                return self.say(shown, "service") if shown else None
            case choosing.Other.NONE if not leaning.asks_something_else(text):
                return self.others(Kind(self.state.kind or Kind.CENTRO_SALUD))
            case _:
                return None

    def _words(self, text: str) -> Turn:
        if not any(letter.isalnum() for letter in text) and not self._means_something(text):
            return self.say(replies.empty(self.translate, self.knowledge.topics), "empty")
        turn = self._pending(text)
        if turn is None and (listed := self._of_the_list(text)):
            turn = self.with_sign_of(text, listed)
        return turn or self._shown(text)

    def _shown(self, text: str) -> Turn:
        """What the words ask for; «estoy por ...», where a place is sought, is one nobody knows."""
        understood = self.understand(text)
        is_missed = understood.outcome is Outcome.NO_ANSWER and understood.refer is None
        if is_missed and self.state.kind and leaning.tells_where(text):
            state = self.near.waiting(self.state, Kind(self.state.kind))
            turn = Turn((self.near.unknown_place(),), state, "unknown_place")
            return self.with_sign_of(text, turn)
        return self.in_their_language(self.show(understood, text), text)

    def _of_the_list(self, text: str) -> Turn | None:
        """What is asked of the services just listed: their hours, others, nearer ones."""
        kind = self.near.kind_listed(self.state)
        if kind is None or not leaning.asks_of_a_list(text) or self.names_another(text, kind):
            return None
        if leaning.asks_nearer(text):
            mention = self.knowledge.where.gazetteer.find(text)
            return self.around(kind, mention=mention) if mention else self.ask_place(kind)
        if leaning.asks_hours(text) and not self.is_surely_else(text, kind):
            hours = self.near.hours(self.state)
            return self.say(hours, "hours") if hours else None
        is_last = self.state.kind is not None
        return self.others(kind) if is_last and leaning.asks_other(text) else None

    def _means_something(self, text: str) -> bool:
        """Emoji such as a pregnant woman are words too."""
        return bool(self.knowledge.ranker.reader.read(text).typed)

    def _pending(self, text: str) -> Turn | None:
        """What was asked for in the last message: an answer, a place, or a wish."""
        if self.state.waiting == WAITING_FOR_PLACE:
            return self._place_text(text)
        if self.state.waiting == WAITING_FOR_WISH:
            return self.wish(text)
        return self._interview_text(text)

    def _interview_text(self, text: str) -> Turn | None:
        """An answer to the interview's question; None where the words ask something else."""
        if self.interviewing and self.state.interview and leaning.resumes(text):
            return self.interviewing.resumed(self.state)
        if self.state.paused:
            return self._paused_text(text)
        if self.open_interview is None:
            return None
        turn = self.open_interview.typed(text, self.state)
        if turn is not None:
            return turn
        is_its_own = self.open_interview.half_heard(
            text, self.state
        ) or self.open_interview.belongs_later(text, self.state)
        if not is_its_own and self._is_sure_question(text):
            return None
        return self.open_interview.again(text, self.state)

    def _paused_text(self, text: str) -> Turn | None:
        """The interview's question again, for who tells more of what it asks after an emergency."""
        waiting = self.interviewing
        if waiting is None or not waiting.belongs_later(text, self.state):
            return None
        return None if self._is_sure_question(text) else waiting.again(text, self.state)

    def _is_sure_question(self, text: str) -> bool:
        understood = self.understand(text)
        is_question = understood.outcome in (Outcome.ANSWER, Outcome.SERVICES)
        return is_question and understood.confidence > _SURE_OF_QUESTION

    def _place_text(self, text: str) -> Turn | None:
        """The place that was asked for; None where the message says something else."""
        kind = Kind(self.state.kind or Kind.CENTRO_SALUD)
        mention = self.knowledge.where.find_place_alone(text, asked=True, known=True)
        if mention is not None:
            return self.around(kind, mention=mention)
        if languages.foreign_language(text):
            return None
        if leaning.asks_other(text) or self.understand(text).outcome is Outcome.NO_ANSWER:
            return self.say(self.near.unknown_place(), "unknown_place")
        return None

    def _unreadable(self, what: str, caption: str) -> Turn:
        """A warm line on what to do; what stands under a picture is read like any words."""
        if caption:
            turn = self._text(Text(caption))
            if turn.outcome in (Outcome.URGENT, Outcome.ANSWER, Outcome.SERVICES):
                return turn
        return self.say(
            replies.unreadable(self.translate, self.knowledge.topics, what), "unreadable"
        )

    def _point(self, latitude: float, longitude: float) -> Turn:
        kind = in_mind(self.knowledge, self.state, self.moment)[0] or Kind.CENTRO_SALUD
        point = (latitude, longitude)
        if not self.knowledge.directory.is_in_reach(point):
            return self.say(self.near.out_of_reach(kind), "out_of_reach")
        return self.around(kind, point=point)

    # Commands

    def _command(self, name: str, argument: str) -> Turn:
        match name:
            case "start":
                return self._start(argument)
            case "borrar":
                return self._forgotten()
            case "salir":
                return Turn((replies.quiet_exit(self.translate),), None, "left", forget=True)
            case "idioma":
                return self.say(replies.choose_language(self.translate), "languages")
            case _:
                return self._named(_ENTRIES.get(name, name)) or self._menu()

    def _forgotten(self) -> Turn:
        return Turn((replies.forgotten(self.translate),), None, "forgotten", forget=True)

    def _start(self, argument: str) -> Turn:
        """The greeting, or straight to what a poster's link names; what was before is forgotten."""
        fresh = State(
            locale=self.state.locale,
            keyboard=self.state.keyboard,
            burst=self.state.burst,
            burst_since=self.state.burst_since,
        )
        anew = replace(self, state=fresh)
        welcome = replies.welcome(self.translate, self.knowledge.topics)
        return anew._named(argument.lower()) or anew.say(welcome, "start")

    def _named(self, name: str) -> Turn | None:
        """What a link or a command names: a way into the bot, an entry, a topic, places."""
        if name in _SHORTCUTS:
            return self._tap(_SHORTCUTS[name])
        if name in _KINDS and name not in self.knowledge.topics_by_id:
            return self.services_of(_KINDS[name])
        return self._entry(name) or self._topic(name, "0")

    # Buttons

    def _tap(self, data: str) -> Turn:
        tapped = taps.parse(data)
        turn = self._known_tap(*tapped) if tapped else None
        if turn is not None:
            return turn
        reply = replies.stale_button(self.translate, self.knowledge.topics)
        return self.say(reply, "old_button")

    def _known_tap(self, tap: Taps, arguments: tuple[str, ...]) -> Turn | None:
        """The turn for a button; None where it names what is gone or was never there."""
        match tap, arguments:
            case Taps.MENU, ():
                return self._menu()
            case Taps.EMERGENCY, ():
                return self.emergency()
            case Taps.TOPIC, (topic, *page):
                return self._topic(topic, page[0] if page else "0")
            case Taps.ENTRY, (entry,):
                return self._entry(entry)
            case Taps.INTERVIEW, _ if self.interviewing:
                return self.interviewing.tapped(arguments, self.state)
            case Taps.LANGUAGE, (locale,) if locale in LOCALES:
                return self._language(locale)
            case Taps.DANGER, (danger,) if danger in self.knowledge.dangers:
                return self.urgent(danger, 1.0)
            case _:
                return self._opinion_tap(tap, arguments) or self._near_tap(tap, arguments)

    def _opinion_tap(self, tap: Taps, arguments: tuple[str, ...]) -> Turn | None:
        match tap, arguments:
            case Taps.HELPED | Taps.NOT_HELPED, (entry,) if entry in self.knowledge.entries:
                return self.vote(entry, helped=tap is Taps.HELPED)
            case Taps.NONE, ():
                return self.ask_wish("none_of_these")
            case Taps.WRONG, (service,) if self.knowledge.directory.get(service):
                reply = self.near.reported()
                return Turn((reply,), self.state, "report", records=(ServiceReport(service),))
            case _:
                return None

    def _near_tap(self, tap: Taps, arguments: tuple[str, ...]) -> Turn | None:
        match tap, arguments:
            case Taps.NEAR, ():
                return self.say(self.near.ask_kind(), "ask_kind")
            case Taps.NEAR, (kind,) if kind in _KINDS:
                return self.services_of(_KINDS[kind])
            case Taps.ELSEWHERE, (kind,) if kind in _KINDS:
                return self.ask_place(_KINDS[kind])
            case Taps.PLACE, (kind, code) if kind in _KINDS:
                return self._chosen_place(_KINDS[kind], code)
            case Taps.NAMESAKES | Taps.MORE, ():
                return self._more(tap)
            case _:
                return None

    def _chosen_place(self, kind: Kind, code: str) -> Turn | None:
        place = ubigeo.places_by_code().get(code)
        if place is None:
            return None
        return self.around(kind, place=place)

    def others(self, kind: Kind) -> Turn:
        """The next services of the list, or else the question for another place."""
        state = self.near.waiting(self.state, kind)
        return self._more(Taps.MORE) or Turn((self.near.no_more(kind),), state, "ask_place")

    def _more(self, tap: Taps) -> Turn | None:
        near = self.near
        shown = near.more(self.state) if tap is Taps.MORE else near.more_namesakes(self.state)
        if shown is None:
            return None
        replies_, state = shown
        return Turn(replies_, state, Outcome.SERVICES)

    def _menu(self) -> Turn:
        state = self.state.but(waiting=None)
        return Turn((replies.menu(self.translate, self.knowledge.topics),), state, "menu")

    def _topic(self, topic_id: str, page: str) -> Turn | None:
        topic = self.knowledge.topics_by_id.get(topic_id)
        entries = self.knowledge.entries_of(topic_id)
        if topic is None or not page.isascii() or not page.isdecimal():
            return None
        if not replies.has_page(entries, int(page)):
            return None
        return self.say(replies.topic(self.translate, topic, entries, int(page)), "topic")

    def _entry(self, entry_id: str) -> Turn | None:
        entry = self.knowledge.entries.get(entry_id)
        return self.answer(entry) if entry else None

    def _language(self, locale: str) -> Turn:
        reply = replies.menu(translator(locale), self.knowledge.topics)
        return Turn((reply,), self.state.but(locale=locale), "language")


def _is_its_answer(turn: Turn, danger: Danger) -> bool:
    """The answer that goes with a danger names its numbers itself."""
    return turn.outcome == Outcome.ANSWER and turn.entry == danger.entry
