"""Settings: what is wrong or missing is one line that names the variable, and exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from health_navigator.cli import main
from tests.support.process import environment_of, run_program

TOKEN = "123456:AAsecretsecretsecret"


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DATABASE_URL": "mysql://x/y"}, "NAVIGATOR_DATABASE_URL"),
        ({"DATABASE_URL": "nonsense"}, "NAVIGATOR_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://u:short-secret@h:port/x"}, "NAVIGATOR_DATABASE_URL"),
        ({"PORT": "http"}, "NAVIGATOR_PORT"),
        ({"PORT": "70000"}, "NAVIGATOR_PORT"),
        ({"ENCODER": "bert"}, "NAVIGATOR_ENCODER"),
        ({"LOG_FORMAT": "xml"}, "NAVIGATOR_LOG_FORMAT"),
        ({"TELEGRAM_TOKEN": "my-secret-token"}, "NAVIGATOR_TELEGRAM_TOKEN"),
        ({"TELEGRAM_API_URL": "api.telegram.org"}, "NAVIGATOR_TELEGRAM_API_URL"),
        ({"PUBLIC_URL": "bot"}, "NAVIGATOR_PUBLIC_URL"),
        ({"SECRET_KEY": "short-secret"}, "NAVIGATOR_SECRET_KEY"),
        ({"WEBHOOK_SECRET": "with spaces"}, "NAVIGATOR_WEBHOOK_SECRET"),
        (
            {"TELEGRAM_TOKEN": TOKEN, "PUBLIC_URL": "https://bot.example.org"},
            "NAVIGATOR_WEBHOOK_SECRET",
        ),
        ({"DATABASE_URL": "postgresql://localhost/x"}, "NAVIGATOR_SECRET_KEY"),
    ],
)
def test_a_wrong_setting_is_one_line_and_exit_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in environment_of(variables).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["health-navigator", "serve"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert named in told
    assert len(told.strip().splitlines()) == 1
    for secret in (TOKEN, "my-secret-token", "short-secret", "with spaces"):
        assert secret not in told


def test_a_key_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    """As by a full disk: with an empty key anybody could name the chats."""
    settings = {"database_url": f"sqlite:///{tmp_path}/db.sqlite3"}
    (tmp_path / "db.key").write_text("\n")
    result = run_program(tmp_path, "serve", **settings)
    assert result.returncode == 2
    assert "db.key" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_polling_without_a_token_says_what_is_missing(tmp_path: Path) -> None:
    result = run_program(tmp_path, "poll")
    assert result.returncode == 2
    assert "NAVIGATOR_TELEGRAM_TOKEN" in result.stderr


def test_an_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NAVIGATOR_PORT=nonsense\n")
    result = run_program(tmp_path, "serve")
    assert result.returncode == 2
    assert "NAVIGATOR_PORT" in result.stderr
