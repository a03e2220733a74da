"""Memory: what stays as long as the program runs, and what is returned after use."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# From glibc's malloc.h.
_M_ARENA_MAX = -8


@contextmanager
def for_good() -> Iterator[None]:
    """Keep what is created in this block for good, out of the garbage collector's sight.

    Imported modules and learnt models are half a million objects; scanning them again and again
    took a fifth of the start, and later held up messages.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """Import in this block as if these modules were not installed."""
    absent = [module for module in modules if module not in sys.modules]
    # Python's own marker for a module that does not exist.
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for module in absent:
            del sys.modules[module]


def share() -> None:
    """Make all threads use one heap; glibc would give each its own, and none gives memory back."""
    set_option = _of_glibc("mallopt")
    if set_option is not None:
        set_option(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return free memory; glibc would keep it, a hundred megabytes after learning."""
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None)
