"""What conversations leave in the database: a state that dies soon, and counts without chats."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from health_navigator.db import Base


class ConversationState(Base):
    """The half-hour memory of one chat, known only by its keyed hash."""

    __tablename__ = "conversation_state"

    chat: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UnansweredQuestion(Base):
    """A scrubbed question that found no answer; nothing links it to a chat or an hour."""

    __tablename__ = "unanswered_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    asked_on: Mapped[date] = mapped_column(index=True)


class ReportedService(Base):
    """How often people said on a day that a service is closed or wrong."""

    __tablename__ = "reported_service"

    service: Mapped[str] = mapped_column(String(80), primary_key=True)
    reported_on: Mapped[date] = mapped_column(primary_key=True)
    times: Mapped[int]


class Tally(Base):
    """How often something happened on a day: outcomes, entries shown, votes, departments."""

    __tablename__ = "tally"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    times: Mapped[int]
