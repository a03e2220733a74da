"""How the knowledge spells its words, which a sentence encoder, unlike an ear, must see."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from health_navigator.matching.normalise import sound, tokens

_WORD = re.compile(r"[a-záéíóúüñ]+")


@dataclass(frozen=True, slots=True)
class Orthography:
    """Words by how they sound, in the spelling that the knowledge uses most."""

    written: Mapping[str, str] = field(default_factory=dict)

    def restore(self, words: Iterable[str]) -> str:
        """`kiero saver si el cis es gratis` -> quiero saber si el sis es gratis."""
        return " ".join(self.written.get(sound(word), word) for word in words)


def learn_orthography(texts: Iterable[str]) -> Orthography:
    written = Counter(word for text in texts for word in _WORD.findall(text.lower()))
    by_sound: dict[str, Counter[str]] = defaultdict(Counter)
    for word, count in written.items():
        folded = tokens(word)
        # A shorthand stands for other words, so it is no spelling of them.
        if len(folded) == 1:
            by_sound[sound(folded[0])][word] += count
    return Orthography({heard: forms.most_common(1)[0][0] for heard, forms in by_sound.items()})
