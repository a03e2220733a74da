"""Whatever a program outside sends, the staff's API answers, and never with a 5xx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import given
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from tests.admin.conftest import API, Staff, serving
from tests.support.server import settings_for
from tests.support.trials import trials

# Ada's own token would be gone after the first of these.
_CLOSING = re.compile(r"/(sessions?|people/\{name\}/(disable|reset)|me/password)$")


@pytest.fixture
def office(tmp_path: Path, little: Path) -> Iterator[Staff]:
    """A program of its own: what a machine writes into it is no help to other tests."""
    with serving(settings_for(tmp_path, knowledge_dir=little)) as staff:
        yield staff


def test_no_request_breaks_the_api(office: Staff) -> None:
    document = office.client.get("/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=str(office.client.base_url).rstrip("/"))
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    tried = [
        operation
        for operation in operations
        if operation.path.startswith(API) and not _CLOSING.search(operation.path)
    ]
    for operation in tried:
        _try(operation, office)
    assert len(tried) > 40


def _try(operation: APIOperation[Any, Any, Any, Any], office: Staff) -> None:
    headers = {"Authorization": f"Bearer {office.ada.token}"}

    @trials(8)
    @given(case=operation.as_strategy())
    def try_(case: Case[Any]) -> None:
        case.call_and_validate(headers=headers, checks=[not_a_server_error])

    try_()
