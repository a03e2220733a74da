"""What crosses the border between a channel and the dialogue: plain values, no channel's types."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

from health_navigator.matching.places import Place


@dataclass(frozen=True, slots=True)
class Text:
    """Words that a person typed; `edited` when they correct an earlier message."""

    text: str
    edited: bool = False
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Tap:
    """A pressed button; `message` tells apart the messages that the same button stood under."""

    data: str
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """`/name argument`, without the slash."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A shared location in degrees; where it keeps moving, only where it began."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that we cannot read: voice, photo, sticker, document, contact, poll ...

    `caption` is what was written under it.
    """

    what: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A message in a group, where a health question would expose the person who asks.

    `link` leads to the private chat.
    """

    link: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The page was opened: greet, and forget nothing."""


Said = Text | Tap | Command | Point | Unreadable | Group


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a person said.

    `chats` are keyed hashes, never Telegram's number: one for each secret key, in their order.
    """

    chats: tuple[str, ...]
    said: Said | Opened
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a message: `data` comes back as a Tap, `url` opens a page or a call."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the person: plain text whose first line may stand out, and its buttons.

    `footer` is the small print (source and month). `asks_location` offers the phone's own
    button for sharing a location, with the other buttons beside it; `removes_keyboard` takes
    that keyboard away again, and such a reply has no buttons. `choices` are the taps that may be
    chosen in writing as well («el segundo»), in their order, and `none_of_these` the one for none.
    """

    text: str
    heading: str | None = None
    footer: str | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    asks_location: str | None = None
    removes_keyboard: bool = False
    choices: tuple[str, ...] = ()
    none_of_these: str | None = None

    @property
    def plain(self) -> str:
        """The whole message as plain text."""
        return "\n\n".join(part for part in (self.heading, self.text, self.footer) if part)


# What the next words are taken for, if they can be.
WAITING_FOR_PLACE = "place"
WAITING_FOR_WISH = "wish"


@dataclass(frozen=True, slots=True)
class State:
    """What a conversation must remember for half an hour, and nothing about who speaks.

    `nearby` and `namesakes` are what "See more" goes on with: services of the last list, and codes
    of places that share a name. `keyboard`: the button for sharing a location is on the screen.
    `choices` and `none_of_these`: taps of the buttons that were shown last to choose among.
    `listed`: the services of the last list. `said`: the answer that was the very last message.
    `paused`: the interview waits for an emergency to be over.
    `danger`: the kind last heard, and when.
    """

    entry: str | None = None
    kind: str | None = None
    place: Place | None = None
    locale: str | None = None
    misses: int = 0
    waiting: str | None = None
    interview: str | None = None
    nearby: tuple[str, ...] = ()
    namesakes: tuple[str, ...] = ()
    keyboard: bool = False
    understood: bool = True
    last_tap: str | None = None
    tapped_at: float = 0.0
    burst: int = 0
    burst_since: float = 0.0
    choices: tuple[str, ...] = ()
    none_of_these: str | None = None
    listed: tuple[str, ...] = ()
    said: str | None = None
    paused: bool = False
    danger: str | None = None
    danger_at: float = 0.0

    def but(self, **changes: Any) -> Self:  # noqa: ANN401  any of the fields
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question for the staff's inbox, already scrubbed of what could name a person."""

    text: str


@dataclass(frozen=True, slots=True)
class Vote:
    entry: str
    helped: bool


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """Somebody says that a service is closed or its data wrong."""

    service: str


Record = Unanswered | Vote | ServiceReport


@dataclass(frozen=True, slots=True)
class Turn:
    """What the dialogue decided: what to say, what to remember, what to leave for the staff.

    `state` None forgets the conversation. `outcome` and the rest feed logs and counts.
    """

    replies: tuple[Reply, ...]
    state: State | None
    outcome: str
    entry: str | None = None
    confidence: float | None = None
    urgent: str | None = None
    department: str | None = None
    records: tuple[Record, ...] = field(default=())
    forget: bool = False
