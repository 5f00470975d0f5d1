"""Read tables for a migration, with their defaults as the database has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table, event

from qapla.database.migrations.autogenerate.statements import escaped


@contextmanager
def exact_defaults() -> Iterator[None]:
    """Read the defaults of columns as they are, in the block.

    SQLAlchemy hands them to `text()`, which takes the text `:name` for a parameter: the copy of a
    table, as Alembic makes it on SQLite, would fail.
    """
    event.listen(Table, "column_reflect", _escape_column)
    try:
        yield
    finally:
        event.remove(Table, "column_reflect", _escape_column)


def _escape_column(_inspector: Any, _table: Table, column: Any) -> None:
    if isinstance(column.get("default"), str):
        column["default"] = escaped(column["default"])
