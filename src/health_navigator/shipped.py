"""Where files lie that belong to the program: in a wheel inside it, in a checkout at the top."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def shipped(name: str) -> Path:
    """The folder `name` (knowledge or migrations) that belongs to this program."""
    inside = _PACKAGE / "shipped" / name
    return inside if inside.is_dir() else _CHECKOUT / name


def kept(name: str) -> Path:
    """Where the program keeps what it worked out and can work out again: var/, by name."""
    at_home = _CHECKOUT / "pyproject.toml"
    return (_CHECKOUT if at_home.exists() else Path()) / "var" / name
