"""How fast a chat may go: a double tap acts once; a flood gets one notice and then quiet."""

from __future__ import annotations

from health_navigator.conversation.models import Said, State, Tap

DOUBLE_TAP_SECONDS = 3.0
BURST_SECONDS = 30.0
BURST_MESSAGES = 15


def counted(said: Said, state: State, now: float) -> State | None:
    """The state with this message counted; None for the second of two taps."""
    if isinstance(said, Tap) and said.message is not None:
        tap = f"{said.message}:{said.data}"
        if tap == state.last_tap and 0 <= now - state.tapped_at < DOUBLE_TAP_SECONDS:
            return None
        state = state.but(last_tap=tap, tapped_at=now)
    # A clock that was set back must hush nobody until it has caught up.
    if not 0 <= now - state.burst_since <= BURST_SECONDS:
        return state.but(burst=1, burst_since=now)
    return state.but(burst=state.burst + 1)


def is_flood(state: State) -> bool:
    return state.burst > BURST_MESSAGES


def is_first_of_flood(state: State) -> bool:
    return state.burst == BURST_MESSAGES + 1
