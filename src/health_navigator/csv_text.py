"""CSV as offices write it: in UTF-8 or in Windows' encoding, with whichever separator."""

from __future__ import annotations

_SEPARATORS = ",;\t|"


def decoded(content: bytes) -> str:
    """The text, whether a program or an older Excel wrote it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def separator_of(text: str) -> str:
    """What stands between the headings."""
    heading, _, _ = text.partition("\n")
    return max(_SEPARATORS, key=heading.count)
