"""Imports every table, so that migrations and the privacy inventory see them all."""

from __future__ import annotations

from health_navigator.admin import tables as admin_tables
from health_navigator.conversation import tables as conversation_tables
from health_navigator.db import Base
from health_navigator.knowledge import tables as knowledge_tables
from health_navigator.telegram_bot import tables as telegram_tables

MODULES = (admin_tables, conversation_tables, knowledge_tables, telegram_tables)
ALL_TABLES = tuple(Base.metadata.sorted_tables)
