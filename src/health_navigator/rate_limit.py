"""Limits how often one address may ask; one that floods is told when to come back.

Addresses stay in memory, at most a minute after their last question. Each process counts by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from ipaddress import ip_network
from math import ceil
from time import monotonic

from starlette.requests import Request
from starlette.responses import Response

from health_navigator.middleware import (
    STAFF_PATHS,
    Application,
    Receive,
    Scope,
    Send,
    caller_of,
    connection_of,
)

# A shelter or a mobile operator may show many people as one address. People read an answer for half
# a minute before they ask again, so two requests a second serve some sixty people at once, and take
# less than a thirtieth of what one process answers (docs/speed.md). All sixty may begin together.
A_SECOND = 2.0
BURST = 60
# About a megabyte. While this many are known, newcomers pass uncounted: counting cannot stop a
# flood from more addresses than these, and turning newcomers away would help it.
MOST_CALLERS = 10_000
# A caller from these networks is a neighbour, or a proxy that we were not told to trust, with
# everybody behind it. `is_private` would also spare 6to4 and Teredo, which strangers can use.
_NEIGHBOURS = tuple(
    ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)

Refuse = Callable[[Request, int], Response]


class RateLimit:
    """Lets each caller's requests pass at their pace; `refuse` answers those that come too fast."""

    def __init__(self, app: Application, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse
        self._turns = Buckets()
        self._forgetting: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = _counted(scope)
        wait = self._take(caller) if caller else 0.0
        if wait:
            # Before any of the body is read: a flood must cost nothing.
            await self._refuse(Request(scope), ceil(wait))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _take(self, caller: bytes) -> float:
        self._forgetting = self._forgetting or self._forget_later()
        return self._turns.take(caller, monotonic())

    def _forget_later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(BURST / A_SECOND, self._forget)

    def _forget(self) -> None:
        self._turns.forget(monotonic())
        self._forgetting = self._forget_later() if len(self._turns) else None


class Buckets:
    """When each recent caller's whole burst will be free again (GCRA)."""

    def __init__(self) -> None:
        self._whole_at: dict[bytes, float] = {}

    def __len__(self) -> int:
        return len(self._whole_at)

    def take(self, caller: bytes, now: float) -> float:
        """Seconds until the caller's next turn; 0 where it is now, and taken."""
        whole_at = max(now, self._whole_at.get(caller, now))
        wait = whole_at - now - (BURST - 1) / A_SECOND
        if wait > 0:
            return wait
        if caller in self._whole_at or len(self) < MOST_CALLERS:
            self._whole_at[caller] = whole_at + 1 / A_SECOND
        return 0.0

    def forget(self, now: float) -> None:
        """Forget callers whose whole burst is free again, as it is for anybody unknown."""
        self._whole_at = {caller: at for caller, at in self._whole_at.items() if at > now}


def _counted(scope: Scope) -> bytes | None:
    """The key under which a request is counted; None if it is not limited."""
    if scope["type"] != "http" or not _asks(scope["path"]):
        return None
    caller = caller_of(scope)
    if caller is None or any(caller in network for network in _NEIGHBOURS):
        return None
    return connection_of(caller)


def _asks(path: str) -> bool:
    """Whether strangers ask here for costly work; the staff's paths have their own throttle."""
    return path == "/" or (path.startswith("/api/") and not path.startswith(STAFF_PATHS))
