"""What a conversation keeps in the database: a state for half an hour, counts without chats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Table,
    bindparam,
    delete,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from health_navigator import clock
from health_navigator.conversation.models import (
    ServiceReport,
    State,
    Turn,
    Unanswered,
    Vote,
)
from health_navigator.conversation.tables import (
    ConversationState,
    ReportedService,
    Tally,
    UnansweredQuestion,
)
from health_navigator.db import table_of
from health_navigator.matching.places import Place

STATE_LIFE = timedelta(minutes=30)
# No state is kept for longer: one that ends later was written by a clock that went wrong.
_LONGEST_LIFE = 2 * STATE_LIFE

Body = dict[str, Any]
_FIELDS = frozenset(field.name for field in fields(State))

_STATES = table_of(ConversationState)
_TALLIES = table_of(Tally)
_REPORTS = table_of(ReportedService)

_RECALL = select(_STATES.c.body).where(
    _STATES.c.chat.in_(bindparam("chats", expanding=True)),
    _STATES.c.expires_at > bindparam("now"),
    _STATES.c.expires_at <= bindparam("longest"),
)
_FORGET = delete(_STATES).where(_STATES.c.chat.in_(bindparam("chats", expanding=True)))
_ASK_STAFF = insert(table_of(UnansweredQuestion))


def _once_more(fresh: postgresql.Insert | sqlite.Insert, table: Table) -> Insert:
    """A row that begins with one time, or counts one time more."""
    return fresh.values(times=1).on_conflict_do_update(
        index_elements=list(table.primary_key), set_={"times": table.c.times + 1}
    )


def _latest(fresh: postgresql.Insert | sqlite.Insert) -> Insert:
    """A chat's state, whatever was kept before."""
    return fresh.on_conflict_do_update(
        index_elements=[_STATES.c.chat],
        set_={"body": fresh.excluded.body, "expires_at": fresh.excluded.expires_at},
    )


_REMEMBER = {
    "postgresql": _latest(postgresql.insert(_STATES)),
    "sqlite": _latest(sqlite.insert(_STATES)),
}
_COUNT = {
    "postgresql": _once_more(postgresql.insert(_TALLIES), _TALLIES),
    "sqlite": _once_more(sqlite.insert(_TALLIES), _TALLIES),
}
_REPORT = {
    "postgresql": _once_more(postgresql.insert(_REPORTS), _REPORTS),
    "sqlite": _once_more(sqlite.insert(_REPORTS), _REPORTS),
}


def is_over(now: datetime) -> ColumnElement[bool]:
    """Which states nobody may use any more."""
    ends = _STATES.c.expires_at
    return or_(ends <= now, ends > now + _LONGEST_LIFE)


def recall(connection: Connection, chats: Sequence[str]) -> Body | None:
    """What is kept under any of a chat's names; None when there is nothing or it is too old."""
    now = datetime.now(UTC)
    asked = {"chats": chats, "now": now, "longest": now + _LONGEST_LIFE}
    body: Body | None = connection.scalar(_RECALL, asked)
    return body


def to_state(body: Body | None) -> State | None:
    """The state that was kept; what a newer program kept beside it is left out."""
    if body is None:
        return None
    known = {name: _restored(value) for name, value in body.items() if name in _FIELDS}
    place = Place(**body["place"]) if body.get("place") else None
    return State(**{**known, "place": place})


def _restored(value: object) -> Any:  # noqa: ANN401  any field's
    """JSON knows no tuples."""
    return tuple(value) if isinstance(value, list) else value


def keep(connection: Connection, chats: Sequence[str], turn: Turn) -> None:
    """Write what a turn leaves behind: the state under the chat's first name, the rest nameless."""
    outdated = chats if turn.state is None else chats[1:]
    if outdated:
        forget(connection, outdated)
    if turn.state is not None:
        expires_at = datetime.now(UTC) + STATE_LIFE
        body = {name: value for name, value in asdict(turn.state).items() if value is not None}
        row = {"chat": chats[0], "body": body, "expires_at": expires_at}
        connection.execute(_REMEMBER[connection.dialect.name], row)
    _leave_behind(connection, turn)


def _leave_behind(connection: Connection, turn: Turn) -> None:
    """Counts and questions for the staff, which nothing links to a chat."""
    day = clock.today()
    for record in turn.records:
        match record:
            case Unanswered(text):
                connection.execute(_ASK_STAFF, {"text": text, "asked_on": day})
            case ServiceReport(service):
                report = {"service": service, "reported_on": day}
                connection.execute(_REPORT[connection.dialect.name], report)
    rows = [{"day": day, "name": name, "key": key} for name, key in _counted(turn)]
    connection.execute(_COUNT[connection.dialect.name], rows)


def _counted(turn: Turn) -> Iterator[tuple[str, str]]:
    """What of a turn is counted, always in this order: rows locked in any order may deadlock."""
    yield "outcome", turn.outcome
    if turn.entry and not turn.urgent:
        yield "entry", turn.entry
    if turn.department:
        yield "department", turn.department
    for record in turn.records:
        if isinstance(record, Vote):
            yield "helped" if record.helped else "not_helped", record.entry


def forget(connection: Connection, chats: Sequence[str]) -> None:
    """Delete what is kept for these chats."""
    connection.execute(_FORGET, {"chats": chats})


def count(connection: Connection, day: date, name: str, key: str) -> None:
    connection.execute(_COUNT[connection.dialect.name], {"day": day, "name": name, "key": key})
