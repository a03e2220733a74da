"""POST /telegram/webhook: who may call, how much they may send, and what we answer."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

import structlog
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from health_navigator.middleware import Address, Application, Receive, Scope, Send, caller_of
from health_navigator.observability import Metrics
from health_navigator.telegram_bot.delivery import ComeBack, Delivery
from health_navigator.telegram_bot.profile import WEBHOOK_PATH
from health_navigator.telegram_bot.updates import Update

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the header's name

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class TelegramDoor:
    """What the webhook needs. Without `networks`, any address that knows the secret may call."""

    delivery: Delivery
    secret: str
    metrics: Metrics
    networks: Sequence[Network] = ()


class Webhook:
    """Takes Telegram's calls; its door, if Telegram is on, is in the request's state.

    It comes before the router, whose layers only cost it time, and after the request limits, which
    bound the body.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != WEBHOOK_PATH:
            await self._app(scope, receive, send)
            return
        response = await _answer(Request(scope, receive))
        await response(scope, receive, send)


async def _answer(request: Request) -> Response:
    door: TelegramDoor | None = request.state.door
    if door is None:
        return Response(status_code=404)
    if request.method != "POST":
        return Response(status_code=405, headers={"Allow": "POST"})
    if why := _stranger(request, door):
        return _refused(door, why, 403)
    try:
        body = await request.body()
    except HTTPException as error:
        return _refused(door, "size", error.status_code)
    except ClientDisconnect:  # Telegram will bring the update again
        return _refused(door, "cut", 400)
    return await _take(body, door)


def _refused(door: TelegramDoor, why: str, status: int) -> Response:
    door.metrics.refused.labels(why=why).inc()
    return Response(status_code=status)


async def _take(body: bytes, door: TelegramDoor) -> Response:
    try:
        update = Update.model_validate_json(body)
    except ValidationError:
        # 200, or Telegram would send the same again for a day.
        door.metrics.updates.labels(outcome="unreadable").inc()
        log.warning("update.unreadable", bytes=len(body))
        return Response(status_code=200)
    verdict = await door.delivery.handle(update)
    if isinstance(verdict, ComeBack):
        return Response(status_code=503, headers={"Retry-After": str(verdict.seconds)})
    return Response(status_code=200)


def _stranger(request: Request, door: TelegramDoor) -> str | None:
    """Why the caller is not Telegram; None if it is."""
    given = request.headers.get(SECRET_HEADER, "")
    if not hmac.compare_digest(given.encode(), door.secret.encode()):
        return "secret"
    if door.networks and not _is_inside(caller_of(request.scope), door.networks):
        return "network"
    return None


def _is_inside(caller: Address | None, networks: Sequence[Network]) -> bool:
    return caller is not None and any(caller in network for network in networks)
