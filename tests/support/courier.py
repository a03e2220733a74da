"""Telegram's side of a webhook: redelivers what was not acknowledged, each chat in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from health_navigator.telegram_bot.webhook import SECRET_HEADER
from tests.support.server import SECRET

Update = dict[str, Any]
_PAUSE = 0.1


async def deliver_all(
    urls: Callable[[], Sequence[str]], chats: Sequence[Sequence[Update]], seconds: float = 400
) -> None:
    """Deliver every chat's updates to the end, chats side by side, to each of the urls in turn.

    As Telegram does, a chat's next update waits until the one before was answered 200.
    """
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=40)) as client:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(_deliver_chat(client, urls, chat) for chat in chats))


async def _deliver_chat(
    client: httpx.AsyncClient, urls: Callable[[], Sequence[str]], updates: Sequence[Update]
) -> None:
    for update in updates:
        while not await _is_done(client, urls(), update):
            await asyncio.sleep(_PAUSE)


async def _is_done(client: httpx.AsyncClient, urls: Sequence[str], update: Update) -> bool:
    url = urls[update["update_id"] % len(urls)]
    try:
        response = await client.post(
            f"{url}/telegram/webhook", json=update, headers={SECRET_HEADER: SECRET}
        )
    except httpx.TransportError:
        return False
    assert response.status_code in (200, 503), response.status_code
    return response.status_code == 200
