"""Passwords hashed as usual, by the same library, but with little of its deliberate slowness."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from health_navigator.admin import passwords

slow_hasher = passwords._hasher


@contextmanager
def quick_hashes() -> Iterator[None]:
    """Hash quickly: a hundred logins took a third of the time of all tests of the staff's side."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1_024, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: quick)
        passwords._hash_of_nobody.cache_clear()
        yield
    passwords._hash_of_nobody.cache_clear()
