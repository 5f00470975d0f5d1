"""The messages of an outbox. Its model is known by a mark, as this room knows no Celery."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, case, func, select

from qapla.ops.models import Models

_MARK = "__outbox__"


@dataclass(frozen=True)
class Backlog:
    """The messages of an outbox.

    Args:
        due: The number of messages that a relay sends now.
        later: The number of those that it sends later, after an error or without an acknowledgement.
        parked: The number of those that no relay sends any more.
        oldest: The moment since which the first one is due, or None.
    """

    due: int
    later: int
    parked: int
    oldest: datetime | None

    @property
    def age(self) -> float:
        """Return the seconds since which the first message is due; 0 without one."""
        if self.oldest is None:
            return 0.0
        return max(0.0, (datetime.now(UTC) - self.oldest).total_seconds())


def outboxes_of(models: Models) -> list[Table]:
    """Return the tables of the models that hold messages for a relay."""
    tables = (mapper.local_table for mapper in models.mappers if hasattr(mapper.class_, _MARK))
    return [table for table in tables if isinstance(table, Table)]


def backlog_of(connection: Connection, table: Table) -> Backlog:
    """Count the messages in the table of an outbox."""
    due_at = table.c.due_at
    now = datetime.now(UTC)
    counted = select(
        # MariaDB has no FILTER.
        func.count(case((due_at <= now, 1))),
        func.count(case((due_at > now, 1))),
        func.count(case((due_at.is_(None), 1))),
        func.min(due_at),
    )
    found = connection.execute(counted).one()
    oldest: datetime | None = found[3]
    if oldest is not None and oldest.tzinfo is None:
        # Of a database without time zones.
        oldest = oldest.replace(tzinfo=UTC)
    return Backlog(found[0], found[1], found[2], oldest if found[0] else None)
