"""The interview as JSON, as programs outside the project know it."""

from __future__ import annotations

from typing import Any

from health_navigator.eligibility.models import Question
from health_navigator.eligibility.outcome import Outcome
from health_navigator.provenance import Source


def to_json(step: Question | Outcome) -> dict[str, Any]:
    """`{"question": ...}` where an answer is still needed, else the outcome's own fields."""
    return {"question": _question(step)} if isinstance(step, Question) else _outcome(step)


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "text": question.text,
        "why": question.why,
        "choices": [
            {"label": choice.label, "answers": dict(choice.answers)} for choice in question.choices
        ],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "outcome": outcome.kind.value,
        "rule": outcome.rule,
        "reason": outcome.reason,
        "documents": list(outcome.documents),
        "where": outcome.where,
        "cost": outcome.cost,
        "next_step": outcome.next_step,
        "meanwhile": outcome.meanwhile,
        "sources": [_source(source) for source in outcome.sources],
        "verified_on": outcome.verified_on.isoformat(),
        "review_by": outcome.review_by.isoformat(),
        "confidence": outcome.confidence.value,
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "title": source.title,
        "publisher": source.publisher,
        "url": source.url,
        "date": source.date,
    }
