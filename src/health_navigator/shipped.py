"""Where the program's own files are: inside the package in a wheel, at the top in a checkout."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def shipped(name: str) -> Path:
    """The folder `name` (knowledge or migrations) that ships with this program."""
    inside = _PACKAGE / "shipped" / name
    return inside if inside.is_dir() else _CHECKOUT / name


def cache_path(name: str) -> Path:
    """Where under var/ the program keeps what it worked out and can work out again.

    In the checkout if there is one; in the working folder if there is none or it cannot be written,
    as for a service.
    """
    is_at_home = (_CHECKOUT / "pyproject.toml").exists() and os.access(_CHECKOUT, os.W_OK)
    return (_CHECKOUT if is_at_home else Path()) / "var" / name


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """What is written takes the place of *path* when it is whole; until then the old one stays.

    Processes that start together may work out the same: none writes into another's file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    finally:
        # On a full disk what was begun would only take more of it.
        partial.unlink(missing_ok=True)


@cache
def program_digest() -> str:
    """A digest that changes with every change to the program's own code."""
    return folder_digest(_PACKAGE, "*.py")


def folder_digest(folder: Path, pattern: str) -> str:
    """A digest of the names and contents of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
