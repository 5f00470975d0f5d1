"""Facts about SQLite that SQLAlchemy does not read, or that a model cannot have.

Source: SQLite, "PRAGMA index_list", "PRAGMA foreign_key_list" and "CREATE TABLE: The PRIMARY KEY".
"""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import PriorityDispatchResult
from sqlalchemy import Column, Connection, ForeignKeyConstraint, Table, inspect, text

# The other table, and the columns of this one.
Reference = tuple[str, tuple[str, ...]]
# Of an update and of a deletion.
Actions = tuple[str | None, str | None]

_UNIQUE = """
    SELECT l.name, i.name FROM pragma_index_list(:table) l, pragma_index_info(l.name) i
    WHERE l.origin = 'u' ORDER BY l.seq DESC, i.seqno
"""
_REFERENCES = """
    SELECT id, "table", "from", nullif(on_update, 'NO ACTION'), nullif(on_delete, 'NO ACTION')
    FROM pragma_foreign_key_list(:table) ORDER BY id, seq
"""


def unique_columns(connection: Connection, table: str) -> list[list[str]]:
    """Return the columns of each unique constraint of a table.

    SQLAlchemy does not read the constraint of a column that has a length or is NOT NULL.
    """
    constraints: dict[str, list[str]] = {}
    for index, column in connection.execute(text(_UNIQUE), {"table": table}):
        constraints.setdefault(index, []).append(column)
    return list(constraints.values())


def foreign_key_actions(connection: Connection, table: str) -> dict[Reference, Actions]:
    """Return the actions of each foreign key of a table.

    SQLAlchemy does not read those of a foreign key that is written in its column.
    """
    columns: dict[int, list[str]] = {}
    keys: dict[int, tuple[str, Actions]] = {}
    for number, other, column, *actions in connection.execute(text(_REFERENCES), {"table": table}):
        columns.setdefault(number, []).append(column)
        keys[number] = (other, (actions[0], actions[1]))
    return {(other, tuple(columns[it])): actions for it, (other, actions) in keys.items()}


def keep_constraints(
    context: AutogenContext,
    operations: ops.ModifyTableOps,
    schema: str | None,
    table: str,
    found: Table | None,
    wanted: Table | None,
) -> PriorityDispatchResult:
    """Leave the constraints alone that the database has, though SQLAlchemy does not read them.

    A unique constraint may have no name there, whereas a convention names that of a model.
    """
    connection = context.connection
    if connection is None or found is None or wanted is None:
        return PriorityDispatchResult.CONTINUE
    read = inspect(connection).get_unique_constraints(table)
    named = [constraint["column_names"] for constraint in read if constraint["name"]]
    unnamed = [columns for columns in unique_columns(connection, table) if columns not in named]
    actions = foreign_key_actions(connection, table)
    kept = {
        tuple(it.local_cols)
        for it in operations.ops
        if isinstance(it, ops.CreateForeignKeyOp)
        and actions.get((it.referent_table, tuple(it.local_cols)))
        == (it.kw.get("onupdate"), it.kw.get("ondelete"))
    }
    operations.ops[:] = [
        it
        for it in operations.ops
        if not (isinstance(it, ops.CreateUniqueConstraintOp) and list(it.columns) in unnamed)
        and _reference(it) not in kept
    ]
    return PriorityDispatchResult.CONTINUE


def _reference(operation: ops.MigrateOperation) -> tuple[str, ...] | None:
    """Return the columns of the foreign key that an operation creates or drops, or None."""
    if isinstance(operation, ops.CreateForeignKeyOp):
        return tuple(operation.local_cols)
    if isinstance(operation, ops.DropConstraintOp):
        constraint = operation.to_constraint()
        if isinstance(constraint, ForeignKeyConstraint):
            return tuple(constraint.columns.keys())
    return None


def ignore_null_in_key(
    context: AutogenContext,
    operation: ops.AlterColumnOp,
    schema: str | None,
    table: str,
    name: str,
    found: Column[Any],
    wanted: Column[Any],
) -> PriorityDispatchResult:
    """Add no NOT NULL to a primary key, which SQLite has without it and a model never."""
    if not wanted.primary_key:
        return PriorityDispatchResult.CONTINUE
    operation.existing_nullable = found.nullable
    return PriorityDispatchResult.STOP
