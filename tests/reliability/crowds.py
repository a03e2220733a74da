"""Many people who write at once, and whether each of them was answered."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.telegram import Body, Person, TelegramStandIn

QUESTIONS = ("hola", "que es el sis", "gracias", "estoy embarazada y no tengo sis", "/start")


def chats_of(numbers: Iterator[int], people: int, messages: int) -> list[list[Body]]:
    """What each of this many people writes, in order."""
    crowd = [Person(next(numbers) * 1_000, numbers) for _ in range(people)]
    return [
        [person.writes(QUESTIONS[n % len(QUESTIONS)]) for n in range(messages)] for person in crowd
    ]


def is_answered(telegram: TelegramStandIn, chat: list[Body]) -> bool:
    """Whether every message of the chat brought an answer."""
    return len(telegram.sent(chat[0]["message"]["chat"]["id"])) >= len(chat)
