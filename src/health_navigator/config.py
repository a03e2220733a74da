"""Settings, read once at the top from NAVIGATOR_ variables or .env."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from health_navigator.errors import ConfigurationError
from health_navigator.shipped import shipped

PREFIX = "NAVIGATOR_"
DEFAULT_DATABASE_URL = "sqlite:///var/health-navigator.sqlite3"
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
SECRET_LENGTH = 32
# The characters that Telegram accepts for setWebhook's secret_token.
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Settings(BaseSettings):
    """What an operator decides. Fields are named like their variables, without the prefix."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: Annotated[str, Field(repr=False)] = DEFAULT_DATABASE_URL
    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    webhook_secret: SecretStr | None = None
    public_url: str | None = None
    secret_key: SecretStr | None = None
    secret_key_previous: SecretStr | None = None
    knowledge_dir: Path = Field(default_factory=lambda: shipped("knowledge"))
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    log_format: Literal["json", "console"] = "json"
    encoder: Literal["auto", "none"] = "auto"
    # Addresses or networks of the reverse proxies whose X-Forwarded-For is believed.
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1",)
    # Networks that may call the webhook; if empty, any may and the secret alone decides.
    webhook_networks: Annotated[tuple[str, ...], NoDecode] = ()
    # A second person approves each change. If false, one person may approve their own, and the
    # audit says so.
    four_eyes: bool = True

    @field_validator("trusted_proxies", "webhook_networks", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies", "webhook_networks")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network)
            except ValueError:
                raise PydanticCustomError(
                    "network", "write addresses or networks such as 10.0.0.1, 149.154.160.0/20"
                ) from None
        return value

    @field_validator("database_url")
    @classmethod
    def _with_async_driver(cls, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        driver = _DRIVERS.get(scheme.split("+")[0])
        if not separator or driver is None or not _is_database_url(value):
            raise PydanticCustomError(
                "database_url", "write sqlite:///FILE or postgresql://USER@HOST/NAME"
            )
        place, mark, options = rest.partition("?")
        # libpq, and so every provider's console, says sslmode; asyncpg says ssl.
        return f"{driver}://{place}{mark}{options.replace('sslmode=', 'ssl=')}"

    @field_validator("telegram_api_url", "public_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise PydanticCustomError(
                "web_address", "write a whole address such as https://bot.example.org"
            )
        return value.rstrip("/")

    @field_validator("telegram_token")
    @classmethod
    def _is_bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().partition(":")[0].isdigit():
            raise PydanticCustomError(
                "token", "this is no bot token; BotFather gives one like 123456:ABC..."
            )
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _is_webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not _WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise PydanticCustomError("secret", "write 1 to 256 of the characters A-Z a-z 0-9 _ -")
        return value

    @field_validator("secret_key", "secret_key_previous")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < SECRET_LENGTH:
            raise PydanticCustomError("short", f"write at least {SECRET_LENGTH} characters")
        return value

    @model_validator(mode="after")
    def _has_the_secrets_it_needs(self) -> Self:
        if self.uses_webhook and self.webhook_secret is None:
            raise _missing(
                "WEBHOOK_SECRET", "Telegram's calls to PUBLIC_URL cannot be told from others'"
            )
        if self.is_shared and self.secret_key is None:
            raise _missing("SECRET_KEY", "several processes must hash chats with the same key")
        return self

    @property
    def uses_webhook(self) -> bool:
        return self.telegram_token is not None and self.public_url is not None

    @property
    def is_shared(self) -> bool:
        """Whether several processes may share the database."""
        return self.database_url.startswith("postgresql")

    def keys(self) -> tuple[bytes, ...]:
        """The secret keys, the current one first; without any, one is made and kept in a file."""
        current = self.secret_key.get_secret_value() if self.secret_key else self._kept_key()
        previous = [self.secret_key_previous.get_secret_value()] if self.secret_key_previous else []
        return tuple(key.encode() for key in (current, *previous))

    def kept_key_path(self) -> Path:
        """Where the key is kept if no variable gives it."""
        return Path(urlsplit(self.database_url).path[1:] or "var/memory").with_suffix(".key")

    def _kept_key(self) -> str:
        path = self.kept_key_path()
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(SECRET_LENGTH))
        key = path.read_text().strip()
        if len(key) < SECRET_LENGTH:
            raise ConfigurationError(f"{path} holds no whole key: delete it, and another is made")
        return key


def _write_once(path: Path, text: str) -> None:
    """Write all of it or nothing; of processes that start together, the first one's text stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A temporary file is created readable by its owner alone.
    with NamedTemporaryFile("w", dir=path.parent, encoding="utf-8") as written:
        written.write(text)
        written.flush()
        with suppress(FileExistsError):
            os.link(written.name, path)


def _is_database_url(value: str) -> bool:
    try:
        make_url(value)
    except (ArgumentError, ValueError):
        return False
    return True


def _missing(name: str, why: str) -> PydanticCustomError:
    return PydanticCustomError(
        "missing", "{name} is missing: {why}", {"name": PREFIX + name, "why": why}
    )


def read_settings(**overrides: object) -> Settings:
    """The settings of this process; raises a one-line ConfigurationError that holds no secret."""
    try:
        return Settings(_secrets_dir=_secrets_folder(), **overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ConfigurationError(_one_line(first)) from None


def _secrets_folder() -> Path | None:
    """The folder of secrets, one file per variable, as containers and systemd provide them."""
    name = PREFIX + "SECRETS_DIR"
    folder = os.environ.get(name)
    if folder and not Path(folder).is_dir():
        raise ConfigurationError(f"{name} is wrong: there is no such folder")
    return Path(folder) if folder else None


def _one_line(error: Mapping[str, object]) -> str:
    loc = error["loc"]
    message = str(error["msg"])
    if not isinstance(loc, tuple) or not loc:
        return message
    return f"{PREFIX}{str(loc[0]).upper()} is wrong: {message}"
