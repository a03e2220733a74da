"""A soak: people write throughout while processes die, Telegram falters, PostgreSQL restarts.

    .venv/bin/python -m benchmarks.faults --minutes 10 --rate 50

The stand-in does as Telegram does: an update comes again until it is answered 200, a chat's next
update only after that, on at most forty connections. The table holds the results.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import quantiles

import aiohttp
import asyncpg
from aiohttp import web
from tests.support.postgres import Cluster, own_cluster
from tests.support.process import Served, serving
from tests.support.server import SECRET, telegram_settings
from tests.support.telegram import Body, Person, failure, ok

from health_navigator.knowledge.files import read_directory
from health_navigator.knowledge.models import ItemKind
from health_navigator.shipped import shipped
from health_navigator.telegram_bot.webhook import SECRET_HEADER

RESULT = Path(__file__).parent / "results" / "faults.json"
# Each writes too seldom to be a flood: fifteen messages in half a minute would be one.
PEOPLE = 3_000
# What Telegram opens to a webhook by default.
CONNECTIONS = 40
# Telegram's own troubles, as shares of the messages that the bot sends.
TROUBLES = {"429": 0.01, "500": 0.01, "cut": 0.005, "cut after taking it": 0.002, "slow": 0.01}
KILL_EVERY = (20.0, 60.0)
RESTART_EVERY = 120.0
# How long to wait for what is still on its way at the end.
PATIENCE = 240.0


@dataclass
class Delivery:
    """An update on its way to the bot, and the texts that the bot has sent for it."""

    body: Body
    began: float
    texts: Counter[str] = field(default_factory=Counter)


@dataclass
class Soak:
    """Everything that is counted."""

    chance: random.Random
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS))
    in_work: dict[int, Delivery] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    async def telegram(self, request: web.Request) -> web.StreamResponse:
        """The Bot API, mostly without trouble."""
        if request.match_info["method"] != "sendMessage":
            return ok()
        message = await request.json()
        trouble = self._trouble()
        if trouble == "slow":
            await asyncio.sleep(2)
        if trouble == "429":
            return failure(429, "Too Many Requests", retry_after=self.chance.randint(1, 3))
        if trouble == "500":
            return failure(500)
        if trouble != "cut":
            self._take(message)
        if trouble in ("cut", "cut after taking it") and request.transport:
            request.transport.abort()
        return ok({"message_id": 1, "date": 0, "chat": {"id": message["chat_id"]}, "text": ""})

    def _trouble(self) -> str | None:
        names = [*TROUBLES, None]
        shares = [*TROUBLES.values(), 1 - sum(TROUBLES.values())]
        trouble = self.chance.choices(names, shares)[0]
        if trouble is not None:
            self.counts[f"Telegram: {trouble}"] += 1
        return trouble

    def _take(self, message: Body) -> None:
        delivery = self.in_work.get(message["chat_id"])
        if delivery is None:
            self.counts["late"] += 1  # the bot had already said that it was done
        else:
            delivery.texts[message["text"]] += 1

    async def deliver(
        self, client: aiohttp.ClientSession, bots: Sequence[Served], chat: int, body: Body
    ) -> None:
        """Deliver one update until it is taken, however often that must be tried."""
        delivery = self.in_work[chat] = Delivery(body, time.monotonic())
        while (wait := await self._call(client, self.chance.choice(bots), body)) is not None:
            self.counts["redelivered"] += 1
            await asyncio.sleep(wait)
        del self.in_work[chat]
        self.seconds.append(time.monotonic() - delivery.began)
        self.counts["answered" if delivery.texts else "lost"] += 1
        self.counts["twice"] += sum(times - 1 for times in delivery.texts.values())

    async def _call(self, client: aiohttp.ClientSession, bot: Served, body: Body) -> float | None:
        """None if the bot is done with the update, else the seconds after which to come back."""
        try:
            async with self.free, client.post(f"{bot.url}/telegram/webhook", json=body) as response:
                if response.status == 200:
                    return None
                self.counts[f"answered {response.status}"] += 1
                return float(response.headers.get("Retry-After", 1))
        except (aiohttp.ClientError, TimeoutError):
            self.counts["no answer"] += 1
            return 0.5


def questions() -> list[str]:
    items = read_directory(shipped("knowledge"))
    entries = [item.body for item in items if item.kind == ItemKind.ENTRY]
    return [question for entry in entries for question in entry["questions"]]


async def write(soak: Soak, bots: Sequence[Served], rate: float, seconds: float) -> None:
    """Write this many updates a second, whatever becomes of them, then wait for the last."""
    numbers, asked = count(1), questions()
    people = [Person(1_000_000 + n, numbers) for n in range(PEOPLE)]
    order = [asyncio.Lock() for _ in people]
    headers = {SECRET_HEADER: SECRET}
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, headers=headers
    ) as client:

        async def one(number: int) -> None:
            person = people[number % PEOPLE]
            async with order[number % PEOPLE]:
                body = person.writes(soak.chance.choice(asked))
                await soak.deliver(client, bots, person.chat_id, body)

        tasks = []
        began = time.monotonic()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            tasks.append(asyncio.create_task(one(number)))
        soak.counts["sent"] = len(tasks)
        await asyncio.wait(tasks, timeout=PATIENCE)
        soak.counts["unfinished"] = sum(not task.done() for task in tasks)
        for task in tasks:
            task.cancel()


async def kill_at_random(soak: Soak, bots: Sequence[Served]) -> None:
    while True:
        await asyncio.sleep(soak.chance.uniform(*KILL_EVERY))
        bot = soak.chance.choice(bots)
        bot.kill()
        soak.counts["processes killed"] += 1
        # At once, as systemd or Docker would.
        await asyncio.to_thread(bot.start)


async def restart_the_database(soak: Soak, cluster: Cluster) -> None:
    while True:
        await asyncio.sleep(RESTART_EVERY)
        await asyncio.to_thread(cluster.stop, soak.chance.choice(("fast", "immediate")))
        await asyncio.to_thread(cluster.start)
        soak.counts["databases restarted"] += 1


async def run(rate: float, seconds: float, processes: int, seed: int) -> Soak:
    soak = Soak(random.Random(seed))  # noqa: S311  the same kills in every run
    api = web.Application()
    api.router.add_route("*", "/bot{token}/{method}", soak.telegram)
    runner = web.AppRunner(api)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = "http://{}:{}".format(*runner.addresses[0][:2])
    with ExitStack() as stack:
        cluster = await asyncio.to_thread(stack.enter_context, own_cluster())
        settings = telegram_settings(url, database_url=cluster.url)
        bots = []
        for _ in range(processes):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            bots.append(await asyncio.to_thread(stack.enter_context, serving(folder, settings)))
        began = time.monotonic()
        trouble = [kill_at_random(soak, bots), restart_the_database(soak, cluster)]
        tasks = [asyncio.create_task(each) for each in trouble]
        await write(soak, bots, rate, seconds)
        soak.counts["seconds"] = round(time.monotonic() - began)
        for task in tasks:
            task.cancel()
        soak.counts["parked"] = await _parked(cluster.url)
    await runner.cleanup()
    return soak


async def _parked(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        parked = "SELECT count(*) FROM telegram_update WHERE stage = 'parked'"
        return int(await connection.fetchval(parked))
    finally:
        await connection.close()


def told(soak: Soak) -> dict[str, float]:
    """The table, in its order."""
    counts = dict(soak.counts)
    first = ("sent", "answered", "lost", "unfinished", "parked", "twice", "late", "redelivered")
    cuts = quantiles(soak.seconds, n=100)
    rows: dict[str, float] = {name: counts.pop(name, 0) for name in first}
    rows |= {"p50 seconds": round(cuts[49], 2), "p99 seconds": round(cuts[98], 2)}
    rows |= {"slowest seconds": round(max(soak.seconds), 1)}
    rows |= {"answered a second": round(rows["answered"] / counts["seconds"], 1)}
    return rows | dict(sorted(counts.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    soak = asyncio.run(run(chosen.rate, chosen.minutes * 60, chosen.processes, chosen.seed))
    rows = vars(chosen) | told(soak)
    RESULT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print("| what | how many |\n|---|---|")
    for name, value in rows.items():
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
