"""Danger in the light of the conversation: which alarm is a mere hint, and what outlasts one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from health_navigator.conversation import leaning
from health_navigator.conversation.models import State
from health_navigator.directory.models import Kind
from health_navigator.knowledge.models import Danger
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.triage import Assessment

# So sure of an ordinary answer by words that an alarm which only the encoder raised is a hint.
_SURE_OF_ORDINARY = 0.97
# After an ordinary answer, a brief «¿y ...?» that is no surer a danger than this asks more of it.
_SURE_OF_DANGER = 0.7
# So long after an alarm its numbers stand above ordinary answers.
_SECONDS_AFTER = 30 * 60


def hear(knowledge: Snapshot, text: str, state: State) -> Assessment:
    """What triage says of a readable text; a doubtful danger is a weak sign.

    Then the numbers and a button stand above the ordinary answer.
    """
    heard = knowledge.triage.assess(text)
    if heard.danger is None:
        return heard
    is_hint = _asks_more(knowledge, text, state, heard) or _is_ordinary(knowledge, text, heard)
    return replace(heard, danger=None, weak=heard.danger) if is_hint else heard


def _asks_more(knowledge: Snapshot, text: str, state: State, heard: Assessment) -> bool:
    """Whether it goes on about an ordinary topic: «¿y mi esposa?»."""
    entry = knowledge.entries.get(state.entry or "")
    if entry is None or state.danger or entry.id in _entries(knowledge):
        return False
    return leaning.goes_on(text) and heard.confidence < _SURE_OF_DANGER


def _is_ordinary(knowledge: Snapshot, text: str, heard: Assessment) -> bool:
    """Whether words heard no danger, and surely a question that we answer."""
    if not heard.by_meaning:
        return False
    first, *_ = (*knowledge.by_words().ranker.rank(text).candidates, None)
    if first is None or first.confidence < _SURE_OF_ORDINARY:
        return False
    entry = knowledge.entries.get(first.id)
    return entry is not None and not entry.is_smalltalk and entry.id not in _entries(knowledge)


def _entries(knowledge: Snapshot) -> set[str]:
    return {danger.entry for danger in knowledge.dangers.values()}


def lasting(knowledge: Snapshot, state: State, moment: datetime) -> Danger | None:
    """The danger that was heard a while ago in this chat."""
    is_recent = moment.timestamp() - state.danger_at < _SECONDS_AFTER
    return knowledge.dangers.get(state.danger or "") if is_recent else None


def service_of_danger(knowledge: Snapshot, state: State, moment: datetime) -> Kind | None:
    """Where the danger heard a while ago sends people, unless they have spoken of else since."""
    danger = lasting(knowledge, state, moment)
    is_last = danger is not None and state.entry in (None, danger.entry)
    return danger.service if danger is not None and is_last else None
