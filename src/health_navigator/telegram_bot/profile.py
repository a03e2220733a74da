"""How the bot presents itself in Telegram: commands, descriptions, and where updates go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from telegram import Bot, BotCommand
from telegram.error import TelegramError

from health_navigator.i18n import DEFAULT_LOCALE, LOCALES, Translate, mark, translator
from health_navigator.telegram_bot.updates import ALLOWED_UPDATES

log = structlog.get_logger()

_RETRY_SECONDS = 30
WEBHOOK_PATH = "/telegram/webhook"
COMMANDS = {
    "start": mark("Start, and the topics"),
    "sis": mark("Find out whether you can have SIS"),
    "cerca": mark("Health services near you"),
    "emergencia": mark("Emergency numbers"),
    "ayuda": mark("What this bot can do"),
    "privacidad": mark("What we keep, and for how long"),
    "borrar": mark("Delete everything of this chat"),
    "salir": mark("Leave at once, without a trace on the screen"),
    "idioma": mark("Language"),
}
DESCRIPTION = mark(
    "Free answers about health in Peru for migrants and refugees: SIS, pregnancy, tests, "
    "vaccines, where to go. We do not keep your name or your number. In danger, call 105 "
    "(police), 106 or 116 (ambulance)."
)
SHORT_DESCRIPTION = mark(
    "Free answers about health in Peru for migrants. Without your name or your number."
)


async def introduce(bot: Bot) -> None:
    """Learn our own name, then set commands and descriptions, by default and in each language.

    Failure is no disaster: only the link for groups needs the name.
    """
    while not await _succeeds(bot.get_me):  # noqa: ASYNC110  nothing tells us when Telegram is back
        await asyncio.sleep(_RETRY_SECONDS)
    for language in (None, *LOCALES):
        translate = translator(language or DEFAULT_LOCALE)
        for call in _calls(bot, language, translate):
            if not await _succeeds(call):
                return


def _calls(
    bot: Bot, language: str | None, translate: Translate
) -> list[Callable[[], Awaitable[object]]]:
    commands = [BotCommand(name, translate(text)) for name, text in COMMANDS.items()]
    return [
        lambda: bot.set_my_commands(commands, language_code=language),
        lambda: bot.set_my_description(translate(DESCRIPTION), language_code=language),
        lambda: bot.set_my_short_description(translate(SHORT_DESCRIPTION), language_code=language),
    ]


async def _succeeds(call: Callable[[], Awaitable[object]]) -> bool:
    try:
        await call()
    except TelegramError as error:
        log.warning("telegram.profile_not_set", error=type(error).__name__)
        return False
    except (TypeError, KeyError, ValueError) as error:
        # A server that imitates Telegram's may leave out what the library reads.
        log.warning("telegram.answer_unreadable", error=type(error).__name__)
    return True


async def direct_to_webhook(bot: Bot, public_url: str, secret: str) -> None:
    """Tell Telegram to send updates here, again and again until it agrees."""
    while not await _is_directed(bot, public_url + WEBHOOK_PATH, secret):  # noqa: ASYNC110  likewise
        await asyncio.sleep(_RETRY_SECONDS)
    log.info("telegram.webhook_set")


async def _is_directed(bot: Bot, url: str, secret: str) -> bool:
    try:
        await bot.set_webhook(
            url,
            secret_token=secret,
            allowed_updates=list(ALLOWED_UPDATES),
            max_connections=100,
        )
    except TelegramError as error:
        log.error("telegram.webhook_not_set", error=type(error).__name__)
        return False
    return True


async def direct_to_polling(bot: Bot) -> None:
    """Delete the webhook, which Telegram demands before anybody may poll.

    If that fails now, polling meets a conflict and tries again.
    """
    if not await _succeeds(lambda: bot.delete_webhook(drop_pending_updates=False)):
        log.warning("telegram.webhook_not_deleted")
