"""How inputs that hypothesis makes up are tried: the same ones in every run."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings


def trials(number: int) -> settings:
    """So many inputs and no more, each as it comes, however long it takes."""
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
