"""Questions that ask the same, put together. Pure, and the same questions give the same groups."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process

from health_navigator.matching.normalise import tokens
from health_navigator.matching.stems import root

# RapidFuzz's points from which two questions stand in one group.
ALIKE = 78.0
_ID_LENGTH = 16
# Words that nearly every question has and that say nothing about what it asks.
_FILLERS = frozenset(
    tokens(
        "a al como con cual cuando de del donde el ella en es esa ese eso esta este estoy hay hola "
        "la las le les lo los me mi mis muy necesito no nos o para pero por porque puedo que "
        "quiero saber se si son soy su sus te tengo tu un una unas uno unos ya y yo buenas buenos "
        "dias tardes noches gracias favor"
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the inbox."""

    id: int
    text: str
    day: date


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same, the first that came leading them; its words name the group."""

    id: str
    asked: tuple[Asked, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Each way of asking once, the most frequent first, then the oldest."""
        ways: dict[str, str] = {}
        often: Counter[str] = Counter()
        for each in self.asked:
            gist = gist_of(each.text)
            ways.setdefault(gist, each.text)
            often[gist] += 1
        return tuple(ways[gist] for gist, _ in often.most_common())

    @property
    def newest(self) -> date:
        return max(each.day for each in self.asked)

    @property
    def by_day(self) -> dict[date, int]:
        return dict(sorted(Counter(each.day for each in self.asked).items()))


def gist_of(text: str) -> str:
    """The roots of the words that matter, in the order of the alphabet."""
    words = tokens(text)
    weighty = [word for word in words if word not in _FILLERS] or words
    return " ".join(sorted({root(word) for word in weighty}))


def group(asked: Iterable[Asked]) -> list[Group]:
    """Each question joins the earliest group that it is like; a new one never moves the others."""
    leaders: list[str] = []
    known: dict[str, int] = {}
    members: list[list[Asked]] = []
    for each in sorted(asked, key=lambda one: one.id):
        gist = gist_of(each.text)
        place = known.get(gist)
        if place is None:
            place = _find(gist, leaders)
            if place is None:
                place = len(leaders)
                leaders.append(gist)
                members.append([])
            known[gist] = place
        members[place].append(each)
    groups = [
        Group(_id(leader), tuple(rows)) for leader, rows in zip(leaders, members, strict=True)
    ]
    return sorted(groups, key=lambda one: (-len(one.asked), -one.newest.toordinal(), one.id))


def _find(gist: str, leaders: Sequence[str]) -> int | None:
    best = process.extractOne(gist, leaders, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
    return best[2] if best is not None else None


def _id(gist: str) -> str:
    return hashlib.sha256(gist.encode()).hexdigest()[:_ID_LENGTH]
