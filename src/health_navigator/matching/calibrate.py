"""How much each part counts, so that a confidence of 0.8 is right about 80 times in 100.

The weights are maximum-likelihood estimates from labelled messages, and few, so that they hold for
messages and knowledge they never saw; `benchmarks/weights.py` finds them again.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from health_navigator.matching.features import FloatArray

WORDS_ALONE = {"learnt": 24.3, "near words": 6.1, "body": 23.3, "near topics": 1.9}
WITH_MEANING = {"learnt": 20.3, "body": 19.9, "near meaning": 13.0, "title": 3.4}
# Added for an out-of-scope group, which has no answer text to resemble.
OUT_OF_SCOPE = 2.2
# The score of "none of them", which a document must exceed to be likelier; raised in a small
# knowledge, where fewer others compete.
NONE_OF_THEM = -0.3
USUAL_DOCUMENTS = 180


def probabilities(parts: Mapping[str, FloatArray], in_scope: NDArray[np.bool_]) -> FloatArray:
    """The probability that each document is meant; the rest, up to 1, is that of none of them."""
    weights = WITH_MEANING if "near meaning" in parts else WORDS_ALONE
    weighed = np.sum([weight * parts[name] for name, weight in weights.items()], axis=0)
    none = NONE_OF_THEM + np.log1p(max(0, USUAL_DOCUMENTS - len(in_scope)))
    scores = np.append(weighed + np.where(in_scope, 0, OUT_OF_SCOPE), none)
    powers = np.exp(scores - scores.max())
    return np.asarray(powers[:-1] / powers.sum(), dtype=np.float32)
