"""What users say of services: closed, or wrong. Counts by day, nothing of who said it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import audit, figures
from health_navigator.admin.audit import About
from health_navigator.admin.refusals import Unknown
from health_navigator.admin.rights import Person, Right
from health_navigator.conversation.tables import ReportedService
from health_navigator.i18n import mark
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Item


@dataclass(frozen=True, slots=True)
class Report:
    """How often people reported a service since the staff last looked into it."""

    service: str
    name: str
    times: int
    last: date


async def read(session: AsyncSession) -> list[Report]:
    """The most reported first."""
    counts = await figures.reported_services(session)
    ids = [service for service, _, _ in counts]
    statement = select(Item.id, Item.body).where(Item.kind == ItemKind.SERVICE, Item.id.in_(ids))
    names = {item_id: body["name"] for item_id, body in await session.execute(statement)}
    return [
        Report(service, names.get(service, service), times, last) for service, times, last in counts
    ]


async def settle(session: AsyncSession, person: Person, service: str) -> None:
    """Somebody looked into it: the reports are deleted."""
    person.need(Right.EDIT)
    if service not in {report.service for report in await read(session)}:
        raise Unknown(mark("nobody reported this service"))
    await session.execute(delete(ReportedService).where(ReportedService.service == service))
    audit.record(session, person, "service.reports_settled", About(ItemKind.SERVICE, service))
