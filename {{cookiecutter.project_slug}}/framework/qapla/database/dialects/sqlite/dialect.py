"""SQLite."""

import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, ColumnElement, Connection, Engine, func
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.types import TypeEngine

from qapla.database.dialects.base import Dialect, Failure, Upsert, Violation
from qapla.database.dialects.conflict import on_conflict
from qapla.database.dialects.sqlite import engine, errors, rows
from qapla.database.dialects.sqlite.files import path_of
from qapla.database.dialects.sqlite.server import SQLiteServer


class SQLite(Dialect):
    """SQLite, in a file."""

    title = "SQLite"
    is_file = True
    alters_by_copy = True
    has_partial_indexes = True
    # It compares a number beyond its own as a floating point number.
    most_digits = 308

    def engine_options(self, driver: str) -> dict[str, Any]:
        """Return the options of a new engine, of which it needs none."""
        return {}

    def listen(self, created: Engine) -> None:
        """Listen to the connections of a new engine."""
        engine.listen(created)

    def begin_read(self, connection: Connection, read_only: bool) -> bool:
        """Begin a read that is not part of a transaction; return whether that is possible."""
        return engine.begin_read(connection, read_only)

    def end_read(self, connection: Connection) -> None:
        """Restore a connection after a read."""
        engine.end_read(connection)

    def write_guard(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return the statements that refuse writes within a transaction, and those that end this."""
        return (engine.REFUSE_WRITES,), (engine.ALLOW_WRITES,)

    def foreign_keys_off(self, connection: Connection) -> AbstractContextManager[None]:
        """Turn foreign keys off within the block, which a batch would follow."""
        return engine.foreign_keys_off(connection)

    def failure_of(self, error: BaseException) -> Failure:
        """Return the meaning of a driver's error."""
        return errors.failure_of(error)

    def violation_of(self, error: BaseException) -> Violation | None:
        """Return the constraint that a driver's error is about, or None."""
        return errors.violation_of(error)

    def server(self, url: URL, default_url: URL | None) -> SQLiteServer:
        """Return the directory of a database."""
        return SQLiteServer(path_of(url))

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
        """Return the identity of the file, which may have several names."""
        found = Path(path_of(connection.engine.url)).stat()
        return f"{found.st_dev} {found.st_ino}"

    def nulls_last(
        self, column: ColumnElement[Any], ordered: ColumnElement[Any], *, descending: bool
    ) -> Iterator[ColumnElement[Any]]:
        """Yield the terms of ORDER BY that put the rows without a value last."""
        yield ordered.nulls_last()

    def equal_json(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Return the condition that a column of JSON is equal to a value, in the order of its keys."""
        return func.json(column) == func.json(value)

    def upsert(self, table: Any, parts: Upsert) -> Any:
        """Return the `INSERT` into a table that updates the rows which are there already."""
        return on_conflict(insert(table), parts)

    def integers(self, type_: TypeEngine[Any]) -> tuple[int, int]:
        """Return the least and the greatest integer, which every column holds."""
        return -(2**63), 2**63 - 1

    def holds_infinite(self, value: Any) -> bool:
        """Whether a number that is infinite, or none, may be compared with a column."""
        return isinstance(value, float) and not math.isnan(value)
