"""One address cannot take the page and the API for itself, and nobody else notices the attempt."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from health_navigator import rate_limit
from health_navigator.middleware import HEADERS, Receive, Scope, Send
from health_navigator.rate_limit import BURST, MOST_CALLERS, Buckets, RateLimit
from tests.support.clock import Clock
from tests.support.server import Program, settings_for
from tests.support.waiting import until

ENTRIES = "/api/v1/entries?limit=1"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The rate limit's clock, which stands still."""
    clock = Clock()
    monkeypatch.setattr(rate_limit, "monotonic", clock)
    return clock


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, few_entries: Path) -> Iterator[Program]:
    """A program behind a proxy on loopback, which says who calls."""
    folder = tmp_path_factory.mktemp("flooded")
    with Program(settings_for(folder, knowledge_dir=few_entries)).running() as program:
        yield program


@pytest.fixture(scope="module")
def addresses() -> Iterator[str]:
    return (f"203.0.113.{number}" for number in count(1))


@pytest.fixture
def address(addresses: Iterator[str]) -> str:
    """An address from which nobody has called yet."""
    return next(addresses)


def call(
    program: Program, address: str, path: str = ENTRIES, method: str = "GET"
) -> httpx.Response:
    return program.client.request(method, path, headers={"X-Forwarded-For": address})


def statuses(program: Program, address: str, times: int = BURST) -> list[int]:
    return [call(program, address).status_code for _ in range(times)]


@pytest.fixture
def flooding(program: Program, clock: Clock, address: str) -> str:
    """An address that has used up its turns."""
    assert set(statuses(program, address)) == {200}
    return address


def test_a_whole_burst_then_two_a_second(program: Program, clock: Clock, flooding: str) -> None:
    assert statuses(program, flooding, 3) == [429] * 3
    clock.now += 1
    assert statuses(program, flooding, 4) == [200, 200, 429, 429]
    clock.now += 3_600
    assert statuses(program, flooding, BURST + 1) == [200] * BURST + [429]


def test_after_the_wait_that_it_names_it_answers(
    program: Program, clock: Clock, flooding: str
) -> None:
    clock.now += int(call(program, flooding).headers["Retry-After"])
    assert call(program, flooding).status_code == 200


def test_a_program_is_refused_as_the_document_says(program: Program, flooding: str) -> None:
    refused = call(program, flooding, "/api/v1/ask", "POST")
    assert refused.status_code == 429
    assert isinstance(refused.json()["detail"], str)
    document = program.client.get("/openapi.json").json()
    operations = [each for path in document["paths"].values() for each in path.values()]
    public = [each["responses"]["429"] for each in operations if "public" in each.get("tags", ())]
    assert len(public) >= 5
    assert all("Retry-After" in each["headers"] for each in public)
    assert all("TooFastOut" in str(each["content"]) for each in public)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_is_refused_on_the_page_reads_whom_to_call(
    program: Program, flooding: str, method: str
) -> None:
    """The page and the API count the same turns."""
    refused = call(program, flooding, "/", method)
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Espera unos segundos" in refused.text
    assert "106 o 116 · ambulancia" in refused.text
    assert all(name in refused.headers for name in HEADERS)


def test_others_are_answered_meanwhile(
    program: Program, flooding: str, addresses: Iterator[str]
) -> None:
    assert call(program, flooding).status_code == 429
    assert call(program, next(addresses)).status_code == 200


def test_an_address_can_not_choose_another(program: Program, flooding: str) -> None:
    """What the caller wrote comes before what the proxy saw."""
    assert call(program, f"8.8.8.8, {flooding}").status_code == 429


@pytest.mark.parametrize(
    "path",
    [
        "/static/chat.css",
        "/healthz",
        "/readyz",
        "/metrics",
        "/telegram/webhook",
        "/admin/login",
        "/api/v1/admin/session",
    ],
)
def test_other_doors_stay_open(program: Program, flooding: str, path: str) -> None:
    for method in ("GET", "POST"):
        assert call(program, flooding, path, method).status_code != 429


@pytest.mark.parametrize(
    ("first", "second", "is_one_caller"),
    [
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", True),
        ("2001:db8:2:1::1", "2001:db8:2:2::1", False),
        ("198.51.100.1", "::ffff:198.51.100.1", True),
        ("198.51.100.2", "198.51.100.3", False),
    ],
)
def test_what_counts_as_one_caller(
    program: Program, clock: Clock, first: str, second: str, is_one_caller: bool
) -> None:
    statuses(program, first)
    assert statuses(program, second, 1) == [429 if is_one_caller else 200]


@pytest.mark.parametrize(
    "neighbour",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.30.7.2",
        "192.168.1.1",
        "100.64.0.1",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:10.1.2.3",
        "nobody",
    ],
)
def test_neighbours_are_not_limited(program: Program, clock: Clock, neighbour: str) -> None:
    """Anybody may be behind each of them."""
    assert set(statuses(program, neighbour, BURST + 5)) == {200}


def test_nothing_is_read_of_what_is_refused(program: Program, flooding: str) -> None:
    """The answer comes although the body never arrives."""
    with socket.create_connection(("127.0.0.1", program.client.base_url.port or 0), 30) as line:
        line.sendall(
            b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"X-Forwarded-For: %b\r\nContent-Length: 1000000\r\n\r\n{" % flooding.encode()
        )
        assert line.recv(100).startswith(b"HTTP/1.1 429 ")


def test_refusals_are_counted_and_no_address_is_shown(program: Program, flooding: str) -> None:
    def refusals() -> float:
        figures = program.client.get("/metrics").text
        assert flooding not in figures
        return float(figures.split('refused_calls_total{why="flood"} ')[1].split()[0])

    call(program, flooding)
    before = refusals()
    call(program, flooding)
    assert refusals() == before + 1


def test_beyond_so_many_callers_newcomers_pass_uncounted(
    program: Program, flooding: str, addresses: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "MOST_CALLERS", 1)
    assert set(statuses(program, next(addresses), BURST + 5)) == {200}
    assert call(program, flooding).status_code == 429


def test_a_million_made_up_addresses_fill_no_memory() -> None:
    turns = Buckets()
    for number in range(1_000_000):
        turns.take(number.to_bytes(8), 1_000.0)
    assert len(turns) == MOST_CALLERS
    turns.forget(1_000.5)
    assert len(turns) == 0


async def nothing() -> dict[str, object]:
    return {"type": "http.request"}


async def nowhere(_message: object) -> None:
    """Send to nobody."""


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """The smallest application."""
    await Response(status_code=200)(scope, receive, send)


def refuse(_request: Request, _seconds: int) -> Response:
    return Response(status_code=429)


async def test_addresses_are_forgotten_though_nobody_comes_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate_limit, "A_SECOND", 1_000.0)
    gate = RateLimit(answer, refuse)
    scope = {"type": "http", "path": "/", "client": ("198.51.100.9", 1)}
    for _ in range(BURST):
        await gate(scope, nothing, nowhere)
    assert len(gate._turns) == 1
    await until(lambda: not len(gate._turns))
