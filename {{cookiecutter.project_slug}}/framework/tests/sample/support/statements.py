"""The statements of a block."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from qapla.database.database import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements of the block."""
    statements: list[str] = []

    def listen(_: object, __: object, statement: str, *___: object) -> None:
        # SQLite's own BEGIN is no round trip.
        if statement != "BEGIN":
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", listen)
    yield statements
    event.remove(database.engine, "before_cursor_execute", listen)
