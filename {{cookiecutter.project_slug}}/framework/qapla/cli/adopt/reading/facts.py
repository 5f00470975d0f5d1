"""Complete the tables that were read, for any engine: texts, names of checks, cycles of foreign keys."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    DefaultClause,
    Index,
    MetaData,
    Table,
    TextClause,
    text,
)
from sqlalchemy.schema import conv

from qapla.cli.adopt.reading import Tell
from qapla.cli.adopt.reading.cycles import break_cycles
from qapla.database.migrations.autogenerate.statements import escaped


def complete(metadata: MetaData) -> None:
    """Complete the tables of a database.

    A text of SQL has no parameters, a check has a name that no convention changes, and the cycles of
    foreign keys are marked, as one of them is created later.
    """
    for table in metadata.tables.values():
        for column in table.columns:
            _complete_default(column)
            if not column.primary_key:
                # Only a key may count by itself.
                column.autoincrement = "auto"
        _complete_checks(table)
        for index in table.indexes:
            _complete_index(index)
    break_cycles(metadata.tables.values())


def literal_text(sql: str) -> TextClause:
    """Return SQL as a text without parameters."""
    return text(escaped(sql))


def tell_descending(index: Index, columns: Collection[str], tell: Tell) -> None:
    """Report the descending columns of an index, where neither SQLAlchemy nor Alembic reads them.

    Args:
        index: The index.
        columns: The names of the columns.
        tell: A function that is called with a line about the index.
    """
    if columns:
        assert index.table is not None  # noqa: S101 (for mypy)
        tell(
            f"the index {index.name!r} of {index.table.fullname!r} is adopted without DESC of "
            f"{', '.join(columns)}, which SQLAlchemy does not read: add it to the revision by hand"
        )


def _complete_default(column: Column[Any]) -> None:
    default: Any = column.server_default
    if isinstance(default, DefaultClause):
        column.server_default = DefaultClause(literal_text(_sql(default.arg)))
    elif isinstance(default, Computed):
        default.sqltext = literal_text(_sql(default.sqltext))


def _complete_checks(table: Table) -> None:
    checks: list[Any] = [it for it in table.constraints if isinstance(it, CheckConstraint)]
    unnamed = 0
    for check in sorted(checks, key=lambda check: _sql(check.sqltext)):
        unnamed += check.name is None
        check.name = conv(check.name or f"ck_{table.name}_{unnamed}")
        check.sqltext = literal_text(_sql(check.sqltext))


def _complete_index(index: Index) -> None:
    # SQLite gives a number.
    index.unique = bool(index.unique)
    for key, value in index.dialect_kwargs.items():
        if key.endswith("_where"):
            index.dialect_kwargs[key] = literal_text(_sql(value))
    expressions: list[Any] = [
        literal_text(_sql(it)) if isinstance(it, TextClause) else it for it in index.expressions
    ]
    index.expressions = expressions


def _sql(value: Any) -> str:
    """Return the SQL of a text."""
    return str(value.text) if isinstance(value, TextClause) else str(value)
