"""PostgreSQL."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Integer,
    SmallInteger,
    Table,
    cast,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.types import TypeEngine

from qapla.database.dialects.base import Dialect, Failure, Upsert, Violation
from qapla.database.dialects.conflict import on_conflict
from qapla.database.dialects.postgresql import engine, errors, reads, rows
from qapla.database.dialects.postgresql.server import PostgreSQLServer

_IDENTITY = (
    "SELECT system_identifier || current_database() || current_schema() FROM pg_control_system()"
)

# Source: PostgreSQL, "pg_class".
_ESTIMATE = "SELECT reltuples FROM pg_class WHERE oid = to_regclass(:table)"


class PostgreSQL(Dialect):
    """PostgreSQL, with psycopg."""

    title = "PostgreSQL"
    default_port = "5432"
    # A longer one is cut off, silently.
    longest_name = 63
    has_schemas = True
    reads_committed = True
    copy_driver = engine.DRIVER
    has_partial_indexes = True
    holds_nul = False
    # Those of NUMERIC.
    most_digits = 131072

    def engine_options(self, driver: str) -> dict[str, Any]:
        """Return the options of a new engine: in autocommit there is nothing to roll back."""
        return {"skip_autocommit_rollback": True} if driver == engine.DRIVER else {}

    def probe_arguments(self, driver: str, seconds: float) -> dict[str, Any]:
        """Return the arguments of a connection that gives up when its server does not answer."""
        return engine.probe_arguments(driver, seconds)

    def listen(self, created: Engine) -> None:
        """Listen to the connections of a new engine."""
        engine.listen(created)

    def is_mid_statement(self, connection: Any) -> bool:
        """Whether a connection was interrupted in the middle of a statement."""
        return hasattr(connection, "pgconn") and engine.is_mid_statement(connection)

    def connect_for_read(self, created: Engine) -> Connection:
        """Take a connection out of the pool for a read that is not part of a transaction."""
        return reads.connect_for_read(created)

    def begin_read(self, connection: Connection, read_only: bool) -> bool:
        """Begin a read that is not part of a transaction; return whether that is possible."""
        if connection.dialect.driver == engine.DRIVER:
            return reads.begin_read(connection, read_only)
        return reads.begin_plainly(connection, read_only)

    def end_read(self, connection: Connection) -> None:
        """Restore a connection after a read."""
        reads.end_read(connection)

    def write_guard(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return the statements that refuse writes within a transaction, and those that end this."""
        return reads.REFUSE_WRITES, reads.ALLOW_WRITES

    def failure_of(self, error: BaseException) -> Failure:
        """Return the meaning of a driver's error."""
        return errors.failure_of(error)

    def violation_of(self, error: BaseException) -> Violation | None:
        """Return the constraint that a driver's error is about, or None."""
        return errors.violation_of(error)

    def server(self, url: URL, default_url: URL | None) -> PostgreSQLServer:
        """Return the server of a database; its maintenance database is `postgres` by default."""
        return PostgreSQLServer(url, default_url or url.set(database="postgres"))

    def delete_all_rows(self, connection: Connection) -> None:
        """Delete every row of a database that can be reset."""
        rows.delete_all_rows(connection)

    def can_be_reset(self, connection: Connection) -> bool:
        """Whether deleting all rows restores the freshly migrated state."""
        return rows.can_be_reset(connection)

    def fingerprint(self, connection: Connection) -> str:
        """Return a value that changes with every schema change and survives cloning."""
        return rows.fingerprint(connection)

    def schema_identity(self, connection: Connection) -> str:
        """Return the identity of the schema that a connection is in."""
        return str(connection.scalar(text(_IDENTITY)))

    def estimated_rows(self, connection: Connection, table: Table) -> int | None:
        """Return the number of a table's rows at its last analysis, or None before that."""
        name = connection.dialect.identifier_preparer.format_table(table)
        found = connection.scalar(text(_ESTIMATE), {"table": name})
        return None if found is None or found < 0 else int(found)

    def limit_time(self, connection: Connection, seconds: float) -> None:
        """End each later statement of a transaction that takes long, or waits for a lock."""
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{seconds * 1000:.0f}ms'")

    def nulls_last(
        self, column: ColumnElement[Any], ordered: ColumnElement[Any], *, descending: bool
    ) -> Iterator[ColumnElement[Any]]:
        """Yield the terms of ORDER BY; ascending it is the engine's own order, for an index."""
        yield ordered.nulls_last() if descending else ordered

    def equal_json(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Return the condition that a column of JSON, which has no comparison, is equal to a value."""
        return cast(column, JSONB) == cast(value, JSONB)

    def upsert(self, table: Any, parts: Upsert) -> Any:
        """Return the `INSERT` into a table that updates the rows which are there already."""
        return on_conflict(insert(table), parts)

    def integers(self, type_: TypeEngine[Any]) -> tuple[int, int]:
        """Return the least and the greatest integer of a column's type."""
        if isinstance(type_, BigInteger):
            bits = 64
        elif isinstance(type_, SmallInteger):
            bits = 16
        elif isinstance(type_, Integer):
            bits = 32
        else:
            bits = 1024 if isinstance(type_, Float) else 3 * self.most_digits
        return -(1 << bits - 1), (1 << bits - 1) - 1

    def holds_infinite(self, value: Any) -> bool:
        """Whether a number that is infinite, or none, may be compared with a column."""
        return True
