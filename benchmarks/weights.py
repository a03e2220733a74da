"""Find the weights of matching/calibrate.py again: maximum likelihood on labelled messages.

Besides the messages, each of the knowledge's own questions is asked of a ranker that never saw it.
These are harder, because their writers made sure that no two are alike, and count a tenth.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from ground import concepts, documents, messages, prepared_encoder
from numpy.typing import NDArray
from scipy.optimize import minimize

from health_navigator.matching.calibrate import WITH_MEANING, WORDS_ALONE
from health_navigator.matching.encoder import Encoder
from health_navigator.matching.rank import Document, Ranker, fit

FOLDS = 5
SHARE_OF_HELD_OUT = 0.1
SMALL = 1e-5

Array = NDArray[np.float64]
Sample = tuple[Array, Array]  # message x document x part; message x (document, none): is it right


def scored(ranker: Ranker, text: str, names: Sequence[str]) -> Array:
    scorer = ranker.by_meaning or ranker.by_words
    assert scorer is not None
    parts = scorer.score(ranker.reader.read(text), ranker.reader.write(text)).parts
    return np.stack([*(parts[name] for name in names), ~ranker.in_scope], axis=-1)


def labelled(ranker: Ranker, names: Sequence[str]) -> Sample:
    readable = [each for each in messages() if ranker.reader.read(each.text).typed]
    right = [
        [
            *(
                document.id in each.right if each.kind != "oos" else not document.in_scope
                for document in ranker.documents
            ),
            each.kind == "oos",
        ]
        for each in readable
    ]
    return np.stack([scored(ranker, each.text, names) for each in readable]), np.array(right, float)


def held_out(encoder: Encoder | None, names: Sequence[str]) -> Sample:
    samples = [_fold_of(encoder, names, fold) for fold in range(FOLDS)]
    return np.concatenate([x for x, _ in samples]), np.concatenate([y for _, y in samples])


def _fold_of(encoder: Encoder | None, names: Sequence[str], fold: int) -> Sample:
    ranker = fit([_without(document, fold) for document in documents()], concepts(), encoder)
    hidden = [
        (at, text)
        for at, document in enumerate(documents())
        for text in document.questions[fold::FOLDS]
    ]
    right = np.zeros((len(hidden), len(documents()) + 1))
    right[np.arange(len(hidden)), [at for at, _ in hidden]] = 1
    return np.stack([scored(ranker, text, names) for _, text in hidden]), right


def _without(document: Document, fold: int) -> Document:
    kept = [text for at, text in enumerate(document.questions) if at % FOLDS != fold]
    return replace(document, questions=tuple(kept))


def unlikelihood(weights: Array, sample: Sample) -> tuple[float, Array]:
    scores, right = sample
    logits = np.concatenate([scores @ weights[:-1], np.full((len(scores), 1), weights[-1])], axis=1)
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    truth = chances * right
    total = np.maximum(truth.sum(axis=1, keepdims=True), 1e-12)
    slope = chances - truth / total
    parts = np.einsum("ij,ijk->k", slope[:, :-1], scores)
    return float(-np.log(total).mean()), np.append(parts, slope[:, -1].sum()) / len(scores)


def best_weights(samples: Sequence[tuple[float, Sample]], size: int) -> Array:
    def objective(weights: Array) -> tuple[float, Array]:
        found = [(share, *unlikelihood(weights, sample)) for share, sample in samples]
        value = sum(share * each for share, each, _ in found) + SMALL * float(weights @ weights)
        slope = np.sum([share * each for share, _, each in found], axis=0) + 2 * SMALL * weights
        return float(value), slope

    solved = minimize(objective, np.full(size, 5.0), jac=True, method="L-BFGS-B")
    return np.asarray(solved.x)


def main() -> None:
    for title, encoder, names in (
        ("WORDS_ALONE", None, list(WORDS_ALONE)),
        ("WITH_MEANING", prepared_encoder(), list(WITH_MEANING)),
    ):
        ranker = fit(documents(), concepts(), encoder)
        samples = [
            (1 - SHARE_OF_HELD_OUT, labelled(ranker, names)),
            (SHARE_OF_HELD_OUT, held_out(encoder, names)),
        ]
        weights = best_weights(samples, len(names) + 2)
        found = dict(zip([*names, "OUT_OF_SCOPE", "NONE_OF_THEM"], weights.round(1), strict=True))
        print(title, {name: float(value) for name, value in found.items()})


if __name__ == "__main__":
    main()
