"""Checks what Telegram says: the token, the webhook, and the time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from health_navigator.config import PREFIX, Settings
from health_navigator.doctor.findings import Finding, green, red, yellow
from health_navigator.telegram_bot.consult import (
    BotStatus,
    TelegramAwayError,
    TokenRefusedError,
    consult,
    webhook_address,
)

_SECONDS = 5.0
# More than this wait only if deliveries fail; Telegram's own server warns then, too.
_MANY = 50
_RECENT = timedelta(minutes=10)
_SKEW = timedelta(seconds=30)
SET_CLOCK = "let the machine keep the hour: timedatectl set-ntp true"


async def look_at_telegram(settings: Settings) -> AsyncIterator[Finding]:
    if settings.telegram_token is None:
        yield green("telegram", f"off: without {PREFIX}TELEGRAM_TOKEN there is only the page")
        return
    try:
        token = settings.telegram_token.get_secret_value()
        status = await consult(token, settings.telegram_api_url)
    except TokenRefusedError:
        mend = f"ask BotFather (/mybots, API Token) and write it into {PREFIX}TELEGRAM_TOKEN"
        yield red("telegram", "Telegram does not know the token", mend)
        return
    except TelegramAwayError as error:
        mend = (
            f"let this machine call {settings.telegram_api_url} on port 443 (firewall, DNS), "
            f"or correct {PREFIX}TELEGRAM_API_URL"
        )
        yield red("telegram", f"Telegram does not answer ({error})", mend)
        return
    yield green("telegram", f"knows the bot as @{status.username}")
    yield _webhook(settings, status, datetime.now(UTC))


def _webhook(settings: Settings, status: BotStatus, now: datetime) -> Finding:
    if not settings.uses_webhook:
        return _polling(status)
    if status.webhook != webhook_address(settings.public_url or ""):
        where = status.webhook or "nowhere"
        mend = "start the program, which sets the webhook; stop any other that uses the token"
        return red("webhook", f"Telegram delivers to {where}, not to this bot", mend)
    if status.failed_at is not None and now - status.failed_at < _RECENT:
        says = f"Telegram cannot deliver: {status.failure} ({status.pending} wait)"
        return red("webhook", says, _advice(status.failure or ""))
    if status.pending > _MANY:
        mend = "look at navigator_step_seconds in /metrics for the slow step; start more processes"
        return yellow("webhook", f"{status.pending} updates wait at Telegram", mend)
    return green("webhook", f"set; {status.pending} updates wait")


def _polling(status: BotStatus) -> Finding:
    if status.webhook is None:
        return green("webhook", "none: the bot polls")
    mend = f"set {PREFIX}PUBLIC_URL to use it, or start the program, which takes it away"
    return yellow("webhook", f"Telegram delivers to {status.webhook}: polling gets nothing", mend)


def _advice(failure: str) -> str:
    """What to do about the reason Telegram gives for a failed delivery."""
    advice = {
        "403": f"the proxy must pass on X-Telegram-Bot-Api-Secret-Token and the caller's address; "
        f"compare {PREFIX}WEBHOOK_NETWORKS and {PREFIX}TRUSTED_PROXIES",
        "404": "the proxy must pass /telegram/webhook on to this program",
        "SSL": "renew the certificate of the proxy; it must hold the whole chain",
        "certificate": "renew the certificate of the proxy; it must hold the whole chain",
        "resolve": "the name in PUBLIC_URL must lead to this machine: check its DNS record",
        "503": "the program asks Telegram to wait: mend the parts shown red here",
        "502": "the proxy does not reach the program: is it running, on that port?",
    }
    default = "open port 443 to the proxy, and see that proxy and program run"
    return next((what for word, what in advice.items() if word in failure), default)


async def look_at_hour(settings: Settings) -> AsyncIterator[Finding]:
    """Compare our clock with Telegram's, if there is a Telegram."""
    if settings.telegram_token is None:
        return
    theirs = await _their_hour(settings.telegram_api_url)
    if theirs is None:
        return
    skew = abs(datetime.now(UTC) - theirs)
    says = f"{skew.total_seconds():.0f} s from Telegram's"
    yield green("clock", says) if skew < _SKEW else red("clock", says, SET_CLOCK)


async def _their_hour(url: str) -> datetime | None:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            return parsedate_to_datetime(response.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError):
        return None
