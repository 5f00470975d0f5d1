"""Native enums of PostgreSQL: found in column types, and the SQL about them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ARRAY, Connection, Dialect, text
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.types import TypeDecorator, TypeEngine

from qapla.database.migrations.autogenerate.statements import Statements

# The schema, where it is not the default one, and the name.
Key = tuple[str | None, str]

# The columns of a type, or of its array, with their defaults.
_COLUMNS = """
    SELECT c.oid::regclass::text, quote_ident(a.attname), a.atttypid <> t.oid,
           pg_get_expr(d.adbin, d.adrelid)
    FROM pg_type t JOIN pg_attribute a ON a.atttypid IN (t.oid, t.typarray)
    JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE t.oid = to_regtype(:name) AND c.relkind IN ('r', 'p') ORDER BY 1, 2
"""


def native_enum(type_: TypeEngine[Any], dialect: Dialect) -> ENUM | None:
    """Return the enum of PostgreSQL that a column type stores, by itself or in an array."""
    stored: TypeEngine[Any] = type_.dialect_impl(dialect)
    if isinstance(stored, TypeDecorator):
        return native_enum(stored.impl_instance, dialect)
    if isinstance(stored, ARRAY):
        return native_enum(stored.item_type, dialect)
    return stored if isinstance(stored, ENUM) and stored.native_enum else None


def enums_of(types: Iterable[TypeEngine[Any]], dialect: Dialect) -> dict[Key, ENUM]:
    """Return the native enums of column types, without those that are created elsewhere."""
    found = (native_enum(type_, dialect) for type_ in types)
    return {
        (None if enum.schema == dialect.default_schema_name else enum.schema, str(enum.name)): enum
        for enum in found
        if enum is not None and enum.create_type
    }


def create(enum: ENUM, values: Sequence[str], dialect: Dialect) -> Statements:
    """Return the operation that creates a type."""
    name = dialect.identifier_preparer.format_type(enum)  # type: ignore[attr-defined]
    return Statements([f"CREATE TYPE {name} AS ENUM ({_literals(values)})"], [f"DROP TYPE {name}"])


def change(enum: ENUM, values: Sequence[str], connection: Connection) -> Statements:
    """Return the operation that gives a type other values.

    Values are added where that is all. Otherwise, and in the downgrade as PostgreSQL can take no
    value away, the columns get a new type of the same name.

    Args:
        enum: The type as the models declare it.
        values: The values that it has in the database.
        connection: A connection to the database.
    """
    name = connection.dialect.identifier_preparer.format_type(enum)  # type: ignore[attr-defined]
    columns = [tuple(row) for row in connection.execute(text(_COLUMNS), {"name": name})]
    downgrade = _replaced(name, enum, values, columns, connection.dialect)
    if [value for value in enum.enums if value in values] == list(values):
        return Statements(_added(name, enum.enums, values), downgrade)
    return Statements(_replaced(name, enum, enum.enums, columns, connection.dialect), downgrade)


def _added(name: str, wanted: Sequence[str], values: Sequence[str]) -> list[str]:
    """Return the statements that add values, each at its place."""
    statements = []
    for place, value in enumerate(wanted):
        if value not in values:
            after = f" AFTER {_literals([wanted[place - 1]])}" if place else ""
            before = f" BEFORE {_literals([values[0]])}" if not place and values else ""
            statements.append(f"ALTER TYPE {name} ADD VALUE {_literals([value])}{after or before}")
    return statements


def _replaced(
    name: str,
    enum: ENUM,
    values: Sequence[str],
    columns: Sequence[tuple[Any, ...]],
    dialect: Dialect,
) -> list[str]:
    """Return the statements that put a type with these values in the place of a type."""
    quote = dialect.identifier_preparer.quote
    old = quote(f"{enum.name}_old")
    statements = [
        f"ALTER TYPE {name} RENAME TO {old}",
        f"CREATE TYPE {name} AS ENUM ({_literals(values)})",
    ]
    for table, column, array, default in columns:
        alter = f"ALTER TABLE {table} ALTER COLUMN {column}"
        brackets = "[]" if array else ""
        cast = f"TYPE {name}{brackets} USING {column}::text{brackets}::{name}{brackets}"
        if default is None:
            statements.append(f"{alter} {cast}")
        else:
            statements += [
                f"{alter} DROP DEFAULT",
                f"{alter} {cast}",
                f"{alter} SET DEFAULT {default}",
            ]
    schema = f"{quote(enum.schema)}." if enum.schema else ""
    return [*statements, f"DROP TYPE {schema}{old}"]


def _literals(values: Sequence[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
