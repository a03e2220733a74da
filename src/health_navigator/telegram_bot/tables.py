"""The ledger of Telegram's updates: which were claimed, answered, sent, parked."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from health_navigator.db import Base


class Stage(StrEnum):
    OPEN = "open"
    DONE = "done"
    PARKED = "parked"


class TelegramUpdate(Base):
    """One update by its number; never what it said, and who said it only as a keyed hash."""

    __tablename__ = "telegram_update"
    __table_args__ = (Index("ix_telegram_update_chat_stage", "chat", "stage"),)

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat: Mapped[str | None] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int]
    answered: Mapped[bool]
    owner: Mapped[str] = mapped_column(String(32))
    lease_until: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
    failure: Mapped[str | None] = mapped_column(String(200))


class OutgoingMessage(Base):
    """A part of a reply that waits to be sent; deleted once the whole reply has been."""

    __tablename__ = "outgoing_message"

    update_id: Mapped[int] = mapped_column(
        ForeignKey("telegram_update.update_id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    sent: Mapped[bool]
