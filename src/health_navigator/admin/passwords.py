"""Passwords: what is too easy to guess, and how they are kept. Hashing is slow by design."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import ParamSpec, TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError

from health_navigator.admin.refusals import Fault
from health_navigator.i18n import mark

P = ParamSpec("P")
T = TypeVar("T")

SHORTEST = 12
LONGEST = 200
_FEWEST_DIFFERENT = 6
_LONGEST_RUN = 5

# What people begin with when they must invent one; found also with digits and signs around it.
_COMMON = re.findall(
    r"\S+",
    "password contrasena contraseña clave claveclave micontrasena miclave secreto secret qwerty "
    "admin administrador administrator usuario user login acceso bienvenido bienvenida welcome "
    "healthnavigator navigator navegador salud hospital refugiado migrante venezuela caracas peru "
    "lima callao telegram letmein dejameentrar iloveyou teamo tequiero teamomucho amorcito "
    "princesa futbol barcelona alianzalima universitario superman dragon monkey football "
    "baseball abcdef asdfgh zxcvbn changeme cambiame cambiar default temporal prueba test",
)
_ROWS = ("abcdefghijklmnñopqrstuvwxyz", "qwertyuiop", "asdfghjklñ", "zxcvbnm", "01234567890")
_DISGUISES = str.maketrans("013457@$!áéíóú", "oleastasiaeiou")


def faults_of(password: str, name: str) -> Iterator[Fault]:
    """Why a password is not good enough; nothing when it is."""
    if len(password) < SHORTEST:
        message = mark("too short: write at least {shortest} characters")
        yield Fault("password", message, {"shortest": SHORTEST})
    elif len(password) > LONGEST:
        yield Fault(
            "password", mark("too long: {longest} characters at most"), {"longest": LONGEST}
        )
    elif _is_easy(password.casefold(), name.casefold()):
        message = mark(
            "too easy to guess: use several words that have nothing to do with each other"
        )
        yield Fault("password", message)


def _is_easy(password: str, name: str) -> bool:
    return (
        len(set(password)) < _FEWEST_DIFFERENT
        or _is_repeated(password)
        or not _is_long_without(password, name)
    )


def _is_repeated(password: str) -> bool:
    """abcabcabcabc: the password is found again inside itself."""
    return password in (password + password)[1:-1]


def _is_long_without(password: str, name: str) -> bool:
    """Whether enough is left when common words, runs of keys and the own name are taken out."""
    disguised = password.translate(_DISGUISES)
    return min(_strength(password, name), _strength(disguised, name)) > SHORTEST // 2


def _strength(password: str, name: str) -> int:
    """Letters that are no common word; digits and signs count half."""
    rest = _without_runs(password)
    for word in sorted((*_COMMON, name), key=len, reverse=True):
        rest = rest.replace(word, "")
    letters = sum(letter.isalpha() for letter in rest)
    return letters + (len(rest) - letters) // 2


def _without_runs(text: str) -> str:
    """The text without stretches of five or more neighbours on a keyboard or in the alphabet."""
    for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
        for start in range(len(row) - _LONGEST_RUN + 1):
            for end in range(len(row), start + _LONGEST_RUN - 1, -1):
                text = text.replace(row[start:end], "")
    return text


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _thread() -> ThreadPoolExecutor:
    """One hash at a time takes 64 MB, and none of the threads by which questions are answered."""
    return ThreadPoolExecutor(1, "passwords")


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(
        _thread(), partial(work, *args, **kwargs)
    )


@cache
def _hash_of_nobody() -> str:
    return _hasher().hash("nobody has this password")


async def hashed(password: str) -> str:
    return await _in_thread(_hasher().hash, password)


async def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password; takes as long for somebody who does not exist."""
    return await _in_thread(_matches, password[: LONGEST + 1], kept)


def _matches(password: str, kept: str | None) -> bool:
    try:
        return _hasher().verify(password, kept or _hash_of_nobody()) and kept is not None
    except (PwdlibError, UnicodeEncodeError):
        return False
