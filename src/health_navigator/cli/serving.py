"""serve and poll: the program itself."""

from __future__ import annotations

import uvicorn
from typer import Exit

from health_navigator.app import create_app
from health_navigator.config import Settings, read_settings
from health_navigator.doorway import BoundedProtocol
from health_navigator.errors import ConfigurationError
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
    configure_logging(settings.log_format)
    settings.keys()
    config = uvicorn.Config(
        create_app(settings),
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
    server.run()
    if not server.started:
        raise Exit(1)
