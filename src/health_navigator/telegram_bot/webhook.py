"""POST /telegram/webhook: who may call, how much they may send, and what we answer."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

import structlog
from fastapi import APIRouter, Request, Response
from telegram import Bot, Update

from health_navigator.doorway import Address, caller_of
from health_navigator.observability import Metrics
from health_navigator.telegram_bot.delivery import ComeBack, Delivery
from health_navigator.telegram_bot.profile import WEBHOOK_PATH
from health_navigator.telegram_bot.updates import UNREADABLE, parse_update

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the header's name
# Telegram's own updates stay far below; see "Limits" in its Bot API.
MAX_BODY = 1_000_000

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class TelegramDoor:
    """What the webhook needs. Without `networks` any address may call that knows the secret."""

    delivery: Delivery
    bot: Bot
    secret: str
    metrics: Metrics
    networks: Sequence[Network] = ()


def webhook_router() -> APIRouter:
    """The webhook's route; it finds its door, if Telegram is on, in `request.state.door`."""
    router = APIRouter()

    # A plain route: there is nothing for FastAPI to check, and its checks cost time.
    async def receive(request: Request) -> Response:
        door: TelegramDoor | None = request.state.door
        if door is None:
            return Response(status_code=404)
        if why := _stranger(request, door):
            door.metrics.refused.labels(why=why).inc()
            return Response(status_code=403)
        body = await _bounded_body(request)
        if body is None:
            door.metrics.refused.labels(why="size").inc()
            return Response(status_code=413)
        return await _take(body, door)

    router.add_route(WEBHOOK_PATH, receive, methods=["POST"], include_in_schema=False)
    return router


async def _take(body: bytes, door: TelegramDoor) -> Response:
    update = _parse(body, door.bot)
    if update is None:
        # 200, or Telegram would send the same again for a day.
        door.metrics.updates.labels(outcome="unreadable").inc()
        log.warning("update.unreadable", bytes=len(body))
        return Response(status_code=200)
    verdict = await door.delivery.handle(update)
    if isinstance(verdict, ComeBack):
        return Response(status_code=503, headers={"Retry-After": str(verdict.seconds)})
    return Response(status_code=200)


def _stranger(request: Request, door: TelegramDoor) -> str | None:
    """Why the caller is not Telegram; None where it is."""
    given = request.headers.get(SECRET_HEADER, "")
    if not hmac.compare_digest(given.encode(), door.secret.encode()):
        return "secret"
    if door.networks and not _is_inside(caller_of(request.scope), door.networks):
        return "network"
    return None


def _is_inside(caller: Address | None, networks: Sequence[Network]) -> bool:
    return caller is not None and any(caller in network for network in networks)


async def _bounded_body(request: Request) -> bytes | None:
    """The body, or None as soon as it is larger than MAX_BODY."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def _parse(body: bytes, bot: Bot) -> Update | None:
    try:
        data = json.loads(body)
        if not isinstance(data, dict) or type(data.get("update_id")) is not int:
            return None
        return parse_update(data, bot)
    except UNREADABLE:
        return None
