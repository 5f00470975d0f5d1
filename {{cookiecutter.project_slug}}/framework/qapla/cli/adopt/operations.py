"""The operations of Alembic that create tables, and everything that these need."""

from collections.abc import Collection, Iterator
from typing import Any, Literal

from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import ARRAY, Dialect, Sequence, Table
from sqlalchemy.dialects.postgresql import DOMAIN, CreateDomainType, DropDomainType
from sqlalchemy.schema import (
    CreateSchema,
    CreateSequence,
    DropSequence,
    ExecutableDDLElement,
    sort_tables,
)
from sqlalchemy.types import TypeEngine

from qapla.cli.adopt.reading.extensions import EXTENSIONS
from qapla.cli.adopt.source.constraints import table_options
from qapla.database.dialects import dialect_of
from qapla.database.migrations.autogenerate import rendering
from qapla.database.migrations.autogenerate.enum_types import create, enums_of
from qapla.database.migrations.autogenerate.statements import Statements

# The options that an operation has by itself, and one that is the models' alone.
_OF_TABLE = ("schema", "comment", "info")


def creating(tables: Collection[Table], dialect: Dialect) -> Iterator[ops.MigrateOperation]:
    """Yield the operations that create tables, in an order in which each one can run.

    Args:
        tables: The tables, of which the cycles are marked with `use_alter`.
        dialect: The dialect of their database.
    """
    yield from _prerequisites(tables, dialect)
    later = []
    for table in sort_tables(tables):
        operation = ops.CreateTableOp.from_table(table)
        keys = [key for key in table.foreign_key_constraints if key.use_alter]
        if not dialect_of(dialect.name).alters_by_copy:
            # A column has an `==` of its own.
            left_out = set(map(id, keys))
            operation.columns = [it for it in operation.columns if id(it) not in left_out]
            later += sorted(keys, key=lambda key: str(key.name))
        options = table_options(table, dialect)
        operation.kw = {k: v for k, v in options.items() if k not in _OF_TABLE}
        operation.info = {}
        yield operation
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield ops.CreateIndexOp.from_index(index)
    yield from map(ops.CreateForeignKeyOp.from_constraint, later)


def _prerequisites(tables: Collection[Table], dialect: Dialect) -> Iterator[Statements]:
    """Yield the statements for the schemas, extensions, types and sequences of tables."""
    if not dialect_of(dialect.name).has_schemas:
        return
    columns = [column for table in tables for column in table.columns]
    types = [column.type for column in columns]
    domains = {it.name: it for it in map(_stored, types) if isinstance(it, DOMAIN)}
    sequences = {it.name: it for it in (c.default for c in columns) if isinstance(it, Sequence)}
    enums = enums_of(types, dialect)
    # A downgrade leaves schemas and extensions, as others may use them too.
    for schema in sorted({table.schema for table in tables if table.schema}):
        yield _statements(dialect, CreateSchema(schema, if_not_exists=True))
    quote = dialect.identifier_preparer.quote
    for extension in sorted({it for table in tables for it in table.info.get(EXTENSIONS, ())}):
        yield Statements([f"CREATE EXTENSION IF NOT EXISTS {quote(extension)}"], [])
    for key in sorted(enums, key=str):
        yield create(enums[key], enums[key].enums, dialect)
    for _, domain in sorted(domains.items()):
        yield _statements(dialect, CreateDomainType(domain), DropDomainType(domain))
    for _, sequence in sorted(sequences.items()):
        yield _statements(dialect, CreateSequence(sequence), DropSequence(sequence))


def _stored(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    return type_.item_type if isinstance(type_, ARRAY) else type_


def _statements(
    dialect: Dialect, upgrade: ExecutableDDLElement, downgrade: ExecutableDDLElement | None = None
) -> Statements:
    """Return the operation of a statement, with the one that undoes it."""
    undone = [] if downgrade is None else [str(downgrade.compile(dialect=dialect))]
    return Statements([str(upgrade.compile(dialect=dialect))], undone)


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Render a domain as a type that is there already, and anything else as autogenerate does."""
    if kind == "type" and isinstance(item, DOMAIN):
        stored = render._repr_type(item.data_type, context)
        schema = f", schema={item.schema!r}" if item.schema else ""
        return f"postgresql.DOMAIN({item.name!r}, {stored}{schema}, create_type=False)"
    if kind == "server_default":
        # Its colons are escaped later, with those of other SQL.
        return False
    return rendering.render_item(kind, item, context)
