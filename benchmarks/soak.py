"""Whether memory stays flat: one process answers thousands of updates while its memory is measured.

Usage: python benchmarks/soak.py [--updates 50000] [--encoder]
"""

import argparse
import asyncio
from dataclasses import dataclass
from time import perf_counter

import uvloop
from contenders import ours
from ground import keep, machine
from traffic import Traffic

CONNECTIONS = 10
SLICE_SECONDS = 10.0
# Caches fill at first; what still grows after this part of the updates is a leak.
WARM_PART = 0.2


@dataclass(frozen=True)
class Weighing:
    updates: int
    megabytes: float


async def soak(updates: int, encoder: bool) -> list[Weighing]:
    traffic = Traffic()
    await traffic.open()
    bot = ours(encoder=encoder)(f"http://127.0.0.1:{traffic.port}")
    running = await asyncio.to_thread(bot.__enter__)
    try:
        weighed = [Weighing(0, running.megabytes()[0])]
        while weighed[-1].updates < updates:
            end = perf_counter() + SLICE_SECONDS
            tally = await traffic.drive(running.addresses, CONNECTIONS, end)
            assert not tally.refused, f"{tally.refused} updates were refused"
            done = weighed[-1].updates + len(tally.latencies)
            weighed.append(Weighing(done, round(running.megabytes()[0], 1)))
            print(f"{done} updates, {weighed[-1].megabytes} MB", flush=True)
    finally:
        await asyncio.to_thread(bot.__exit__, None, None, None)
    return weighed


def growth(weighed: list[Weighing]) -> float:
    """Megabytes per thousand updates once warm: the slope of a line through the weighings."""
    warm = [each for each in weighed if each.updates >= WARM_PART * weighed[-1].updates]
    mean_at = sum(each.updates for each in warm) / len(warm)
    mean = sum(each.megabytes for each in warm) / len(warm)
    spread = sum((each.updates - mean_at) ** 2 for each in warm)
    rise = sum((each.updates - mean_at) * (each.megabytes - mean) for each in warm)
    return 1e3 * rise / spread if spread else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=50_000)
    parser.add_argument("--encoder", action="store_true")
    asked = parser.parse_args()
    weighed = uvloop.run(soak(asked.updates, asked.encoder))
    print(f"{growth(weighed):.3f} MB more each 1,000 updates once warm")
    keep(
        "soak-encoder" if asked.encoder else "soak",
        {
            "machine": machine(),
            "megabytes_each_1000": round(growth(weighed), 3),
            "weighings": [[each.updates, each.megabytes] for each in weighed],
        },
    )


if __name__ == "__main__":
    main()
