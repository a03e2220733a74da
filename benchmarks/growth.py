"""How the matcher scales from 100 to 10,000 entries: time to fit, time to ask, memory.

The entries beyond the knowledge's own combine its words anew. Each size is measured in a process of
its own, on one core, so that its peak memory is its own. Times are processor times, so that a busy
machine matters less.
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Sequence

import matplotlib.pyplot as plt
from ground import FIGURES, concepts, documents, keep, machine, messages

from health_navigator.matching.normalise import tokens
from health_navigator.matching.rank import Document, fit

SIZES = (100, 300, 1_000, 3_000, 10_000)
QUESTIONS_EACH = 5
ASKED = 200


def made_up(count: int) -> list[Document]:
    """The knowledge's own entries first, then made-up ones from its words."""
    chance = random.Random(0)  # noqa: S311  a fixed seed, for the same entries every time
    own = list(documents())
    words = [word for document in own for text in document.questions for word in tokens(text)]
    made = [
        Document(
            f"made-{at}",
            "",
            tuple(" ".join(chance.sample(words, 8)) for _ in range(QUESTIONS_EACH)),
        )
        for at in range(max(0, count - len(own)))
    ]
    return [*own[:count], *made]


def measure(count: int) -> dict[str, float]:
    grown = made_up(count)
    began = time.process_time()
    ranker = fit(grown, concepts())
    fitted = time.process_time() - began
    spent = sorted(_time_of(ranker.rank, each.text) for each in messages()[:ASKED])
    return {
        "entries": count,
        "questions": sum(len(document.questions) for document in grown),
        "fit_seconds": round(fitted, 2),
        "ask_median_ms": round(spent[len(spent) // 2] * 1e3, 2),
        "ask_slowest_ms": round(spent[-1] * 1e3, 2),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _time_of(rank: object, text: str) -> float:
    assert callable(rank)
    began = time.process_time()
    rank(text)
    return time.process_time() - began


def in_own_process(count: int) -> dict[str, float]:
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(  # noqa: S603  ourselves
        [sys.executable, __file__, str(count)],
        env=alone,
        check=True,
        capture_output=True,
        text=True,
    )
    result: dict[str, float] = json.loads(done.stdout)
    print(result)
    return result


def draw(results: Sequence[dict[str, float]]) -> None:
    plt.rcParams["svg.hashsalt"] = "the same file every time"
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.5))
    for each, name in zip(axes, ("ask_median_ms", "peak_megabytes"), strict=True):
        each.plot([row["entries"] for row in results], [row[name] for row in results], "o-")
        each.set_xscale("log")
        each.set_xlabel("entries")
        each.set_ylabel(name.replace("_", " "))
        each.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(FIGURES / "growth.svg", metadata={"Date": None})


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
        return
    results = [in_own_process(count) for count in SIZES]
    keep("growth", {"machine": machine(), "results": results})
    draw(results)


if __name__ == "__main__":
    main()
