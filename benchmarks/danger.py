"""How many dangers are heard, how many ordinary messages raise an alarm, and at what cost.

python benchmarks/danger.py
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import yaml
from ground import KNOWLEDGE, MESSAGES, ROOT, concepts, documents, prepared

from health_navigator.evaluation import read_questions
from health_navigator.matching.encoder import Encoder, load_encoder
from health_navigator.matching.features import FloatArray
from health_navigator.matching.rank import learn_reader
from health_navigator.matching.triage import Danger, TriageModel, fit, fit_meaning, meant

NOBODY = ("none", "weak")
NAMES = (
    "danger.tsv",
    "danger_apart.tsv",
    "danger_kinds.tsv",
    "danger_hinted.tsv",
    "short.tsv",
)
SHORT_ANSWERS = ("yes", "no", "unsure", "withheld", "back", "cancel")
Labelled = list[tuple[str, str]]


def knowledge() -> tuple[list[Danger], list[str]]:
    """What danger sounds like, and what is ordinary; questions beside a danger are neither."""
    told = yaml.safe_load((KNOWLEDGE / "triage.yaml").read_text(encoding="utf-8"))["dangers"]
    dangers = [
        Danger(each["id"], each["phrases"], each["weak"], each["near_misses"]) for each in told
    ]
    beside = {each["entry"] for each in told}
    asked = [text for each in documents() if each.id not in beside for text in each.questions]
    words = yaml.safe_load((KNOWLEDGE / "eligibility/sis.yaml").read_text(encoding="utf-8"))[
        "words"
    ]
    short = [text for key in SHORT_ANSWERS for text in words[key]]
    return dangers, [*asked, *short]


def labelled() -> Iterator[tuple[str, Labelled]]:
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()
    yield MESSAGES.name, [(each.crisis or "none", each.text) for each in read_questions(lines)]
    for name in NAMES:
        rows = (ROOT / "tests" / "data" / name).read_text(encoding="utf-8").splitlines()
        yield name, [(kind, text) for kind, _, text in (row.partition("\t") for row in rows)]


def figures(model: TriageModel, messages: Labelled) -> str:
    heard = [(kind, model.assess(text)) for kind, text in messages]
    dangers = [(kind, each) for kind, each in heard if kind not in NOBODY]
    calm = [each for kind, each in heard if kind == "none"]
    found = _share([each.danger is not None for _, each in dangers])
    right = _share([each.danger == kind for kind, each in dangers])
    hinted = _share([bool(each.danger or each.weak) for _, each in dangers])
    alarms = _share([each.danger is not None for each in calm])
    lines = _share([each.weak is not None for each in calm])
    return f"{found:.3f} | {right:.3f} | {hinted:.3f} | {alarms:.3f} | {lines:.3f}"


def _share(held: Sequence[bool]) -> float:
    return sum(held) / len(held)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


class Counting:
    """An encoder that counts its calls, each for one or two texts, as in use."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self.asked = 0
        self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.asked += 1
        return self._encoder.encode(texts)


def with_meaning(
    model: TriageModel, dangers: list[Danger], ordinary: list[str]
) -> tuple[TriageModel, Counting] | None:
    encoder = load_encoder()
    if encoder is None:
        return None
    reader = learn_reader(documents(), concepts())
    counting = Counting(prepared(encoder, meant(dangers, ordinary, reader)))
    heard = fit_meaning(model, dangers, ordinary, counting, reader)
    return heard, counting


def print_figures(how: str, model: TriageModel) -> None:
    for name, messages in labelled():
        print(f"| {name}, {how} | {figures(model, messages)} |")


def calm_messages() -> list[str]:
    (_, messages), *_ = labelled()
    return [text for kind, text in messages if kind == "none"]


def print_asked(model: TriageModel, counting: Counting) -> None:
    before, texts = counting.asked, calm_messages()
    for text in texts:
        model.assess(text)
    print(f"encoder asked for {(counting.asked - before) / len(texts):.3f} of ordinary messages")


def main() -> None:
    dangers, ordinary = knowledge()
    model = fit(dangers, ordinary)
    meaning = with_meaning(model, dangers, ordinary)
    print("| messages | found | right kind | found or hinted | false alarms | needless lines |")
    print("|---|---|---|---|---|---|")
    print_figures("words", model)
    if meaning is not None:
        print_figures("meaning", meaning[0])
        print_asked(*meaning)
    print_times(model, dangers, ordinary)


def print_times(model: TriageModel, dangers: list[Danger], ordinary: list[str]) -> None:
    texts = [text for _, messages in labelled() for _, text in messages]
    each = [min(_seconds(lambda text=text: model.assess(text)) for _ in range(3)) for text in texts]
    longest = "mi marido toma y me da miedo " * 140
    print(f"fit: {_seconds(lambda: fit(dangers, ordinary)):.2f} s of processor time")
    print(f"a message: median {1000 * median(each):.2f} ms")
    print(f"4,096 characters: {1000 * _seconds(lambda: model.assess(longest)):.1f} ms")


if __name__ == "__main__":
    main()
