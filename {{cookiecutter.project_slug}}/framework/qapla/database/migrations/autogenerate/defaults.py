"""Compare server defaults as the server writes them."""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import AlterColumnOp
from alembic.util import PriorityDispatchResult
from sqlalchemy import Column, Connection, DefaultClause, MetaData, Table, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from qapla.database.dialects import dialect_of

_PROBE = "qapla_server_default"


def compare_server_default(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table: str,
    name: str,
    found: Column[Any],
    wanted: Column[Any],
) -> PriorityDispatchResult:
    """Compare a server default of a model with the one in the database.

    Servers write an expression in a form of their own (MariaDB `now()` as `current_timestamp()`).
    Alembic asks PostgreSQL whether both have the same value: that fails for a type without `=`,
    such as json, and is never true of `gen_random_uuid()`. So the server is given the default of
    the model, in a temporary table, and both are compared in the server's own form.
    """
    if wanted.table.autoincrement_column is wanted or context.connection is None:
        return PriorityDispatchResult.CONTINUE
    if found.server_default is None and _is_serial(context.connection, schema, table, wanted):
        return PriorityDispatchResult.STOP
    if found.server_default is None and _is_unreadable(context, context.connection, wanted):
        return PriorityDispatchResult.STOP
    defaults = found.server_default, wanted.server_default
    if not all(isinstance(it, DefaultClause) for it in defaults):
        return PriorityDispatchResult.CONTINUE
    operation.existing_server_default = found.server_default
    text = _text(found.server_default)
    if text != _text(wanted.server_default) and text != _written(
        context, context.connection, wanted
    ):
        operation.modify_server_default = wanted.server_default
    return PriorityDispatchResult.STOP


def _is_serial(connection: Connection, schema: str | None, table: str, wanted: Column[Any]) -> bool:
    """Whether a column counts by the sequence of its model, which Alembic leaves out if it owns it."""
    default = wanted.server_default
    if not isinstance(default, DefaultClause) or not _text(default).startswith("nextval("):
        return False
    columns = inspect(connection).get_columns(table, schema)
    return any(it["name"] == wanted.name and it["default"] == _text(default) for it in columns)


def _is_unreadable(context: AutogenContext, connection: Connection, wanted: Column[Any]) -> bool:
    """Whether SQLAlchemy reads a default as none: on MariaDB that of a text with a quote in it."""
    default = wanted.server_default
    if not isinstance(default, DefaultClause) or "'" not in _text(default):
        return False
    return _written(context, connection, wanted) is None


def _written(context: AutogenContext, connection: Connection, column: Column[Any]) -> str | None:
    """Return a column's default as the server writes it, None if its type has no such default."""
    default: Any = column.server_default
    probe = Table(
        _PROBE,
        MetaData(),
        Column("value", column.type.copy(), server_default=default.arg),
        prefixes=["TEMPORARY"],
    )
    try:
        with connection.begin_nested() as savepoint:
            connection.execute(CreateTable(probe))
            inspector = inspect(connection)
            found: Any = inspector.get_columns(_PROBE)[0]
            # Alembic adds parentheses on SQLite.
            impl: Any = context.migration_context.impl
            impl.autogen_column_reflect(inspector, probe, found)
            savepoint.rollback()
    except DBAPIError:
        return None
    finally:
        if dialect_of(connection.dialect.name).commits_ddl:
            # A rollback does not reach it.
            connection.exec_driver_sql(f"DROP TEMPORARY TABLE IF EXISTS {_PROBE}")
    written: str | None = found["default"]
    return written


def _text(default: Any) -> str:
    return str(default.arg)
