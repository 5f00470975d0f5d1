"""Operations of revisions that leave a table open for reads and writes, on PostgreSQL.

A constraint is checked and an index is built in transactions of their own, while others write. The
operations before are committed by then: after an interruption, each can be repeated. On another engine, and
in a transaction of the caller's, they are the operations of Alembic.
Sources: PostgreSQL, "ALTER TABLE", on NOT VALID, and "Building Indexes Concurrently".
"""

from collections.abc import Sequence
from typing import Any

from alembic import op
from sqlalchemy import Column, ColumnElement, text

# An attribute of Alembic's configuration: whether the caller's connection is in a transaction.
IN_TRANSACTION = "in_transaction"
_CONSTRAINT = "SELECT 1 FROM pg_constraint WHERE conname = :name AND conrelid = to_regclass(:table)"


def add_columns(table: str, *columns: Column[Any]) -> None:
    """Add columns to a table, except those that it has on PostgreSQL already."""
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.add_column(column, if_not_exists=_is_postgresql() or None)


def create_index(name: str, table: str, columns: Sequence[str], *, unique: bool = False) -> None:
    """Create an index. One of the same name, as an interrupted build leaves it, is dropped before."""
    if not _is_online():
        op.create_index(name, table, columns, unique=unique)
        return
    with op.get_context().autocommit_block():
        options: dict[str, Any] = {"postgresql_concurrently": True}
        op.drop_index(name, table, if_exists=True, **options)
        op.create_index(name, table, columns, unique=unique, if_not_exists=True, **options)


def create_unique_constraint(name: str, table: str, columns: Sequence[str]) -> None:
    """Create a unique constraint, from an index that was built before."""
    if not _is_online():
        with op.batch_alter_table(table) as batch:
            batch.create_unique_constraint(name, columns)
    elif not _has_constraint(name, table):
        create_index(name, table, columns, unique=True)
        _alter(table, f"ADD CONSTRAINT {_quoted(name)} UNIQUE USING INDEX {_quoted(name)}")


def create_foreign_key(
    name: str,
    table: str,
    target: str,
    columns: Sequence[str],
    target_columns: Sequence[str],
    *,
    ondelete: str | None = None,
) -> None:
    """Create a foreign key, and check the rows that are there afterwards."""
    if not _has_constraint(name, table):
        with op.batch_alter_table(table) as batch:
            batch.create_foreign_key(
                name,
                target,
                list(columns),
                list(target_columns),
                ondelete=ondelete,
                postgresql_not_valid=True,
            )
    _validate(name, table)


def create_check_constraint(name: str, table: str, condition: str | ColumnElement[bool]) -> None:
    """Create a check constraint, and check the rows that are there afterwards."""
    if not _has_constraint(name, table):
        with op.batch_alter_table(table) as batch:
            batch.create_check_constraint(name, condition, postgresql_not_valid=True)
    _validate(name, table)


def _validate(name: str, table: str) -> None:
    """Check the rows for a constraint, where that is not done yet."""
    if _is_online():
        # The lock of the statements before ends with their transaction.
        with op.get_context().autocommit_block():
            pass
    if _is_postgresql():
        _alter(table, f"VALIDATE CONSTRAINT {_quoted(name)}")


def _alter(table: str, action: str) -> None:
    op.execute(f"ALTER TABLE {_quoted(table)} {action}")


def _has_constraint(name: str, table: str) -> bool:
    """Whether PostgreSQL has a constraint already; SQL that is printed cannot ask."""
    if not _is_postgresql() or op.get_context().as_sql:
        return False
    values = {"name": name, "table": _quoted(table)}
    return bool(op.get_bind().scalar(text(_CONSTRAINT), values))


def _is_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _is_online() -> bool:
    """Whether operations can leave the transaction on PostgreSQL."""
    config = op.get_context().config
    return _is_postgresql() and not (config and config.attributes.get(IN_TRANSACTION))


def _quoted(name: str) -> str:
    return op.get_context().dialect.identifier_preparer.quote(name)
