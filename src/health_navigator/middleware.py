"""What holds for every request: who calls, how much and how long they send, security headers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from starlette.exceptions import HTTPException
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 16_384
HEAD_SECONDS = 10.0
MAX_BODY = 1_000_000
BODY_SECONDS = 20.0
# Staff bring whole spreadsheets.
STAFF_PATHS = ("/admin", "/api/v1/admin")
MAX_STAFF_BODY = 10_000_000

# A page relaxes what it needs with its own policy; nothing else may run or be framed.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# What a page of ours needs.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Address = IPv4Address | IPv6Address


def caller_of(scope: Scope) -> Address | None:
    """The caller's address, as far as the proxies on the way are trusted."""
    host, _ = scope.get("client") or ("", 0)
    try:
        address = ip_address(host)
    except ValueError:  # a Unix socket, or whatever a proxy wrote
        return None
    # A dual-stack socket shows IPv4 callers as ::ffff:a.b.c.d.
    return getattr(address, "ipv4_mapped", None) or address


def connection_of(caller: Address) -> bytes:
    """All of an IPv4 address; of an IPv6 one the /64, which is what one connection is given."""
    return caller.packed[:8]


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's fast protocol with limits: by itself it waits for ever for a head without end."""

    _head_bytes = 0
    _header_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_timer is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_timer is not None and self._head_bytes > MAX_HEAD:
            self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._head_timer is None:
            self._begin_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEAD:
            raise ValueError("the head is too large")  # the parser's caller answers 400
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._end_head()
        super().on_headers_complete()

    def _begin_head(self) -> None:
        self._head_bytes = self._header_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._refuse, _TOO_SLOW)

    def _end_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, answer: bytes) -> None:
        self._end_head()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


class RequestLimits:
    """Bounds each request's body in size and time, and adds the security headers to its answer."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = MAX_STAFF_BODY if scope["path"].startswith(STAFF_PATHS) else MAX_BODY
        await self._app(scope, _bounded(receive, limit), _with_headers(send))


class LazyRoutes:
    """Loads a part of the program when one of its paths is first requested."""

    def __init__(
        self, app: Application, paths: tuple[str, ...], load: Callable[[], Awaitable[None]]
    ) -> None:
        self._app = app
        self._paths = paths
        self._load = load
        self._loading = asyncio.Lock()
        self._is_loaded = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_loaded and scope.get("path", "").startswith(self._paths):
            async with self._loading:
                if not self._is_loaded:
                    await self._load()
                    self._is_loaded = True
        await self._app(scope, receive, send)


def _bounded(receive: Receive, limit: int) -> Receive:
    received = 0
    is_whole = False
    deadline = asyncio.get_running_loop().time() + BODY_SECONDS

    async def receive_bounded() -> Message:
        nonlocal received, is_whole
        if is_whole:  # only the end of the connection can follow, whenever it comes
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, "the body did not arrive in time") from None
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413, f"the body has more than {limit} bytes")
        is_whole = not message.get("more_body", False)
        return message

    return receive_bounded


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name for name, _ in message["headers"]}
            added = (header for header in _RAW_HEADERS if header[0] not in own)
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return send_with_headers
