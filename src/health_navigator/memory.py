"""How the program keeps house: what stays for good, and what was needed for a moment."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Of glibc's malloc.h.
_M_ARENA_MAX = -8


@contextmanager
def for_good() -> Iterator[None]:
    """What is made in here lives as long as the program: no search for garbage looks at it.

    Half a million objects of imported modules and of what was learnt; to walk them again and
    again took a fifth of the start, and later held up messages.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """Let what is imported in here do without modules that it would use if they were installed."""
    absent = [module for module in modules if module not in sys.modules]
    # Python's own way to say that there is none.
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for module in absent:
            del sys.modules[module]


def share() -> None:
    """Let all threads take from one heap; glibc would give each its own, and none gives back."""
    set_option = _of_glibc("mallopt")
    if set_option is not None:
        set_option(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return what is free; glibc would keep it for later, a hundred megabytes after learning."""
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None)
