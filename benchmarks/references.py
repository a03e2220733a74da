"""Our matcher beside others that one could use: accuracy and time, in one run, on the same data.

Every matcher knows the questions of the knowledge and ranks the in-scope entries; the figures say
whether the first, or one of the first three, is right. None abstains here.
"""

import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from ground import concepts, documents, keep, machine, messages, prepared_encoder
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from health_navigator.evaluation import Share
from health_navigator.matching.encoder import Encoder
from health_navigator.matching.normalise import fold, tokens
from health_navigator.matching.rank import fit

Scores = NDArray[np.float64]
Matcher = Callable[[str], Sequence[str]]

QUESTIONS = [(text, each.id) for each in documents() if each.in_scope for text in each.questions]
TEXTS = [text for text, _ in QUESTIONS]
OWNERS = [owner for _, owner in QUESTIONS]


def by_best_question(scores: Iterable[float]) -> list[str]:
    best: dict[str, float] = {}
    for owner, score in zip(OWNERS, scores, strict=True):
        best[owner] = max(best.get(owner, -1.0), float(score))
    return sorted(best, key=lambda owner: -best[owner])


def rapidfuzz_with(scorer: Callable[..., float]) -> Matcher:
    def rank(text: str) -> list[str]:
        return by_best_question(process.cdist([text], TEXTS, scorer=scorer)[0])

    return rank


def bm25(k: float = 1.5, b: float = 0.75) -> Matcher:
    words = [tokens(text) for text in TEXTS]
    index = {word: at for at, word in enumerate(sorted({word for each in words for word in each}))}
    counts = np.zeros((len(words), len(index)))
    for row, each in enumerate(words):
        for word in each:
            counts[row, index[word]] += 1
    lengths = counts.sum(axis=1, keepdims=True)
    often = (counts > 0).sum(axis=0)
    rarity = np.log(1 + (len(words) - often + 0.5) / (often + 0.5))
    weights = rarity * counts * (k + 1) / (counts + k * (1 - b + b * lengths / lengths.mean()))

    def rank(text: str) -> list[str]:
        known = [index[word] for word in tokens(text) if word in index]
        return by_best_question(weights[:, known].sum(axis=1))

    return rank


def nearest_embedding(encoder: Encoder) -> Matcher:
    vectors = encoder.encode([fold(text) for text in TEXTS])

    def rank(text: str) -> list[str]:
        return by_best_question(vectors @ encoder.encode([fold(text)])[0])

    return rank


def tfidf_chances() -> Callable[[str], tuple[Sequence[str], Scores]]:
    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = LogisticRegression(C=20, max_iter=100).fit(vectoriser.fit_transform(TEXTS), OWNERS)
    return lambda text: (model.classes_, model.predict_proba(vectoriser.transform([text]))[0])


def embedding_chances(encoder: Encoder) -> Callable[[str], tuple[Sequence[str], Scores]]:
    vectors = encoder.encode([fold(text) for text in TEXTS])
    model = LogisticRegression(C=100, max_iter=200).fit(vectors, OWNERS)
    return lambda text: (model.classes_, model.predict_proba(encoder.encode([fold(text)]))[0])


def product_of(*models: Callable[[str], tuple[Sequence[str], Scores]]) -> Matcher:
    def rank(text: str) -> list[str]:
        found = [model(text) for model in models]
        names = found[0][0]
        order = np.argsort(-np.prod([chances for _, chances in found], axis=0))
        return [str(names[at]) for at in order]

    return rank


def ours(encoder: Encoder | None) -> Matcher:
    ranker = fit(documents(), concepts(), encoder)
    return lambda text: [candidate.id for candidate in ranker.rank(text).candidates]


def measure(name: str, matcher: Matcher) -> dict[str, object]:
    asked = [each for each in messages() if each.kind != "oos"]
    began = time.perf_counter()
    orders = [matcher(each.text) for each in asked]
    spent = time.perf_counter() - began
    first = sum(
        bool(order) and order[0] in each.right for each, order in zip(asked, orders, strict=True)
    )
    third = sum(
        not each.right.isdisjoint(order[:3]) for each, order in zip(asked, orders, strict=True)
    )
    result = {
        "matcher": name,
        "right@1": Share(first, len(asked)).as_json(),
        "right@3": Share(third, len(asked)).as_json(),
        "microseconds": round(spent / len(asked) * 1e6),
    }
    print(name, result["right@1"], result["right@3"], result["microseconds"], "us", sep=" | ")
    return result


def matchers() -> Iterable[tuple[str, Matcher]]:
    encoder = prepared_encoder()
    tfidf = tfidf_chances()
    yield "RapidFuzz, default scorer", rapidfuzz_with(fuzz.WRatio)
    yield "RapidFuzz, token_set_ratio", rapidfuzz_with(fuzz.token_set_ratio)
    yield "BM25", bm25()
    yield "tf-idf + logistic", product_of(tfidf)
    yield "ours, without the encoder", ours(None)
    if encoder is not None:
        yield "nearest sentence embedding", nearest_embedding(encoder)
        yield (
            "tf-idf + logistic, times e5 + logistic",
            product_of(tfidf, embedding_chances(encoder)),
        )
        yield "ours", ours(encoder)


def main() -> None:
    print(machine())
    print(len(documents()), "documents,", len(TEXTS), "questions of entries")
    results = [measure(name, matcher) for name, matcher in matchers()]
    keep("references", {"machine": machine(), "results": results})


if __name__ == "__main__":
    main()
