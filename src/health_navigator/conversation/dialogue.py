"""The dialogue decides: from what was said and what is remembered to what to say. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from health_navigator.conversation import pacing, replies
from health_navigator.conversation.answering import EMERGENCY_ENTRY
from health_navigator.conversation.listening import Listening
from health_navigator.conversation.models import Group, Incoming, Opened, Point, Said, State, Turn
from health_navigator.i18n import Translate, supported_locale, translator
from health_navigator.knowledge.snapshot import Snapshot


@dataclass(frozen=True)
class Dialogue:
    """The rules of conversation over one snapshot of the knowledge, at one moment in Lima."""

    knowledge: Snapshot
    moment: datetime
    keys: Sequence[bytes]

    def respond(self, incoming: Incoming, state: State) -> Turn:
        """What to say to one message, and what to remember; the same input gives the same turn."""
        locale = state.locale or supported_locale(incoming.locale)
        if isinstance(incoming.said, Opened):
            return self._listening(incoming.chats, locale, state).opened()
        paced = pacing.counted(incoming.said, state, self.moment.timestamp())
        if paced is None:
            return Turn((), state, "double_tap")
        listening = self._listening(incoming.chats, locale, paced)
        turn = listening.with_numbers(listening.take(incoming.said))
        if pacing.is_flood(paced) and not _is_pressing(turn):
            return _hushed(incoming.said, paced, translator(locale))
        turn = _keyboard_removed(turn, incoming.said, translator(locale))
        turn = listening.with_last_words(listening.with_choices(turn))
        return listening.with_way_back(turn)

    def _listening(self, chats: Sequence[str], locale: str, state: State) -> Listening:
        return Listening(self.knowledge, self.moment, self.keys, chats, locale, state)


def _is_pressing(turn: Turn) -> bool:
    """Whether it cannot wait, however fast she writes: danger, the numbers to call, or deleting."""
    return bool(turn.urgent) or turn.forget or turn.entry == EMERGENCY_ENTRY


def _hushed(said: Said, state: State, translate: Translate) -> Turn:
    """In a flood one polite notice, then quiet; in a group no word at all."""
    is_due = pacing.is_first_of_flood(state) and not isinstance(said, Group)
    notice = (replies.slow_down(translate),) if is_due else ()
    return Turn(notice, state, "flood")


def _keyboard_removed(turn: Turn, said: Said, translate: Translate) -> Turn:
    """Take the button for sharing a location off the screen when the talk has gone on.

    Telegram takes one markup a message, so it goes with a line of its own; never before danger's.
    """
    if turn.urgent or turn.state is None or not turn.state.keyboard or not turn.replies:
        return turn
    if any(reply.asks_location for reply in turn.replies):
        return turn
    line = replies.keyboard_removed(translate, has_location=isinstance(said, Point))
    return replace(turn, replies=(line, *turn.replies), state=turn.state.but(keyboard=False))
