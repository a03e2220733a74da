"""Whatever a program outside sends to the public API, it answers as its document says, no 5xx."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import given
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.support.server import Program
from tests.support.trials import trials


def test_no_request_breaks_the_public_api(sqlite_bot: Program) -> None:
    schema = schemathesis.openapi.from_dict(sqlite_bot.client.get("/openapi.json").json())
    schema.config.update(base_url=sqlite_bot.url)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    public = [each for each in operations if "public" in (each.tags or ())]
    for operation in public:
        _try(operation)
    assert len(public) >= 5


def _try(operation: APIOperation[Any, Any, Any, Any]) -> None:
    @trials(40)
    @given(case=operation.as_strategy())
    def try_(case: Case[Any]) -> None:
        case.call_and_validate(checks=[not_a_server_error, response_schema_conformance])

    try_()
