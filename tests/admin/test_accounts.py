"""Logging in and out: passwords, throttling, cookies, tokens, and the commands for people."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import passwords, tables
from health_navigator.admin.sessions import ABSOLUTE, COOKIE, IDLE
from health_navigator.admin.tables import ApiToken, FailedLogin, StaffSession
from tests.admin.conftest import API, Person, Staff, run_command, serving
from tests.support.passwords import slow_hasher
from tests.support.server import KEY, Program, settings_for
from tests.support.waiting import PATIENCE, wait_until

PASSWORD = "seis gatos miran la luna"
LUCIA = {"name": "lucia", "role": "editor", "password": PASSWORD}


@pytest.fixture
def browser(staff: Staff) -> Iterator[httpx.Client]:
    """A browser of its own: nobody else's cookies, no failures before."""
    staff.in_database(lambda session: session.execute(delete(FailedLogin)))
    with httpx.Client(base_url=staff.client.base_url, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def lucia(staff: Staff) -> str:
    """Somebody with a password."""
    name = staff.new_id("lucia")
    body = {"name": name, "role": "editor", "password": PASSWORD}
    assert staff.ada.post("/people", body).status_code == 201
    return name


def log_in(browser: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    return browser.post(f"{API}/session", json={"name": name, "password": password})


def test_a_login_gives_a_cookie_that_scripts_and_other_sites_cannot_use(
    browser: httpx.Client, lucia: str
) -> None:
    answer = log_in(browser, lucia)
    assert answer.status_code == 200
    assert answer.json()["rights"] == ["edit", "figures", "read"]
    cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert browser.get(f"{API}/me").json()["name"] == lucia


def test_a_cookie_alone_changes_nothing(browser: httpx.Client, lucia: str) -> None:
    csrf = log_in(browser, lucia).json()["csrf"]
    body = {"text": "hola"}
    assert browser.post(f"{API}/try", json=body).status_code == 403
    wrong = {"X-CSRF-Token": "f" * 64}
    assert browser.post(f"{API}/try", json=body, headers=wrong).status_code == 403
    right = {"X-CSRF-Token": csrf}
    assert browser.post(f"{API}/try", json=body, headers=right).status_code == 200


def test_a_stolen_cookie_is_worth_nothing_after_logout(browser: httpx.Client, lucia: str) -> None:
    csrf = log_in(browser, lucia).json()["csrf"]
    stolen = browser.cookies[COOKIE]
    assert browser.delete(f"{API}/session", headers={"X-CSRF-Token": csrf}).status_code == 204
    assert browser.get(f"{API}/me", headers={"Cookie": f"{COOKIE}={stolen}"}).status_code == 401


def test_logging_out_everywhere_ends_every_session(
    staff: Staff, browser: httpx.Client, lucia: str
) -> None:
    with httpx.Client(base_url=browser.base_url, timeout=PATIENCE) as other:
        log_in(other, lucia)
        csrf = log_in(browser, lucia).json()["csrf"]
        ended = browser.delete(f"{API}/sessions", headers={"X-CSRF-Token": csrf})
        assert ended.status_code == 204
        assert other.get(f"{API}/me").status_code == 401


@pytest.mark.parametrize(
    ("column", "age"),
    [("used_at", IDLE + timedelta(minutes=1)), ("began_at", ABSOLUTE + timedelta(minutes=1))],
)
def test_a_session_ends_by_itself(
    staff: Staff, browser: httpx.Client, lucia: str, column: str, age: timedelta
) -> None:
    log_in(browser, lucia)

    async def grow_old(session: AsyncSession) -> None:
        row = await session.scalar(select(StaffSession).where(StaffSession.staff == lucia))
        setattr(row, column, getattr(row, column) - age)

    staff.in_database(grow_old)
    assert browser.get(f"{API}/me").status_code == 401


def test_sessions_and_tokens_outlive_a_change_of_the_secret_key(
    little: Path, tmp_path: Path
) -> None:
    """Old and new key at once; and the staff need not log in again afterwards."""
    values = {"knowledge_dir": little, "secret_key": "o" * 40}
    with serving(settings_for(tmp_path, **values)) as staff:
        assert staff.ada.post("/people", LUCIA).status_code == 201
        assert log_in(staff.client, LUCIA["name"]).status_code == 200
        cookies, bearer = dict(staff.client.cookies), staff.ada.token
    turned = values | {"secret_key": KEY, "secret_key_previous": "o" * 40}
    for changed in (turned, values | {"secret_key": KEY}):
        with Program(settings_for(tmp_path, **changed)).running() as program:
            ada = Person("ada", program.client, bearer).get("/me").json()
            program.client.cookies.update(cookies)
            me = program.client.get(f"{API}/me").json()
        assert (me["name"], ada["name"]) == (LUCIA["name"], "ada")


def test_wrong_name_and_wrong_password_sound_the_same(browser: httpx.Client, lucia: str) -> None:
    wrong = log_in(browser, lucia, "otra cosa muy larga")
    nobody = log_in(browser, "nadie", "otra cosa muy larga")
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json() == nobody.json()


def test_guessing_is_slowed_then_locked_and_an_administrator_unlocks(
    staff: Staff, browser: httpx.Client, lucia: str
) -> None:
    for _ in range(3):
        assert log_in(browser, lucia, "una mala clave").status_code == 401
    locked = log_in(browser, lucia)
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) >= 1
    assert "wait" in locked.json()["detail"]
    assert staff.ada.post(f"/people/{lucia}/reset", {"password": PASSWORD}).status_code == 200
    assert log_in(browser, lucia).status_code == 200


def test_many_names_from_one_address_are_slowed_too(browser: httpx.Client) -> None:
    codes = [log_in(browser, f"nadie{number}", "mala clave").status_code for number in range(13)]
    assert codes[:10] == [401] * 10
    assert codes[-1] == 429


def test_of_tries_that_come_at_once_no_more_are_looked_at(
    staff: Staff, browser: httpx.Client, lucia: str
) -> None:
    for _ in range(3):
        log_in(browser, lucia, "una mala clave")
    an_hour_later(staff)
    with ThreadPoolExecutor(12) as crowd:
        tries = [crowd.submit(log_in, browser, lucia, f"mala clave {at}") for at in range(12)]
        codes = [each.result().status_code for each in tries]
    assert sorted(codes) == [401] + [429] * 11


def an_hour_later(staff: Staff) -> None:
    """As if the last failures were an hour old, and eight in a row."""
    then = datetime.now(UTC) - timedelta(hours=1)
    older = update(FailedLogin).values(times=8, last_at=then)
    staff.in_database(lambda session: session.execute(older))


def test_who_comes_in_costs_an_office_nothing(browser: httpx.Client, lucia: str) -> None:
    for number in range(10):
        assert log_in(browser, f"nadie{number}", "mala clave").status_code == 401
    assert [log_in(browser, lucia).status_code for _ in range(5)] == [200] * 5


def test_who_comes_in_leaves_the_pause_of_others_as_it_was(
    staff: Staff, browser: httpx.Client, lucia: str
) -> None:
    log_in(browser, "nadie", "mala clave")
    an_hour_later(staff)
    assert log_in(browser, lucia).status_code == 200

    async def counted(session: AsyncSession) -> list[tuple[int, datetime]]:
        return [(row.times, row.last_at) for row in await session.scalars(select(FailedLogin))]

    moment = datetime.now(UTC) - timedelta(minutes=30)
    assert all(times == 8 and at < moment for times, at in staff.in_database(counted))


@pytest.mark.parametrize(
    "addresses",
    [
        [f"2001:db8:5:5::{number:x}" for number in range(1, 15)],
        ["198.51.100.7", "::ffff:198.51.100.7"] * 7,
    ],
)
def test_the_addresses_of_one_connection_count_as_one(
    browser: httpx.Client, addresses: list[str]
) -> None:
    codes = []
    for number, address in enumerate(addresses):
        browser.headers["X-Forwarded-For"] = address
        codes.append(log_in(browser, f"nadie{number}", "mala clave").status_code)
    assert codes[:10] == [401] * 10
    assert codes[-1] == 429


def test_questions_do_not_wait_behind_passwords(
    staff: Staff, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    hasher = passwords._hasher()

    class Waiting:
        """Takes as long as it takes to answer a question."""

        def verify(self, password: str, kept: str) -> bool:
            assert answered.wait(PATIENCE)
            return hasher.verify(password, kept)

        def hash(self, password: str) -> str:
            return hasher.hash(password)

    monkeypatch.setattr(passwords, "_hasher", Waiting)
    # As many as the threads that everybody shares, and more.
    crowd_size = min(32, (os.cpu_count() or 1) + 4) + 2
    staff.in_database(lambda session: session.execute(delete(FailedLogin)))
    with ThreadPoolExecutor(crowd_size) as crowd:
        tries = [
            crowd.submit(log_in_from, browser, f"198.51.100.{at}", f"nadie{at}")
            for at in range(crowd_size)
        ]
        wait_until(lambda: counted_tries(staff) >= crowd_size)
        try:
            question = {"text": "me duele una muela"}
            assert staff.client.post("/api/v1/ask", json=question, timeout=30).is_success
        finally:
            answered.set()
        assert {each.result().status_code for each in tries} == {401}


def log_in_from(browser: httpx.Client, address: str, name: str) -> httpx.Response:
    body = {"name": name, "password": "mala clave"}
    return browser.post(f"{API}/session", json=body, headers={"X-Forwarded-For": address})


def counted_tries(staff: Staff) -> int:
    """How many names have failed."""
    rows = select(func.count()).select_from(FailedLogin)
    return (staff.in_database(lambda session: session.scalar(rows)) or 0) // 2


def test_neither_passwords_nor_tokens_nor_names_tried_are_kept(
    staff: Staff, browser: httpx.Client, lucia: str
) -> None:
    log_in(browser, lucia)
    log_in(browser, "mi clave secreta", "x")

    async def everything(session: AsyncSession) -> str:
        every = (tables.Staff, ApiToken, StaffSession, FailedLogin)
        rows = [row for table in every for row in await session.scalars(select(table))]
        return " ".join(str(vars(row)) for row in rows)

    kept = staff.in_database(everything)
    assert PASSWORD not in kept
    assert staff.elena.token not in kept
    assert browser.cookies[COOKIE] not in kept
    assert "mi clave secreta" not in kept


def test_who_steals_the_database_guesses_slowly(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", slow_hasher)
    name = staff.new_id("lenta")
    body = {"name": name, "role": "editor", "password": PASSWORD}
    assert staff.ada.post("/people", body).status_code == 201

    async def kept(session: AsyncSession) -> str:
        return (await session.get_one(tables.Staff, name)).password or ""

    costs = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", staff.in_database(kept))
    assert costs is not None
    # OWASP's least: 19 MiB and two rounds.
    assert int(costs[1]) >= 19 * 1024
    assert int(costs[2]) >= 2


@pytest.mark.parametrize(
    "password",
    [
        "corta",
        "123456789012",
        "aaaaaaaaaaaaaa",
        "contraseña123",
        "Contrasena2026!",
        "p4ssw0rd1234",
        "qwertyuiop12",
        "abcabcabcabc",
        "Bienvenido2026",
        "x" * 500,
    ],
)
def test_easy_passwords_are_refused(staff: Staff, password: str) -> None:
    body = {"name": staff.new_id("p"), "role": "editor", "password": password}
    answer = staff.ada.post("/people", body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["field"] == "password"


def test_a_password_of_ones_own_name_is_refused(staff: Staff) -> None:
    body = {"name": "rosaelvira", "role": "editor", "password": "rosaelvira2026!"}
    assert staff.ada.post("/people", body).status_code == 422


def test_one_changes_ones_own_password(staff: Staff, browser: httpx.Client, lucia: str) -> None:
    headers = {"X-CSRF-Token": log_in(browser, lucia).json()["csrf"]}
    new = "ocho perros cruzan el río"
    path = f"{API}/me/password"
    wrong = browser.put(path, json={"old": "no es esta", "new": new}, headers=headers)
    assert wrong.status_code == 422
    right = browser.put(path, json={"old": PASSWORD, "new": new}, headers=headers)
    assert right.status_code == 204
    assert browser.get(f"{API}/me").status_code == 401
    assert log_in(browser, lucia, new).status_code == 200


def test_a_token_is_shown_once_and_can_be_dropped(staff: Staff) -> None:
    token = staff.elena.post("/me/tokens", {"label": "hoja de cálculo"}).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert staff.client.get(f"{API}/me", headers=headers).json()["name"] == "elena"
    listed = staff.elena.get("/me/tokens")
    assert token not in listed.text
    token_id = next(
        each["id"] for each in listed.json()["items"] if each["label"] != "command line"
    )
    assert staff.elena.call("DELETE", f"/me/tokens/{token_id}").status_code == 204
    assert staff.elena.call("DELETE", f"/me/tokens/{token_id}").status_code == 404
    assert staff.client.get(f"{API}/me", headers=headers).status_code == 401


def test_a_closed_account_lets_nobody_in(staff: Staff, browser: httpx.Client) -> None:
    name = staff.new_id("paso")
    token = staff.ada.post("/people", {"name": name, "role": "editor"}).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert staff.client.get(f"{API}/me", headers=headers).status_code == 200
    assert staff.ada.post(f"/people/{name}/disable").status_code == 204
    assert staff.client.get(f"{API}/me", headers=headers).status_code == 401
    fresh = staff.ada.post(f"/people/{name}/reset").json()["token"]
    headers = {"Authorization": f"Bearer {fresh}"}
    assert staff.client.get(f"{API}/me", headers=headers).status_code == 200


def test_the_last_administrator_stays(staff: Staff) -> None:
    assert staff.ada.post("/people/ada/disable").status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Con Espacio", "role": "editor"}, "name"),
        ({"name": "x", "role": "editor"}, "name"),
        ({"name": "ada", "role": "editor"}, "name"),
        ({"name": "otra", "role": "jefa"}, "role"),
        ({"name": "otra"}, "role"),
        ({"name": "a\u0000b", "role": "editor"}, ""),
    ],
)
def test_a_wrong_account_is_refused_with_its_field(
    staff: Staff, body: dict[str, str], field: str
) -> None:
    answer = staff.ada.post("/people", body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["field"] == field


def test_the_command_prints_the_token_alone_on_its_last_line(staff: Staff) -> None:
    name = staff.new_id("cli")
    made = run_command(staff.program.settings, "add", name, "--role", "editor", "--token")
    assert made.exit_code == 0
    token = made.stdout.splitlines()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    assert staff.client.get(f"{API}/me", headers=headers).json()["name"] == name


def test_the_command_asks_for_a_good_password(staff: Staff, browser: httpx.Client) -> None:
    name = staff.new_id("cli")
    typed = f"corta\ncorta\n{PASSWORD}\n{PASSWORD}\n"
    made = run_command(staff.program.settings, "add", name, "--role", "editor", typed=typed)
    assert made.exit_code == 0
    assert log_in(browser, name).status_code == 200


def test_commands_list_disable_and_reset(staff: Staff, browser: httpx.Client) -> None:
    settings, name = staff.program.settings, staff.new_id("cli")
    assert run_command(settings, "add", name, "--role", "approver", "--token").exit_code == 0
    assert run_command(settings, "disable", name).exit_code == 0
    assert f"{name}\tapprover\tdisabled" in run_command(settings, "list").stdout
    assert run_command(settings, "reset", name, typed=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    assert log_in(browser, name).status_code == 200
    assert run_command(settings, "add", name, "--role", "editor", "--token").exit_code != 0
    assert run_command(settings, "disable", "nadie").exit_code != 0


def test_an_expired_account_cannot_be_revived_by_its_row(
    staff: Staff, browser: httpx.Client, lucia: str
) -> None:
    log_in(browser, lucia)
    close = update(tables.Staff).where(tables.Staff.name == lucia).values(disabled=True)
    staff.in_database(lambda session: session.execute(close))
    assert browser.get(f"{API}/me").status_code == 401
    assert log_in(browser, lucia).status_code == 401
