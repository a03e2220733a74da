"""The interview that ships, read once."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from health_navigator.eligibility.interview import Interview
from health_navigator.eligibility.models import EligibilityFile, Question
from health_navigator.shipped import shipped


@pytest.fixture(scope="session")
def body() -> dict[str, Any]:
    """The file as plain values; copy it before changing anything."""
    text = (shipped("knowledge") / "eligibility" / "sis.yaml").read_text(encoding="utf-8")
    value: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return value


@pytest.fixture(scope="session")
def interview(body: dict[str, Any]) -> Interview:
    return Interview.of(EligibilityFile.model_validate(body))


@pytest.fixture(scope="session")
def questions(interview: Interview) -> dict[str, Question]:
    return {question.id: question for question in interview.file.questions}
