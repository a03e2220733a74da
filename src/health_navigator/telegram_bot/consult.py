"""What Telegram says about the bot when an operator asks, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telegram.error import InvalidToken, TelegramError

from health_navigator.observability import Metrics
from health_navigator.telegram_bot.profile import WEBHOOK_PATH
from health_navigator.telegram_bot.transport import open_bot


@dataclass(frozen=True, slots=True)
class BotStatus:
    """The bot's name, where Telegram delivers to (None without a webhook), and how well."""

    username: str
    webhook: str | None
    pending: int
    failed_at: datetime | None
    failure: str | None


class TokenRefusedError(Exception):
    """Telegram does not recognise the token."""


class TelegramAwayError(Exception):
    """Telegram cannot be reached, or answers nonsense."""


def webhook_address(public_url: str) -> str:
    return public_url + WEBHOOK_PATH


async def consult(token: str, api_url: str) -> BotStatus:
    """Ask Telegram; raises TokenRefusedError or TelegramAwayError, never with the token in it."""
    async with open_bot(token, api_url, Metrics()) as bot:
        try:
            me = await bot.get_me()
            info = await bot.get_webhook_info()
        except InvalidToken:
            raise TokenRefusedError from None
        except TelegramError as error:
            raise TelegramAwayError(type(error).__name__) from None
        except (TypeError, KeyError, ValueError, AttributeError):
            raise TelegramAwayError("its answer is not Telegram's") from None
    return BotStatus(
        me.username or str(me.id),
        info.url or None,
        info.pending_update_count,
        info.last_error_date,
        info.last_error_message,
    )
