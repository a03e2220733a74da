"""What the models say of wrong values: collected here, since they lie below the translations."""

from __future__ import annotations

from health_navigator.i18n import mark

SAID_BY_MODELS = (
    mark("review_by must be later than verified_on"),
    mark("write the date as '2025', '2025-06' or '2025-06-10', in quotes"),
    mark("a deadline needs `after`: the words of the answer for who comes too late"),
    mark("latitude and longitude go together: write both or neither"),
    mark("a local service needs its department (or write scope: national)"),
    mark("a refuge whose address is withheld has no address and no coordinates"),
    mark("a closed service needs closed_on and replaced_by (ids of what is open, or [])"),
)
"""Texts of ValueErrors, which reach people as faults of a form or a file."""
