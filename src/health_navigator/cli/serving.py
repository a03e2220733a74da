"""serve and poll: the program itself."""

from __future__ import annotations

from contextlib import suppress

import uvicorn
from typer import Exit, echo

from health_navigator import memory
from health_navigator.app import create_app
from health_navigator.config import Settings, read_settings
from health_navigator.doorway import BoundedProtocol
from health_navigator.errors import ConfigurationError, NavigatorError
from health_navigator.observability import configure_logging


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
    memory.share()
    configure_logging(settings.log_format)
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
    server = uvicorn.Server(config)
    with suppress(SystemExit):
        server.run()
    error = getattr(app.state, "start_error", None)
    if isinstance(error, NavigatorError):
        raise error
    if error is not None:
        echo(f"not started ({type(error).__name__}): `health-navigator doctor` says why", err=True)
    if not server.started:
        raise Exit(1)
