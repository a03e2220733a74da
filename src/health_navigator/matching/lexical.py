"""How alike texts are by their words and by how these sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from scipy.sparse import csr_matrix, vstack

from health_navigator.matching.features import FloatArray, Vectoriser, learn_features
from health_navigator.matching.learner import MOST_LEARNT, Owners, learn, nearest

Words: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True)
class Lexical:
    vectoriser: Vectoriser
    owners: Owners
    by_feature: csr_matrix  # feature x (questions, then one body a document)
    weights: FloatArray | None

    def parts(self, words: Words) -> tuple[FloatArray, dict[str, FloatArray]]:
        """Similarity to each question, and each document's score by part."""
        ids, values = self.vectoriser.one(words)
        row = csr_matrix((values, ids, [0, len(ids)]), shape=(1, self.by_feature.shape[0]))
        alike = (row @ self.by_feature).toarray()[0]
        questions, bodies = alike[: self.owners.missing], alike[self.owners.missing :]
        near = nearest(questions, self.owners)
        learnt = near if self.weights is None else questions @ self.weights
        return questions, {"words": learnt, "near words": near, "body": bodies}


def learn_words(questions: Sequence[Words], bodies: Sequence[Words], owners: Owners) -> Lexical:
    vectoriser = learn_features([*questions, *(body for body in bodies if body)])
    asked = vectoriser.many(questions)
    few = 0 < asked.shape[0] <= MOST_LEARNT
    weights = learn((asked @ asked.T).toarray(), owners) if few else None
    by_feature = csr_matrix(vstack([asked, vectoriser.many(bodies)]).T)
    return Lexical(vectoriser, owners, by_feature, weights)
