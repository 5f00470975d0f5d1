"""MariaDB."""

from collections.abc import Iterator
from math import ceil
from typing import Any

from sqlalchemy import URL, ColumnElement, Connection, Engine, Table, func, literal, text
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.types import TypeEngine

from qapla.database.dialects.base import Dialect, Failure, Upsert, Violation
from qapla.database.dialects.mariadb import engine, errors, rows
from qapla.database.dialects.mariadb.server import MariaDBServer

_IDENTITY = "SELECT CONCAT_WS(' ', @@hostname, @@port, @@datadir, DATABASE())"

_ESTIMATE = """
    SELECT table_rows FROM information_schema.tables
    WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name
"""


class MariaDB(Dialect):
    """MariaDB, with PyMySQL."""

    title = "MariaDB"
    default_port = "3306"
    longest_name = 64
    commits_ddl = True
    escapes_by_backslash = True
    sorts_enums_by_index = True
    converts_texts = True
    # It compares a number beyond its own as a floating point number.
    most_digits = 308

    def engine_options(self, driver: str) -> dict[str, Any]:
        """Return the options of a new engine, of which it needs none."""
        return {}

    def probe_arguments(self, driver: str, seconds: float) -> dict[str, Any]:
        """Return the arguments of a connection that gives up when its server does not answer."""
        limit = ceil(seconds)
        named = ("connect_timeout", "read_timeout", "write_timeout")
        return dict.fromkeys(named, limit) if driver == "pymysql" else {}

    def listen(self, created: Engine) -> None:
        """Listen to the connections of a new engine."""
        engine.listen(created)

    def is_mid_statement(self, connection: Any) -> bool:
        """Whether a connection was interrupted in the middle of a statement."""
        return engine.is_mid_statement(connection)

    def begin_read(self, connection: Connection, read_only: bool) -> bool:
        """Begin a read that is not part of a transaction; return whether that is possible."""
        return engine.begin_read(connection, read_only)

    def failure_of(self, error: BaseException) -> Failure:
        """Return the meaning of a driver's error."""
        return errors.failure_of(error)

    def violation_of(self, error: BaseException) -> Violation | None:
        """Return the constraint that a driver's error is about, or None."""
        return errors.violation_of(error)

    def server(self, url: URL, default_url: URL | None) -> MariaDBServer:
        """Return the server of a database, which is reached without one by default."""
        return MariaDBServer(url, default_url or url.set(database=""))

    def delete_all_rows(self, connection: Connection) -> None:
        """Delete every row of a database that can be reset."""
        rows.delete_all_rows(connection)

    def can_be_reset(self, connection: Connection) -> bool:
        """Whether deleting all rows restores the freshly migrated state."""
        return rows.can_be_reset(connection)

    def schema_identity(self, connection: Connection) -> str:
        """Return the identity of the schema that a connection is in."""
        return str(connection.scalar(text(_IDENTITY)))

    def estimated_rows(self, connection: Connection, table: Table) -> int | None:
        """Return the number of a table's rows by the statistics of its engine."""
        values = {"schema": table.schema, "name": table.name}
        found = connection.scalar(text(_ESTIMATE), values)
        return None if found is None else int(found)

    def nulls_last(
        self, column: ColumnElement[Any], ordered: ColumnElement[Any], *, descending: bool
    ) -> Iterator[ColumnElement[Any]]:
        """Yield the terms of ORDER BY that put the rows without a value last."""
        yield column.is_(None)
        yield ordered

    def equal_json(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Return the condition that a column of JSON, which is a text, is equal to a value."""
        return func.json_equals(column, value) == 1

    def upsert(self, table: Any, parts: Upsert) -> Any:
        """Return the `INSERT` that updates a row with the same value in any unique column."""
        statement = insert(table)
        # Without a change MariaDB would still refuse the duplicate.
        columns = parts.changed or parts.columns
        taken = {column.name: statement.inserted[column.key] for column in columns}
        # PyMySQL takes no parameters behind the values of many rows.
        inline = {column.name: _inline(column, value) for column, value in parts.values.items()}
        return statement.on_duplicate_key_update({**taken, **inline})

    def integers(self, type_: TypeEngine[Any]) -> tuple[int, int]:
        """Return the least and the greatest integer: it compares any, and has unsigned columns."""
        return -(2**63), 2**64 - 1

    def holds_infinite(self, value: Any) -> bool:
        """Whether a number that is infinite, or none, may be compared with a column."""
        return False


def _inline(column: Any, value: Any) -> ColumnElement[Any]:
    if isinstance(value, ColumnElement):
        return value
    return literal(value, column.type, literal_execute=True)
