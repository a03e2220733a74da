"""How much each part counts, so that a confidence of 0.8 is right about 80 times in 100.

The figures were found by maximum likelihood on labelled messages and are few, so that they hold
for messages and knowledge they never saw; `benchmarks/weights.py` finds them again.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from health_navigator.matching.features import FloatArray

WORDS_ALONE = {"learnt": 24.3, "near words": 6.1, "body": 23.3, "near topics": 1.9}
WITH_MEANING = {"learnt": 20.3, "body": 19.9, "near meaning": 13.0, "title": 3.4}
# Added for a group that is out of scope, which has no answer to be like.
OUT_OF_SCOPE = 2.2
# What a document must outweigh to be more likely than none of them; more so in a small knowledge,
# where fewer others are there to be likelier.
NONE_OF_THEM = -0.3
USUAL_DOCUMENTS = 180


def chances(parts: Mapping[str, FloatArray], in_scope: NDArray[np.bool_]) -> FloatArray:
    """How likely each document is meant; what they lack to 1 is the chance of none of them."""
    weights = WITH_MEANING if "near meaning" in parts else WORDS_ALONE
    weighed = np.sum([weight * parts[name] for name, weight in weights.items()], axis=0)
    none = NONE_OF_THEM + np.log1p(max(0, USUAL_DOCUMENTS - len(in_scope)))
    scores = np.append(weighed + np.where(in_scope, 0, OUT_OF_SCOPE), none)
    powers = np.exp(scores - scores.max())
    return np.asarray(powers[:-1] / powers.sum(), dtype=np.float32)
