"""Who may come in, with how much and for how long; and what nobody ever gets to see."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from health_navigator import middleware
from health_navigator.config import read_settings
from health_navigator.errors import ConfigurationError
from health_navigator.telegram_bot.webhook import SECRET_HEADER
from tests.support.process import free_port
from tests.support.server import KEY, SECRET, TOKEN, Program, settings_for, telegram_settings
from tests.support.telegram import Person, TelegramStandIn
from tests.support.waiting import PATIENCE, wait_until

WEBHOOK = "/telegram/webhook"


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], "ñ"])
def test_the_webhook_opens_to_its_secret_alone(
    sqlite_bot: Program, telegram: TelegramStandIn, ana: Person, secret: str
) -> None:
    headers = [(SECRET_HEADER.encode(), secret.encode())] if secret else []
    response = sqlite_bot.client.post(WEBHOOK, json=ana.writes("hola"), headers=headers)
    assert response.status_code == 403
    assert not telegram.sent(ana.chat_id)
    assert 'refused_calls_total{why="secret"}' in sqlite_bot.client.get("/metrics").text


@pytest.fixture(scope="module")
def fenced(
    tmp_path_factory: pytest.TempPathFactory, shared_telegram: TelegramStandIn, few_entries: Path
) -> Iterator[Program]:
    """A bot that takes updates from Telegram's networks only, behind a proxy on loopback."""
    values = telegram_settings(
        shared_telegram.url,
        knowledge_dir=few_entries,
        webhook_networks=("149.154.160.0/20",),
        trusted_proxies=("127.0.0.1",),
    )
    with Program(settings_for(tmp_path_factory.mktemp("fenced"), **values)).running() as program:
        yield program


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ("149.154.167.220", 200),
        ("::ffff:149.154.167.220", 200),
        ("8.8.8.8", 403),
        # What the caller wrote comes before what the proxy saw.
        ("149.154.167.220, 8.8.8.8", 403),
        ("nobody", 403),
        (None, 403),
    ],
)
def test_the_webhook_opens_to_telegrams_networks_alone(
    fenced: Program, ana: Person, claims: str | None, status: int
) -> None:
    headers = {SECRET_HEADER: SECRET} | ({"X-Forwarded-For": claims} if claims else {})
    response = fenced.client.post(WEBHOOK, json=ana.blocks(), headers=headers)
    assert response.status_code == status


def test_a_large_body_is_refused(sqlite_bot: Program) -> None:
    """On every path, whether its length is announced or not."""
    body = b"x" * (middleware.MAX_BODY + 1)
    for path, kind in (("/", "x-www-form-urlencoded"), ("/api/v1/ask", "json"), (WEBHOOK, "json")):
        headers = {SECRET_HEADER: SECRET, "Content-Type": f"application/{kind}"}
        assert sqlite_bot.client.post(path, content=body, headers=headers).status_code == 413
        chunks = iter([body[: len(body) // 2], body[len(body) // 2 :]])
        assert sqlite_bot.client.post(path, content=chunks, headers=headers).status_code == 413


def test_staff_may_bring_more(sqlite_bot: Program) -> None:
    """A spreadsheet passes the limits, to be judged behind it; an endless one does not."""
    for size, is_too_large in (
        (middleware.MAX_BODY + 1, False),
        (middleware.MAX_STAFF_BODY + 1, True),
    ):
        sheet = {"file": ("answers.csv", b"x" * size)}
        response = sqlite_bot.client.post("/api/v1/admin/import", files=sheet)
        assert (response.status_code == 413) is is_too_large


def raw(program: Program) -> socket.socket:
    return socket.create_connection(("127.0.0.1", program.client.base_url.port or 0), timeout=30)


def answer_to(connection: socket.socket) -> bytes:
    with connection:
        return connection.recv(100)


def test_a_call_that_is_cut_is_no_failure_of_ours(
    sqlite_bot: Program, ana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    with raw(sqlite_bot) as connection:
        head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\n"
        connection.sendall(f"{head}Content-Length: 500\r\n\r\n{{".encode())
    cut = 'navigator_refused_calls_total{why="cut"} 1.0'
    wait_until(lambda: cut in sqlite_bot.client.get("/metrics").text)
    assert sqlite_bot.post_update(ana.writes("hola")).status_code == 200
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_large_head_is_refused(sqlite_bot: Program) -> None:
    connection = raw(sqlite_bot)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n")
    assert b" 4" in answer_to(connection)[:12]


def test_a_head_without_end_is_refused(sqlite_bot: Program) -> None:
    """It is refused before it has filled any memory."""
    connection = raw(sqlite_bot)
    connection.sendall(b"GET / HTTP/1.1\r\nX-Endless: ")
    sent = 0
    try:
        while sent < 10_000_000:
            sent += connection.send(b"x" * 10_000)
    except (ConnectionError, TimeoutError):
        pass
    assert sent < 10_000_000
    connection.close()


def test_a_slow_head_is_refused(sqlite_bot: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "HEAD_SECONDS", 0.2)
    connection = raw(sqlite_bot)
    started = time.monotonic()
    connection.sendall(b"GET / HT")
    assert b" 408 " in answer_to(connection)
    assert time.monotonic() - started < 5


def test_a_slow_body_is_refused(sqlite_bot: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.2)
    connection = raw(sqlite_bot)
    connection.sendall(
        b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    assert b" 408 " in answer_to(connection)


def test_a_connection_is_used_again_and_again(sqlite_bot: Program) -> None:
    """The limits apply to each request by itself."""
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Some: " + b"x" * 9_000 + b"\r\n\r\n"
    with raw(sqlite_bot) as connection:
        for _ in range(4):
            connection.sendall(request)
            answer = b""
            while b'"ok"}' not in answer:
                answer += connection.recv(4_096)
            assert answer.startswith(b"HTTP/1.1 200 ")


def test_no_websocket_is_opened(sqlite_bot: Program) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x"}
    assert sqlite_bot.client.get("/", headers=headers).status_code != 101


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/static/chat.css", 200),
        ("GET", "/static/nothing", 404),
        ("GET", "/api/v1/entries", 200),
        ("GET", "/api/v1/entries/nothing", 404),
        ("POST", "/api/v1/ask", 422),
        ("GET", "/nothing", 404),
        ("DELETE", "/", 405),
        ("GET", "/openapi.json", 200),
        ("GET", "/healthz", 200),
        ("POST", WEBHOOK, 403),
        ("GET", "/admin", 401),
        ("GET", "/admin/entrar", 200),
        ("GET", "/admin/nothing", 401),
        ("POST", "/admin/entrar", 401),
        ("GET", "/api/v1/admin/me", 401),
        ("GET", "/api/v1/admin/nothing", 404),
    ],
)
def test_every_answer_has_the_security_headers(
    sqlite_bot: Program, method: str, path: str, status: int
) -> None:
    answer = sqlite_bot.client.request(method, path)
    assert answer.status_code == status
    headers = answer.headers
    for name in middleware.HEADERS:
        assert name in headers, name
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "http" not in policy


def test_the_page_asks_no_third_party(sqlite_bot: Program) -> None:
    """Nothing is inline either, so that the policy can forbid it."""
    html = sqlite_bot.client.get("/").text
    assert 'src="http' not in html
    assert '<link rel="stylesheet" href="http' not in html
    for inline in (" style=", " onclick=", " onload=", "<style", "javascript:"):
        assert inline not in html
    assert "<script>" not in html


def test_what_a_person_writes_is_never_markup(sqlite_bot: Program) -> None:
    html = sqlite_bot.client.post("/", data={"text": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_the_cookie_of_the_page(sqlite_bot: Program) -> None:
    """Out of reach for scripts and other sites, gone with the browser; secure behind TLS."""
    plain = httpx.get(sqlite_bot.client.base_url).headers["Set-Cookie"]
    secure = httpx.get(sqlite_bot.client.base_url, headers={"X-Forwarded-Proto": "https"}).headers[
        "Set-Cookie"
    ]
    assert "HttpOnly" in plain
    assert "samesite=strict" in plain.lower()
    assert "max-age" not in plain.lower()
    assert "expires" not in plain.lower()
    assert "Secure" in secure


def test_an_invalid_request_is_not_echoed(sqlite_bot: Program) -> None:
    secret = "PALABRA-SECRETA"
    for body in ({"text": [secret]}, {"text": secret * 400}, {"text": "x", "latitude": secret}):
        response = sqlite_bot.client.post("/api/v1/ask", json=body)
        assert response.status_code == 422
        assert secret not in response.text


SECRETS = {
    "NAVIGATOR_TELEGRAM_TOKEN": "geheim-token",
    "NAVIGATOR_WEBHOOK_SECRET": "geheim secret",
    "NAVIGATOR_SECRET_KEY": "geheim-key",
    "NAVIGATOR_SECRET_KEY_PREVIOUS": "geheim-old",
    "NAVIGATOR_DATABASE_URL": "mysql://u:geheim-word@h/d",
    "NAVIGATOR_PUBLIC_URL": "geheim-url",
    "NAVIGATOR_TRUSTED_PROXIES": "geheim-proxy",
    "NAVIGATOR_WEBHOOK_NETWORKS": "149.154.160.0/99",
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_wrong_setting_is_named_and_never_shown(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, SECRETS[name])
    with pytest.raises(ConfigurationError) as raised:
        read_settings()
    assert name in str(raised.value)
    assert "geheim" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_settings_never_show_their_secrets(tmp_path: Path) -> None:
    """Not even where a debugger or a trace prints them."""
    values = telegram_settings("https://t.example")
    settings = settings_for(
        tmp_path, **values | {"database_url": "postgresql://u:geheim@h/d", "secret_key": "k" * 40}
    )
    for secret in (TOKEN, SECRET, "k" * 40, "geheim"):
        assert secret not in repr(settings)
        assert secret not in str(settings)


def test_secrets_are_read_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As containers and systemd provide them: not in the environment, not as an argument."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "NAVIGATOR_TELEGRAM_TOKEN").write_text(TOKEN + "\n")
    monkeypatch.setenv("NAVIGATOR_SECRETS_DIR", str(tmp_path))
    token = read_settings().telegram_token
    assert token is not None
    assert token.get_secret_value() == TOKEN
    monkeypatch.setenv("NAVIGATOR_SECRETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigurationError, match="NAVIGATOR_SECRETS_DIR"):
        read_settings()


def test_nothing_secret_is_an_argument(tmp_path: Path, few_entries: Path) -> None:
    """Everybody on a machine can read /proc/PID/cmdline; nor does the log hold a secret."""
    secrets = {
        "NAVIGATOR_TELEGRAM_TOKEN": TOKEN,
        "NAVIGATOR_SECRET_KEY": KEY,
    }
    environment = {
        "PATH": os.environ["PATH"],
        "NAVIGATOR_TELEGRAM_API_URL": "http://127.0.0.1:1",
        "NAVIGATOR_KNOWLEDGE_DIR": str(few_entries),
        "NAVIGATOR_ENCODER": "none",
        "NAVIGATOR_PORT": str(free_port()),
        **secrets,
    }
    command = [sys.executable, "-m", "health_navigator.cli", "serve"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until(lambda: "polling.failed" in (tmp_path / "log").read_text())
            arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
        finally:
            process.terminate()
            process.wait(PATIENCE)
    text = (tmp_path / "log").read_text()
    for secret in secrets.values():
        assert secret not in arguments
        assert secret not in text


def test_new_files_are_for_their_owner_alone(tmp_path: Path, sqlite_bot: Program) -> None:
    path = Path(sqlite_bot.settings.database_url.partition(":///")[2])
    for file in path.parent.glob("test.sqlite3*"):
        assert file.stat().st_mode & 0o077 == 0, file
