"""HTTP to the Bot API over aiohttp, several times faster than the library's default client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData

from health_navigator.observability import Metrics
from health_navigator.telegram_bot.pace import Pace

OFFICIAL_URL = "https://api.telegram.org"
_CONNECT_SECONDS = 5.0
_READ_SECONDS = 10.0


class AiohttpRequest(BaseRequest):
    """Requests of python-telegram-bot's Bot over one pool of connections."""

    def __init__(self, metrics: Metrics, connections: int = 100) -> None:
        self._metrics = metrics
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return _READ_SECONDS

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NetworkError("the connection to Telegram is not open")
        seconds = read_timeout if isinstance(read_timeout, int | float) else _READ_SECONDS
        timeout = aiohttp.ClientTimeout(total=_CONNECT_SECONDS + seconds, connect=_CONNECT_SECONDS)
        parameters = request_data.parameters if request_data else None
        try:
            async with self._session.request(
                method, url, json=parameters, timeout=timeout
            ) as response:
                if response.status >= HTTPStatus.BAD_REQUEST:
                    self._count(url, str(response.status))
                return response.status, await response.read()
        except TimeoutError as error:
            self._count(url, "timeout")
            raise TimedOut from error
        except aiohttp.ClientError as error:
            self._count(url, type(error).__name__)
            # Only the class: such an error's text holds the address, and that holds the token.
            raise NetworkError(type(error).__name__) from None

    def _count(self, url: str, error: str) -> None:
        method = url.rpartition("/")[2]
        self._metrics.telegram_errors.labels(method=method, error=error).inc()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """Like the library's, but silent: what Telegram sent must not reach the log."""
        try:
            parsed = json.loads(payload)
        except ValueError:
            raise TelegramError("Telegram's answer was not JSON") from None
        if not isinstance(parsed, dict):
            raise TelegramError("Telegram's answer was not an object")
        return parsed


class PlainBot(ExtBot[None]):
    """The library's Bot, which can also exchange plain JSON with Telegram's server."""

    @property
    def private_link(self) -> str | None:
        """The link for people in a group; None until Telegram has told us our name."""
        try:
            return self.link
        except RuntimeError:
            return None

    async def post_message(self, message: Mapping[str, Any]) -> None:
        """Call sendMessage with these parameters.

        The library's own method would build objects for the buttons and for Telegram's whole
        answer, which costs more than sending it and is of no use to us.
        """
        await self._post("sendMessage", dict(message))

    async def fetch_updates(
        self, offset: int, seconds: int, allowed: Sequence[str]
    ) -> list[dict[str, Any]]:
        """The updates as Telegram sent them.

        For one update that it cannot read, the library drops the whole batch and writes it to the
        log.
        """
        data = {"offset": offset, "timeout": seconds, "allowed_updates": list(allowed)}
        fetched = await self._post("getUpdates", data, read_timeout=_READ_SECONDS + seconds)
        listed = fetched if isinstance(fetched, list) else []
        return [each for each in listed if isinstance(each, dict)]


@asynccontextmanager
async def open_bot(token: str, api_url: str, metrics: Metrics) -> AsyncIterator[PlainBot]:
    """The library's Bot over one pool of connections, closed when the block ends.

    Telegram's own server sets a pace; a self-hosted Bot API server sets none.
    """
    request = AiohttpRequest(metrics)
    await request.initialize()
    try:
        yield PlainBot(
            token,
            base_url=f"{api_url}/bot",
            request=request,
            get_updates_request=request,
            rate_limiter=Pace() if api_url == OFFICIAL_URL else None,
        )
    finally:
        await request.shutdown()
