"""Repairs typos against the words that the knowledge itself uses.

Most unknown words are not typos but words the knowledge never needed, so only slips that turn no
word into another are repaired: a letter lost, doubled or swapped inside a long word.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from health_navigator.matching.normalise import sound
from health_navigator.matching.stems import root

SHORTEST_REPAIRED = 6
SHORTEST_FOR_ANY_LETTER = 9
SHORTEST_FOR_TWO_EDITS = 11
SHORTEST_FOLLOWER = 5
LONGEST_REPAIRED = 20
ENDING = 2
CONFUSED = frozenset(map(frozenset, ("mn", "lr", "ei", "ou", "dt", "bp", "gj", "sr")))
# Words that people run together with the next one.
LEANING = frozenset(
    (
        "al",
        "con",
        "de",
        "del",
        "el",
        "en",
        "la",
        "las",
        "los",
        "me",
        "mi",
        "no",
        "para",
        "por",
        "que",
        "se",
        "sin",
        "su",
        "tu",
        "un",
        "una",
    )
)


@dataclass(frozen=True, slots=True)
class Speller:
    """Known words by how they sound, and by how they sound with one letter left out."""

    spelt: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    roots: frozenset[str] = frozenset()
    nearby: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def knows(self, word: str) -> bool:
        """Whether the folded word is known, in another spelling or with other endings."""
        return sound(word) in self.spelt or root(word) in self.roots

    def repair(self, word: str) -> tuple[str, ...]:
        """The known word or two words that *word* probably means, or the word itself."""
        heard = sound(word)
        if heard in self.spelt or root(word) in self.roots or not self._repairable(heard):
            return (word,)
        return self._slip(heard) or self._run_together(word) or (word,)

    def _repairable(self, heard: str) -> bool:
        return heard.isalpha() and SHORTEST_REPAIRED <= len(heard) <= LONGEST_REPAIRED

    def _slip(self, heard: str) -> tuple[str, ...]:
        found = {known for key in _one_left_out(heard) for known in self.nearby.get(key, ())}
        near = [
            (distance, -self.counts[known], known)
            for known in found
            if (distance := _slips(heard, known)) is not None
        ]
        return (self.spelt[min(near)[2]],) if near else ()

    def _run_together(self, word: str) -> tuple[str, ...]:
        for cut in range(len(word) - SHORTEST_FOLLOWER, 1, -1):
            if word[:cut] in LEANING and sound(word[cut:]) in self.spelt:
                return word[:cut], word[cut:]
        return ()


def learn_spelling(words: Iterable[str]) -> Speller:
    written = Counter(words)
    spelt: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for word, count in written.most_common():
        spelt.setdefault(sound(word), word)
        counts[sound(word)] += count
    nearby = defaultdict(list)
    for heard in spelt:
        if SHORTEST_REPAIRED <= len(heard) <= LONGEST_REPAIRED + 1:
            for key in _one_left_out(heard):
                nearby[key].append(heard)
    roots = frozenset(root(word) for word in written)
    return Speller(spelt, counts, roots, {key: tuple(known) for key, known in nearby.items()})


def _slips(heard: str, known: str) -> int | None:
    """The number of typing slips between two sounds; None if slips alone cannot explain it."""
    allowed = 2 if len(heard) >= SHORTEST_FOR_TWO_EDITS else 1
    distance = OSA.distance(heard, known, score_cutoff=allowed)
    if distance > allowed or heard[0] != known[0] or _differ_in_ending(heard, known):
        return None
    if len(heard) == len(known) < SHORTEST_FOR_ANY_LETTER and not _confusable(heard, known):
        return None
    return distance


def _differ_in_ending(heard: str, known: str) -> bool:
    return heard[-ENDING:] != known[-ENDING:]


def _confusable(heard: str, known: str) -> bool:
    differing = [frozenset(pair) for pair in zip(heard, known, strict=True) if len(set(pair)) > 1]
    swapped = len(differing) == 2 and differing[0] == differing[1]
    return swapped or all(pair in CONFUSED for pair in differing)


def _one_left_out(heard: str) -> Iterator[str]:
    yield heard
    for at in range(len(heard)):
        yield heard[:at] + heard[at + 1 :]
