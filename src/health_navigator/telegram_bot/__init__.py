"""Telegram in, Telegram out: the only package that imports telegram."""

import os

# The library's own switch to timedeltas, which are the only way in its next major version.
os.environ.setdefault("PTB_TIMEDELTA", "true")
