"""Choose the confidence from which to answer: the curve of what is gained and what is risked.

Writes docs/thresholds.md, and the plots docs/figures/thresholds.svg and reliability.svg. Every
message takes the whole path that `ask` takes: danger first, then where-questions, then the ranking.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

import matplotlib.pyplot as plt
from ground import FIGURES, KNOWLEDGE, MESSAGES, ROOT, keep, machine, prepared_encoder

from health_navigator import clock
from health_navigator.conversation.understanding import Understanding, understand
from health_navigator.evaluation import (
    Bin,
    Figures,
    Judged,
    Outcome,
    Question,
    measure,
    read_questions,
    reliability,
)
from health_navigator.knowledge.checks import checked_directory
from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.snapshot import Content, Snapshot, learn, to_snapshot
from health_navigator.matching.decide import Thresholds
from health_navigator.matching.rank import Ranker, Ranking

STEPS = [step / 100 for step in range(10, 95, 5)]
SHOWN = ("right@1", "right@3", "wrong", "false answers")


@dataclass(frozen=True)
class Remembering(Ranker):
    """A ranker that ranks each message only once, however many thresholds are tried."""

    known: dict[tuple[str, bool], Ranking] = field(default_factory=dict)

    def rank(self, text: str) -> Ranking:
        asked = (text, self.by_meaning is None)
        if asked not in self.known:
            self.known[asked] = super().rank(text)
        return self.known[asked]


def remembering(ranker: Ranker) -> Remembering:
    return Remembering(**{each.name: getattr(ranker, each.name) for each in fields(ranker)})


def snapshot(with_meaning: bool) -> Snapshot:
    items = [
        StoredItem(item.kind, item.id, item.position, item.body)
        for item in checked_directory(KNOWLEDGE)
    ]
    content = Content.of(items)
    learnt = learn(content, prepared_encoder() if with_meaning else None)
    return to_snapshot(0, content, replace(learnt, ranker=remembering(learnt.ranker)))


def outcome(understood: Understanding) -> Outcome:
    place = understood.place
    return Outcome(
        outcome=understood.outcome,
        entry=understood.entry.id if understood.entry else None,
        confidence=understood.confidence,
        options=tuple(option.id for option in understood.options),
        urgent=understood.urgent,
        service=understood.kind,
        place={
            "department": place.department,
            "province": place.province,
            "district": place.district,
        }
        if place
        else None,
    )


def judged(knowledge: Snapshot, asked: Sequence[Question], answer: float) -> list[Judged]:
    limits = Thresholds(answer=answer, clarify=min(answer, Thresholds().clarify))
    tried = replace(knowledge, thresholds=limits)
    now = clock.now()
    return [Judged(each, outcome(understand(tried, each.text, now))) for each in asked]


def table(curve: Sequence[tuple[float, Figures]]) -> str:
    rows = [
        f"| {step:.2f} | " + " | ".join(f"{each[name].value:.3f}" for name in SHOWN) + " |"
        for step, each in curve
    ]
    head = "| answer from | " + " | ".join(SHOWN) + " |\n|" + "---|" * (len(SHOWN) + 1)
    return "\n".join((head, *rows))


def bins_table(bins: Sequence[Bin]) -> str:
    rows = [
        f"| {each.low:.1f}-{each.high:.1f} | {each.right.total} "
        f"| {each.confidence:.2f} | {each.right.value:.2f} |"
        for each in bins
    ]
    return "\n".join(
        ("| confidence | answers | mean confidence | right |\n|---|---|---|---|", *rows)
    )


def draw_curve(curves: dict[str, Sequence[tuple[float, Figures]]]) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharex=True)
    for name, curve in curves.items():
        steps = [step for step, _ in curve]
        for at, shown in enumerate((SHOWN[:2], SHOWN[2:])):
            for figure_name in shown:
                values = [each[figure_name].value for _, each in curve]
                style = "-" if name == "with the encoder" else "--"
                axes[at].plot(steps, values, style, label=f"{figure_name}, {name}")
    for each in axes:
        each.axvline(Thresholds().answer, color="grey", linewidth=0.8)
        each.set_xlabel("answer from this confidence")
        each.legend(fontsize=7)
        each.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(FIGURES / "thresholds.svg", metadata={"Date": None})


def draw_reliability(bins: Sequence[Bin]) -> None:
    figure, axes = plt.subplots(figsize=(4.5, 4.5))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    low = [each.right.value - each.right.interval[0] for each in bins]
    high = [each.right.interval[1] - each.right.value for each in bins]
    sure = [each.confidence for each in bins]
    axes.errorbar(sure, [each.right.value for each in bins], yerr=[low, high], fmt="o", capsize=3)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share that was right")
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(FIGURES / "reliability.svg", metadata={"Date": None})


def main() -> None:
    FIGURES.mkdir(parents=True, exist_ok=True)
    plt.rcParams["svg.hashsalt"] = "the same file every time"
    asked = read_questions(MESSAGES.read_text(encoding="utf-8").splitlines())
    known = {"with the encoder": snapshot(True), "words alone": snapshot(False)}
    curves = {
        name: [(step, measure(judged(knowledge, asked, step))) for step in STEPS]
        for name, knowledge in known.items()
    }
    bins = reliability(judged(known["with the encoder"], asked, 0.01))
    draw_curve(curves)
    draw_reliability(bins)
    sections = [f"## {name.capitalize()}\n\n{table(curve)}" for name, curve in curves.items()]
    text = (
        "# From which confidence to answer\n\n"
        f"Written by `benchmarks/thresholds.py` on {machine()}, "
        f"from {len(asked)} labelled messages.\n"
        f"In force: answer from {Thresholds().answer:.2f}.\n\n"
        "![curve](figures/thresholds.svg)\n\n"
        + "\n\n".join(sections)
        + f"\n\n## Is it as sure as it is right?\n\n{bins_table(bins)}\n\n"
        "![reliability](figures/reliability.svg)\n"
    )
    (ROOT / "docs" / "thresholds.md").write_text(text, encoding="utf-8")
    keep(
        "thresholds",
        {
            name: [
                {"answer": step, **{figure: share.as_json() for figure, share in each.items()}}
                for step, each in curve
            ]
            for name, curve in curves.items()
        },
    )
    print(text)


if __name__ == "__main__":
    main()
