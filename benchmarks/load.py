"""Updates a second and the time to a reply: our bot beside bare echo bots, in one run.

All bots run at once and take turns of a few seconds, so that whatever else the machine does
affects all alike. CPU is the time of each bot's processes, without PostgreSQL's; the load and the
stand-in Telegram share another process.

Usage: python benchmarks/load.py [--seconds 4] [--rounds 3] [--only NAME ...]
"""

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from time import perf_counter, process_time

import uvloop
from contenders import Contender, Running, echo, ours
from ground import ROOT, keep, machine
from traffic import Tally, Traffic

CONNECTIONS = (1, 10, 40, 100)
CONTENDERS = (
    Contender("ours, words, SQLite", ours()),
    Contender("ours, words, PostgreSQL", ours(postgres=True)),
    Contender("ours, words, PostgreSQL, 2 processes", ours(2, postgres=True)),
    Contender("ours, encoder, SQLite", ours(encoder=True)),
    Contender("aiogram, echo", echo("echo_aiogram.py")),
    Contender("python-telegram-bot, echo", echo("echo_ptb.py")),
)
WARM_SECONDS = 1.5
PAGE = ROOT / "docs" / "speed.md"
BEGIN, END = "<!-- written by benchmarks/load.py -->\n", "<!-- until here -->\n"


@dataclass(frozen=True)
class Figure:
    """One bot at one number of connections, over all its turns."""

    bot: str
    connections: int
    updates: int
    refused: int
    updates_a_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms: float
    load_cpu_ms: float


@dataclass
class Turn:
    tally: Tally
    cpu: float
    load: float


async def measure(
    names: Sequence[str], seconds: float, rounds: int
) -> tuple[list[Figure], dict[str, list[float]]]:
    traffic = Traffic()
    await traffic.open()
    telegram = f"http://127.0.0.1:{traffic.port}"
    with ExitStack() as stack:
        bots: dict[str, Running] = {}
        for contender in CONTENDERS:
            if contender.name in names:
                started = asyncio.to_thread(stack.enter_context, contender.start(telegram))
                bots[contender.name] = await started
        for bot in bots.values():
            await traffic.drive(bot.addresses, 10, perf_counter() + WARM_SECONDS)
        turns: dict[tuple[str, int], list[Turn]] = {}
        for _ in range(rounds):
            for connections in CONNECTIONS:
                for name, bot in bots.items():
                    turn = await _turn(traffic, bot, connections, seconds)
                    turns.setdefault((name, connections), []).append(turn)
        memory = {name: bot.megabytes() for name, bot in bots.items()}
        await asyncio.to_thread(stack.close)
    return [_figure(*key, each) for key, each in turns.items()], memory


async def _turn(traffic: Traffic, bot: Running, connections: int, seconds: float) -> Turn:
    cpu, load = bot.cpu_seconds(), process_time()
    tally = await traffic.drive(bot.addresses, connections, perf_counter() + seconds)
    return Turn(tally, bot.cpu_seconds() - cpu, process_time() - load)


def _figure(name: str, connections: int, turns: Sequence[Turn]) -> Figure:
    latencies = [each for turn in turns for each in turn.tally.latencies]
    cuts = quantiles(latencies, n=100)
    each = 1e3 / len(latencies)
    return Figure(
        bot=name,
        connections=connections,
        updates=len(latencies),
        refused=sum(turn.tally.refused for turn in turns),
        updates_a_second=round(
            median(len(turn.tally.latencies) / turn.tally.seconds for turn in turns), 1
        ),
        p50_ms=round(cuts[49] * 1e3, 1),
        p95_ms=round(cuts[94] * 1e3, 1),
        p99_ms=round(cuts[98] * 1e3, 1),
        cpu_ms=round(sum(turn.cpu for turn in turns) * each, 2),
        load_cpu_ms=round(sum(turn.load for turn in turns) * each, 2),
    )


def table(figures: Sequence[Figure]) -> str:
    lines = [
        "| bot | connections | updates/s | p50 ms | p95 ms | p99 ms | CPU ms an update | refused |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in sorted(figures, key=lambda figure: _place(figure.bot)):
        lines.append(
            f"| {each.bot} | {each.connections} | {each.updates_a_second:.0f} | {each.p50_ms} "
            f"| {each.p95_ms} | {each.p99_ms} | {each.cpu_ms} | {each.refused} |"
        )
    return "\n".join(lines) + "\n"


def _place(name: str) -> int:
    return [contender.name for contender in CONTENDERS].index(name)


def write_page(text: str, memory: Mapping[str, Sequence[float]]) -> None:
    """Write the table into its place on the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    held = "; ".join(
        f"{name}: {', '.join(f'{size:.0f}' for size in sizes)}" for name, sizes in memory.items()
    )
    about = f"\nOn {machine()}.\n\n{text}\nMegabytes a process after it: {held}.\n\n"
    PAGE.write_text(f"{before}{BEGIN}{about}{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=3)
    every = [contender.name for contender in CONTENDERS]
    parser.add_argument("--only", nargs="+", choices=every, help="measure these, write nothing")
    asked = parser.parse_args()
    figures, memory = uvloop.run(measure(asked.only or every, asked.seconds, asked.rounds))
    text = table(figures)
    print(text)
    print(memory)
    if asked.only is None:
        rows = [asdict(figure) for figure in figures]
        keep("load", {"machine": machine(), "figures": rows, "megabytes": memory})
        write_page(text, memory)


if __name__ == "__main__":
    main()
