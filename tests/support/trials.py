"""How tests try the inputs that hypothesis makes up: the same ones in every run."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings


def trials(number: int) -> settings:
    """This many inputs and no more, unshrunk, with no time limit."""
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
