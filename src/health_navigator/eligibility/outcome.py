"""What the interview comes to, in the file's words, with the sources that the rule rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from health_navigator.eligibility.models import Answers, EligibilityFile, OutcomeKind, Rule
from health_navigator.eligibility.rules import holds
from health_navigator.provenance import Confidence, Source

PHRASE = re.compile(r"\{(\w+)\}")
"""A shared sentence, named in a text."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule says to a person. Nothing in it repeats what she answered."""

    rule: str
    kind: OutcomeKind
    reason: str
    documents: tuple[str, ...]
    where: str
    cost: str
    next_step: str
    meanwhile: str
    sources: tuple[Source, ...]
    verified_on: date
    review_by: date
    confidence: Confidence
    urgent: bool


def to_outcome(file: EligibilityFile, rule: Rule, answers: Answers) -> Outcome:
    """The rule's texts with shared sentences spelt out, and notices before the next step."""
    notices = [each.text for each in file.notices if holds(each.when, answers)]
    return Outcome(
        rule=rule.id,
        kind=rule.outcome,
        reason=spelt_out(file, rule.reason),
        documents=rule.documents,
        where=spelt_out(file, rule.where),
        cost=spelt_out(file, rule.cost),
        next_step="\n".join([*notices, spelt_out(file, rule.next_step)]),
        meanwhile=spelt_out(file, rule.meanwhile),
        sources=sources_of(file, rule),
        verified_on=rule.verified_on,
        review_by=rule.review_by,
        confidence=rule.confidence,
        urgent=rule.urgent,
    )


def spelt_out(file: EligibilityFile, text: str) -> str:
    return PHRASE.sub(lambda found: file.phrases[found[1]], text)


def sources_of(file: EligibilityFile, rule: Rule) -> tuple[Source, ...]:
    """The pages that the rule rests on, most telling first, each once."""
    by_id = {each.id: each for each in file.sources}
    pages: dict[str, Source] = {}
    for name in rule.rests_on:
        named = by_id[name]
        page = Source(title=named.title, publisher=named.publisher, url=named.url, date=named.date)
        pages.setdefault(named.url or named.title, page)
    return tuple(pages.values())
