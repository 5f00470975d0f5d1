"""The number of rows in each table of a database: exact up to a limit, estimated above it."""

from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, literal, select
from sqlalchemy.exc import DBAPIError

from qapla.database.database import Database
from qapla.database.dialects import dialect_of
from qapla.ops.models import Models
from qapla.ops.outboxes import Backlog, backlog_of, outboxes_of

# Counting as many takes milliseconds.
LIMIT = 10_000


@dataclass(frozen=True)
class Count:
    """The number of rows of a table.

    Args:
        rows: The number, or the limit up to which rows were counted.
        kind: `exact`, `estimated`, or `least` where there are more and no statistics about them.
    """

    rows: int
    kind: str = "exact"


class Census:
    """A probe that counts the rows of a database, and of its outbox the messages that wait.

    Args:
        database: The database.
        models: Its models and tables.

    Attributes:
        counts: The last count of each table by its full name; a table without one is not there.
        backlogs: The messages of each outbox by the full name of its table.
    """

    def __init__(self, database: Database, models: Models) -> None:
        self._database = database
        self._tables = models.tables
        self._outboxes = set(outboxes_of(models))
        self.counts: dict[str, Count] = {}
        self.backlogs: dict[str, Backlog] = {}

    def probe(self, seconds: float) -> str:
        """Count within some seconds; return the number of tables that are there.

        Args:
            seconds: The time for the connection, and for each statement.
        """
        counts: dict[str, Count] = {}
        backlogs: dict[str, Backlog] = {}
        with self._database.connections.alone(seconds) as connection:
            for table in self._tables:
                try:
                    counts[table.fullname] = _count(connection, table, seconds)
                    if table in self._outboxes:
                        backlogs[table.fullname] = backlog_of(connection, table)
                except DBAPIError as error:
                    if error.connection_invalidated:
                        raise
                    # It is not there yet, it is not this role's to read, or it is locked.
                connection.rollback()
        self.counts, self.backlogs = counts, backlogs
        return f"{len(counts)} of {len(self._tables)} tables"


def _count(connection: Connection, table: Table, seconds: float) -> Count:
    dialect = dialect_of(connection.engine.url.get_backend_name())
    dialect.limit_time(connection, seconds)
    some = select(literal(1)).select_from(table).limit(LIMIT + 1).subquery()
    rows = connection.scalar(select(func.count()).select_from(some)) or 0
    if rows <= LIMIT:
        return Count(rows)
    estimate = dialect.estimated_rows(connection, table)
    # Statistics may be older than the rows.
    return Count(estimate, "estimated") if estimate and estimate > LIMIT else Count(LIMIT, "least")
