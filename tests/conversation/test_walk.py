"""Every button from /start to the fourth press: none leads nowhere, none tells on anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.support.chat import Button, Chat, Message

DEPTH = 4
# These go on from what the same chat was shown; all others work for everybody, for ever.
OF_THE_CHAT = ("i", "s", "q")

Path = tuple[str, ...]


def test_no_dead_end_within_four_presses(someone: Callable[[], Chat]) -> None:
    seen: set[str] = set()
    level: list[tuple[Path, Message]] = [((), someone().says("/start"))]
    for _ in range(DEPTH):
        level = [
            ((*path, button.label), after)
            for path, message in level
            for button in _new(message, seen)
            for after in [_pressed(someone(), path, button)]
        ]
        for path, message in level:
            assert "Ese botón ya es viejo" not in message.text, path
            assert message.buttons or message.keyboard, path
            assert _is_help_near(message), path
    assert len(seen) > 150


def _new(message: Message, seen: set[str]) -> Iterator[Button]:
    """The buttons that were not pressed before; a sealed one counts by what it says where."""
    for button in message.buttons:
        if button.data is None:
            continue
        is_own = button.data.split(":")[0] in OF_THE_CHAT
        name = f"{message.text}/{button.label}" if is_own else button.data
        if name not in seen:
            seen.add(name)
            yield button


def _pressed(chat: Chat, path: Path, button: Button) -> Message:
    assert button.data is not None
    if button.data.split(":")[0] in OF_THE_CHAT:
        return chat.presses(chat.says("/start"), *path, button.label)
    return chat.taps(button.data)


def _is_help_near(message: Message) -> bool:
    """Whether the emergency numbers stand here or are one press away."""
    near = (*message.labels, *message.keyboard)
    return "106" in message.text or any("🆘" in label for label in near)
