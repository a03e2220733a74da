"""How much each part counts, so that a confidence of 0.8 is right about 80 times in 100.

The figures were found by maximum likelihood on labelled messages and are few, so that they hold
for messages and knowledge they never saw; `benchmarks/weights.py` finds them again.
"""

from collections.abc import Mapping

import numpy as np

from health_navigator.matching.features import FloatArray

WORDS_ALONE = {"words": 17.5, "near words": 13.9, "body": 17.5}
WITH_MEANING = {
    "words": 8.2,
    "near words": 11.0,
    "body": 13.2,
    "meaning": 8.1,
    "near meaning": 20.0,
    "title": 2.6,
}
OUT_OF_SCOPE = 2.0
NONE_OF_THEM = 5.0


def logits(parts: Mapping[str, FloatArray]) -> FloatArray:
    weights = WITH_MEANING if "meaning" in parts else WORDS_ALONE
    weighed = [weight * parts[name] for name, weight in weights.items()]
    return np.asarray(np.sum(weighed, axis=0), dtype=np.float32)
