"""What Telegram itself says about our webhook: the only place where lost calls show."""

from __future__ import annotations

import structlog
from telegram import Bot, WebhookInfo
from telegram.error import TelegramError

from health_navigator.observability import Metrics
from health_navigator.telegram_bot.profile import WEBHOOK_PATH

log = structlog.get_logger()


class WebhookWatch:
    """Checks the webhook now and then; metrics are for alerts, the log for what changed."""

    def __init__(self, bot: Bot, public_url: str, metrics: Metrics) -> None:
        self._bot = bot
        self._address = public_url + WEBHOOK_PATH
        self._metrics = metrics
        self._last_failure = 0.0

    async def look(self) -> int:
        """Set the metrics; return how many updates wait at Telegram."""
        try:
            info = await self._bot.get_webhook_info()
        except TelegramError as error:
            log.warning("telegram.webhook_unknown", error=type(error).__name__)
            return 0
        self._show(info)
        return info.pending_update_count

    def _show(self, info: WebhookInfo) -> None:
        failed_at = info.last_error_date.timestamp() if info.last_error_date else 0.0
        self._metrics.webhook_pending.set(info.pending_update_count)
        self._metrics.webhook_failed_at.set(failed_at)
        self._metrics.webhook_is_ours.set(info.url == self._address)
        if info.url != self._address:
            log.error("telegram.webhook_elsewhere")
        if failed_at > self._last_failure:
            self._last_failure = failed_at
            log.warning(
                "telegram.webhook_failed",
                reason=info.last_error_message,
                pending=info.pending_update_count,
            )
