"""Native enums of PostgreSQL in autogenerate: types are created, changed and dropped.

Alembic itself creates a type along with a table, a second time for a second table and never for a
column that is added, and it drops none. Other engines store an enum in its column alone.
"""

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import render, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import PriorityDispatchResult
from sqlalchemy import Column, Connection, Dialect, inspect
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.types import TypeEngine

from qapla.database.migrations.autogenerate.enum_types import (
    Key,
    change,
    create,
    enums_of,
    native_enum,
)


def compare_enums(
    context: AutogenContext, upgrade: ops.UpgradeOps, schemas: set[str | None]
) -> PriorityDispatchResult:
    """Add the operations about enum types to an upgrade that is complete otherwise."""
    dialect, connection = context.dialect, context.connection
    if connection is None or dialect.name != "postgresql":
        return PriorityDispatchResult.CONTINUE
    found = _in_database(connection)
    declared = enums_of(
        (column.type for table in context.sorted_tables for column in table.columns), dialect
    )
    added, removed = _changed(upgrade, dialect)
    before: list[ops.MigrateOperation] = [
        create(enum, enum.enums, dialect) for key, enum in added.items() if key not in found
    ]
    before += [
        change(enum, found[key], connection)
        for key, enum in declared.items()
        if key in found and list(enum.enums) != found[key]
    ]
    upgrade.ops[:0] = before
    # Only a type of a column of the models: the others belong to other programs.
    upgrade.ops += [
        create(enum, found[key], dialect).reverse()
        for key, enum in removed.items()
        if key in found and key not in declared
    ]
    return PriorityDispatchResult.CONTINUE


def _in_database(connection: Connection) -> dict[Key, list[str]]:
    """Return the values of every enum of the database."""
    default = connection.dialect.default_schema_name
    inspector: Any = inspect(connection)
    return {
        (None if enum["schema"] == default else enum["schema"], enum["name"]): enum["labels"]
        for enum in inspector.get_enums("*")
    }


def _changed(upgrade: ops.UpgradeOps, dialect: Dialect) -> tuple[dict[Key, ENUM], dict[Key, ENUM]]:
    """Return the enums of the columns that an upgrade adds, and of those that it removes."""
    added: list[TypeEngine[Any]] = []
    removed: list[TypeEngine[Any]] = []
    for operation in _flat(upgrade):
        if isinstance(operation, ops.CreateTableOp):
            added += _types(operation)
        elif isinstance(operation, ops.DropTableOp):
            removed += _types(operation.reverse())
        elif isinstance(operation, ops.AddColumnOp):
            added.append(operation.column.type)
        elif isinstance(operation, ops.DropColumnOp):
            removed.append(operation.reverse().column.type)
        elif isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None:
            added.append(operation.modify_type)
            if operation.existing_type is not None:
                removed.append(operation.existing_type)
            if enums_of([*added[-1:], *removed[-1:]], dialect):
                operation.__class__ = CastColumnOp
    return enums_of(added, dialect), enums_of(removed, dialect)


def _flat(container: ops.OpContainer) -> Iterator[ops.MigrateOperation]:
    for operation in container.ops:
        if isinstance(operation, ops.OpContainer):
            yield from _flat(operation)
        else:
            yield operation


def _types(operation: ops.CreateTableOp) -> list[TypeEngine[Any]]:
    return [column.type for column in operation.columns if isinstance(column, Column)]


class CastColumnOp(ops.AlterColumnOp):
    """A change of a column's type to or from an enum, which PostgreSQL does not cast by itself."""

    def reverse(self) -> ops.AlterColumnOp:
        """Return the operation of the downgrade."""
        reversed_: ops.AlterColumnOp = super().reverse()
        reversed_.__class__ = CastColumnOp
        return reversed_


@renderers.dispatch_for(CastColumnOp)
def _render_cast(context: AutogenContext, operation: CastColumnOp) -> str:
    rendered = render._alter_column(context, operation)
    type_ = operation.modify_type
    if type_ is None or native_enum(type_, context.dialect) is None:
        return rendered
    column = context.dialect.identifier_preparer.quote(operation.column_name)
    name = context.dialect.type_compiler_instance.process(type_)
    using = f"{column}::text::{name}"
    return f"{rendered.removesuffix(')')}, postgresql_using={using!r})"
