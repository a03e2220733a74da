"""An interview in a button's data: short, sealed with a key, bound to one chat and one file."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from health_navigator.eligibility.interview import Interview
from health_navigator.eligibility.models import Answers

TAG = 8
"""Bytes of the tag: it refuses forged data, and gives each cipher text its own key stream."""
CHOICES = 32


@dataclass(frozen=True, slots=True)
class Tapped:
    """What was known when the button was drawn, and which choice it stands for."""

    answers: Answers
    choice: int | None


@dataclass(frozen=True, slots=True)
class Codec:
    """Writes and reads button data. What may not be kept never enters it."""

    interview: Interview
    key: bytes
    fingerprint: bytes

    @classmethod
    def of(cls, interview: Interview, secret: bytes) -> Self:
        key = blake2b(secret, digest_size=32, person=b"sis interview").digest()
        return cls(interview, key, _fingerprint(interview))

    def write(self, answers: Answers, choice: int | None = None, chat: str = "") -> str:
        """Data for a button: the answers so far and the choice that the button stands for.

        The choice is needed even for the question that is never kept; sealed like the rest,
        it tells nothing to who lacks the key.
        """
        plain = self._pack(self.interview.kept(answers), choice)
        tag = self._tag(plain, chat)
        return _base64(tag + self._mask(plain, tag))

    def read(self, data: str, chat: str = "") -> Tapped | None:
        """What `write` was given; None for data that is forged, foreign, or of an older file."""
        sealed = _unbase64(data)
        if sealed is None or len(sealed) != TAG + self._size:
            return None
        tag, plain = sealed[:TAG], self._mask(sealed[TAG:], sealed[:TAG])
        if not hmac.compare_digest(tag, self._tag(plain, chat)):
            return None
        return self._unpack(plain)

    @property
    def _digits(self) -> list[tuple[str, tuple[str | None, ...]]]:
        """Each kept input with what it can be, "not answered" first."""
        inputs = [each for each in self.interview.file.inputs if each.kept]
        return [(each.id, (None, *each.values)) for each in inputs]

    @property
    def _size(self) -> int:
        most = CHOICES + 1
        for _, values in self._digits:
            most *= len(values)
        return (most.bit_length() + 7) // 8

    def _pack(self, answers: Answers, choice: int | None) -> bytes:
        number = 0 if choice is None else choice + 1
        for name, values in self._digits:
            number = number * len(values) + values.index(answers.get(name))
        return number.to_bytes(self._size)

    def _unpack(self, plain: bytes) -> Tapped:
        number = int.from_bytes(plain)
        answers: dict[str, str] = {}
        for name, values in reversed(self._digits):
            number, position = divmod(number, len(values))
            if value := values[position]:
                answers[name] = value
        return Tapped(answers, number - 1 if number else None)

    def _tag(self, plain: bytes, chat: str) -> bytes:
        message = self.fingerprint + plain + chat.encode()
        return blake2b(message, key=self.key, digest_size=TAG, person=b"tag").digest()

    def _mask(self, data: bytes, tag: bytes) -> bytes:
        stream = blake2b(tag, key=self.key, digest_size=len(data), person=b"stream").digest()
        return bytes(left ^ right for left, right in zip(data, stream, strict=True))


@dataclass(frozen=True, slots=True)
class ChatCodec:
    """Writes with the key in use; reads what any of the keys sealed, for buttons outlive keys.

    With each codec goes the name that the chat had under its key.
    """

    named: tuple[tuple[Codec, str], ...]

    @classmethod
    def of(cls, interview: Interview, secrets: Sequence[bytes], chats: Sequence[str]) -> Self:
        codecs = (Codec.of(interview, secret) for secret in secrets)
        return cls(tuple(zip(codecs, chats, strict=True)))

    def write(self, answers: Answers, choice: int | None = None) -> str:
        codec, chat = self.named[0]
        return codec.write(answers, choice, chat)

    def read(self, data: str) -> Tapped | None:
        tried = (codec.read(data, chat) for codec, chat in self.named)
        return next((tapped for tapped in tried if tapped is not None), None)


def _fingerprint(interview: Interview) -> bytes:
    """Changes when stored positions would come to mean something else."""
    file = interview.file
    meanings = [
        [[each.id, each.values, each.kept] for each in file.inputs],
        [[each.id, [choice.answers for choice in each.choices]] for each in file.questions],
    ]
    return blake2b(json.dumps(meanings).encode(), digest_size=8).digest()


def _base64(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _unbase64(data: str) -> bytes | None:
    """The bytes, if the text is exactly how they are written."""
    try:
        sealed = urlsafe_b64decode(data.encode("ascii") + b"=" * (-len(data) % 4))
    except ValueError:
        return None
    return sealed if _base64(sealed) == data else None
