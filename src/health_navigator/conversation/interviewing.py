"""The SIS interview as messages, one question each.

The answers so far are sealed in the data of the buttons and, until it ends, in the chat's state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from health_navigator.conversation import replies
from health_navigator.conversation.choosing import find_choice
from health_navigator.conversation.models import Button, Reply, State, Turn
from health_navigator.conversation.replies import Rows, home, rows, sourced
from health_navigator.conversation.taps import Taps
from health_navigator.directory.models import Kind
from health_navigator.eligibility import answers as typed
from health_navigator.eligibility.codec import ChatCodec
from health_navigator.eligibility.interview import Interview
from health_navigator.eligibility.models import Choice, Means, OutcomeKind, Question
from health_navigator.eligibility.outcome import Outcome
from health_navigator.i18n import Translate, mark
from health_navigator.matching.normalise import fold


class _Action(StrEnum):
    """What a button of the interview does."""

    BACK = "b"
    CANCEL = "c"
    WHY = "w"
    RESUME = "r"
    CHOICE = "a"


_HEADINGS = {
    OutcomeKind.SI: mark("✅ Yes, according to our source"),
    OutcomeKind.TODAVIA_NO: mark("⏳ Not yet, but look:"),
    OutcomeKind.NO: mark("No, because there is another insurance"),
    OutcomeKind.PREGUNTA_EN_VENTANILLA: mark("❓ It is not clear: ask at the counter"),
}


def _numbered(text: str, question: Question) -> Choice | None:
    """The button that is meant by its number or its order."""
    shown = question.choices
    place = find_choice(text, len(shown), counts=question.reads is not None)
    return shown[place] if isinstance(place, int) else None


@dataclass(frozen=True, slots=True)
class Interviewing:
    """One step of one chat's interview. What was answered is never said again."""

    interview: Interview
    codec: ChatCodec
    translate: Translate
    locale: str

    def begin(self, state: State) -> Turn:
        _ = self.translate
        before = _("A few short questions. Your answers are gone in half an hour. Stop any time.")
        only_spanish = replies.spanish_only(_, self.locale)
        return self._step({}, state, "\n".join(filter(None, (before, only_spanish))))

    def tapped(self, arguments: tuple[str, ...], state: State) -> Turn | None:
        """The turn after a button; None for data that is forged or older than the interview."""
        if not arguments:
            return self.begin(state)
        action, sealed = arguments[0], arguments[1] if len(arguments) > 1 else ""
        if action == _Action.CANCEL:
            return self._cancelled(state)
        known = self.codec.read(sealed)
        if known is None:
            return None
        if action == _Action.CHOICE and known.choice is not None:
            return self._chosen(known.answers, known.choice, state)
        return self._moved(action, known.answers, state)

    def _moved(self, action: str, answers: Mapping[str, str], state: State) -> Turn | None:
        match action:
            case _Action.BACK:
                return self._step(self.interview.before(answers), state)
            case _Action.RESUME:
                return self._step(answers, state)
            case _Action.WHY:
                return self._explained(answers, state)
            case _:
                return None

    def typed(self, text: str, state: State) -> Turn | None:
        """The turn after words typed during the interview; None when they mean something else."""
        known = self.codec.read(state.interview or "")
        step = self.interview.next(known.answers) if known else None
        if known is None or not isinstance(step, Question):
            return None
        words = self.interview.file.words
        match typed.find_command(text, words):
            case typed.Command.CANCEL:
                return self._cancelled(state)
            case typed.Command.BACK:
                return self._step(self.interview.before(known.answers), state)
            case typed.Command.WHY:
                return self._explained(known.answers, state)
            case typed.Command.RESTART:
                return self.begin(state)
        choice = typed.understand(text, step, words) or _numbered(text, step)
        if choice is None:
            return None
        more = self._said_besides(text, step, {**known.answers, **choice.answers})
        return self._answered({**known.answers, **more}, choice, state)

    def _said_besides(
        self, text: str, question: Question, answers: Mapping[str, str]
    ) -> Mapping[str, str]:
        """What the same words answer of the question that this answer leads to: «carné vencido»."""
        step = self.interview.next(answers)
        if not isinstance(step, Question) or question.asks.isdisjoint(step.when):
            return {}
        choice = typed.understand(text, step, self.interview.file.words)
        return choice.answers if choice else {}

    def belongs_later(self, text: str, state: State) -> bool:
        """Whether the words answer a question that the interview has still to ask."""
        known, words = self.codec.read(state.interview or ""), self.interview.file.words
        if known is None or fold(text) in {*words.yes, *words.no, *words.unsure}:
            return False
        coming = self.interview.coming(known.answers)
        return any(typed.understand(text, each, words) for each in coming)

    def resumed(self, state: State) -> Turn:
        """The interview where it was left, or from the beginning."""
        known = self.codec.read(state.interview or "")
        return self._step(known.answers, state) if known else self.begin(state)

    def is_choice(self, text: str, state: State) -> bool:
        """Whether the words are those on a button of the open question, or count to one."""
        question = self._open_question(state)
        if question is None:
            return False
        labels = {fold(choice.label) for choice in question.choices}
        return fold(text) in labels or _numbered(text, question) is not None

    def half_heard(self, text: str, state: State) -> bool:
        """Whether the words are about the open question, or could be, and ask nothing else."""
        question, words = self._open_question(state), self.interview.file.words
        if question is None or typed.asks_something(text, words):
            return False
        return typed.read(text, question, words).is_begun

    def _open_question(self, state: State) -> Question | None:
        known = self.codec.read(state.interview or "")
        step = self.interview.next(known.answers) if known else None
        return step if isinstance(step, Question) else None

    def again(self, text: str, state: State) -> Turn | None:
        """The question that is open, after words that are no plain answer to it."""
        known = self.codec.read(state.interview or "")
        if known is None:
            return None
        misses = state.misses + 1
        line = self._not_plain(misses, half=self.half_heard(text, state))
        if misses == 1 and self.belongs_later(text, state):
            line = self.translate("We come to that in a moment, if it matters. First:")
        turn = self._step(known.answers, state, line)
        return replace(turn, state=turn.state and turn.state.but(misses=misses))

    def _not_plain(self, misses: int, *, half: bool) -> str:
        """The second time in a row with people who can answer instead."""
        _ = self.translate
        if misses > 1:
            line = _("I still do not understand, I am sorry. Tap a button, or ask a person:")
            return f"{line}\n{replies.call_lines(self.interview.file.call[:1])}"
        if half:
            return _("I only half understood, and do not want to guess. Which button is yours?")
        return _("I did not understand that. Tap a button, or write «cancelar» to stop.")

    def resume_button(self, state: State) -> Rows:
        """A way back into an interview that a question interrupted."""
        if not state.interview:
            return ()
        data = Taps.INTERVIEW.with_argument(_Action.RESUME, state.interview)
        return ((Button(self.translate("↩️ Go on with the SIS questions"), data),),)

    def _chosen(self, answers: Mapping[str, str], choice: int, state: State) -> Turn | None:
        step = self.interview.next(answers)
        if not isinstance(step, Question) or choice >= len(step.choices):
            return None
        return self._answered(answers, step.choices[choice], state)

    def _answered(self, answers: Mapping[str, str], choice: Choice, state: State) -> Turn:
        """The next step; who does not know whether it is an emergency is told why it counts."""
        is_doubt = choice.means is Means.UNSURE
        doubt = self.translate(
            "You do not know whether it is an emergency. In doubt, this comes first:"
        )
        return self._step({**answers, **choice.answers}, state, doubt=doubt if is_doubt else None)

    def _step(
        self,
        answers: Mapping[str, str],
        state: State,
        before: str | None = None,
        *,
        doubt: str | None = None,
    ) -> Turn:
        step = self.interview.next(answers)
        if isinstance(step, Question):
            kept = self.codec.write(answers)
            reply = self._question(step, answers, before)
            state = state.but(interview=kept, waiting=None, misses=0, paused=False)
            return Turn((reply,), state, "interview")
        if step.urgent:
            return self._urgent(step, answers, state, doubt)
        done = state.but(interview=None, waiting=None, misses=0)
        return Turn((self._outcome(step),), done, f"interview_{step.kind}")

    def _urgent(
        self, outcome: Outcome, answers: Mapping[str, str], state: State, doubt: str | None
    ) -> Turn:
        """What to do in an emergency, and a way on for who is in none after all."""
        _ = self.translate
        parts = (doubt, outcome.reason, outcome.where, outcome.cost, outcome.next_step)
        kept = self.codec.write(self.interview.otherwise(answers))
        data = Taps.INTERVIEW.with_argument(_Action.RESUME, kept)
        go_on = (Button(_("It is no emergency: go on"), data),)
        reply = Reply(
            "\n\n".join(part for part in parts if part),
            footer=self._provenance(outcome),
            buttons=(home(_), go_on),
        )
        state = state.but(interview=kept, waiting=None, misses=0, paused=True)
        return Turn((reply,), state, "interview_urgent")

    def _question(
        self, question: Question, answers: Mapping[str, str], before: str | None = None
    ) -> Reply:
        _ = self.translate
        choices = (
            Button(choice.label, self._data(_Action.CHOICE, answers, position))
            for position, choice in enumerate(question.choices)
        )
        why = Button(_("Why do you ask?"), self._data(_Action.WHY, answers))
        back = (Button(_("◀ Back"), self._data(_Action.BACK, answers)),) if answers else ()
        cancel = Button(_("✖ Cancel"), Taps.INTERVIEW.with_argument(_Action.CANCEL))
        text = "\n\n".join(part for part in (before, question.text) if part)
        return Reply(
            text, buttons=(*rows(choices), (why, replies.emergency_button(_)), (*back, cancel))
        )

    def _data(self, action: str, answers: Mapping[str, str], choice: int | None = None) -> str:
        return Taps.INTERVIEW.with_argument(action, self.codec.write(answers, choice))

    def _explained(self, answers: Mapping[str, str], state: State) -> Turn:
        step = self.interview.next(answers)
        if not isinstance(step, Question):
            return self._step(answers, state)
        return self._step(answers, state, before=step.why)

    def _cancelled(self, state: State) -> Turn:
        _ = self.translate
        text = _("All right, we leave it here. I keep none of your answers.")
        state = state.but(interview=None, paused=False)
        return Turn((Reply(text, buttons=(home(_),)),), state, "interview_left")

    def _outcome(self, outcome: Outcome) -> Reply:
        _ = self.translate
        footer = self._provenance(outcome)
        again = (Button(_("🔁 Start again"), Taps.INTERVIEW),)
        return Reply(
            "\n\n".join(self._parts(outcome)),
            heading=_(_HEADINGS[outcome.kind]),
            footer=footer,
            buttons=(replies.near_button(_, Kind.CENTRO_SALUD), again, home(_)),
        )

    def _parts(self, outcome: Outcome) -> Iterator[str]:
        _ = self.translate
        yield outcome.reason
        if outcome.documents:
            yield _("What to bring:") + "\n" + "\n".join(outcome.documents)
        yield _("Where:") + "\n" + outcome.where
        yield _("Cost:") + " " + outcome.cost
        yield _("Next step:") + "\n" + outcome.next_step
        yield _("Meanwhile:") + "\n" + outcome.meanwhile

    def _provenance(self, outcome: Outcome) -> str:
        _ = self.translate
        lines = (
            _("This is guidance. The counter has the last word."),
            sourced(_, outcome.sources, outcome.verified_on, self.locale),
            replies.spanish_only(_, self.locale),
        )
        return "\n".join(filter(None, lines))
