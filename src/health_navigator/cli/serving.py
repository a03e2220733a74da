"""serve and poll: the program itself."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from socket import socket

import uvicorn
from typer import Exit, echo

from health_navigator import heap
from health_navigator.app import create_app
from health_navigator.config import Settings, read_settings
from health_navigator.errors import ConfigurationError, NavigatorError
from health_navigator.middleware import BoundedProtocol
from health_navigator.observability import configure_logging

_LOOK_SECONDS = 0.1


class _Server(uvicorn.Server):
    """Also stops when told to while it starts: the very first start learns for half a minute."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        starting = asyncio.create_task(super().startup(sockets))
        while not (starting.done() or self.should_exit):
            await asyncio.wait([starting], timeout=_LOOK_SECONDS)
        if starting.done():
            await starting


def serve() -> None:
    """Serve the page, the API and, with a token, Telegram."""
    _serve(read_settings())


def poll() -> None:
    """Serve like `serve`, but ask Telegram for updates even where PUBLIC_URL is set."""
    settings = read_settings()
    if settings.telegram_token is None:
        raise ConfigurationError("NAVIGATOR_TELEGRAM_TOKEN is missing: BotFather gives one")
    _serve(settings.model_copy(update={"public_url": None}))


def _serve(settings: Settings) -> None:
    heap.share()
    configure_logging(settings.log_format)
    # If no key can be had, say so before anything starts.
    settings.keys()
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=",".join(settings.trusted_proxies),
        http=BoundedProtocol,
        ws="none",
        timeout_graceful_shutdown=10,
    )
    server = _Server(config)
    with suppress(SystemExit):
        server.run()
    if not (server.started or server.should_exit):
        error = getattr(app.state, "start_error", None)
        if isinstance(error, NavigatorError):
            raise error
        echo(f"not started {_why(error, settings)}", err=True)
        raise Exit(1)


def _why(error: Exception | None, settings: Settings) -> str:
    if error is not None:
        return f"({type(error).__name__}): `health-navigator doctor` says why"
    place = f"{settings.host}:{settings.port}"
    return f"at {place}: is it in use? See NAVIGATOR_HOST and NAVIGATOR_PORT"
