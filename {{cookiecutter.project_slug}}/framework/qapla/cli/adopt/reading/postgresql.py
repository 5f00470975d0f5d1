"""Facts about the tables of PostgreSQL that SQLAlchemy does not read, or reads otherwise.

Source: PostgreSQL, "System Catalogs".
"""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ARRAY, Column, Connection, MetaData, Sequence, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.types import Double, Numeric, String, TypeEngine

from qapla.cli.adopt.reading import Tell, find_table
from qapla.cli.adopt.reading.extensions import add_extensions

_PARTITIONS = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relispartition AND n.nspname = coalesce(:schema, current_schema())
"""
_CONSTRAINTS = """
    SELECT n.nspname, c.relname, o.conname, o.contype, o.condeferred
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE o.contype = 'x' OR o.contype = 'u' AND o.condeferrable ORDER BY 1, 2, 3
"""
_PARTITIONED = """
    SELECT n.nspname, c.relname, pg_get_partkeydef(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'p' AND NOT c.relispartition ORDER BY 1, 2
"""
_SEQUENCE = """
    SELECT seqstart, seqincrement FROM pg_sequence WHERE seqrelid = to_regclass(:name)
"""
# SQLAlchemy leaves the length out of the type of a domain.
_DOMAIN = "SELECT format_type(typbasetype, typtypmod) FROM pg_type WHERE oid = to_regtype(:name)"
_NEXTVAL = re.compile(r"nextval\('(.+)'::regclass\)")


def partitions(connection: Connection, schema: str | None) -> list[str]:
    """Return the partitions of other tables, whose rows these have too."""
    return list(connection.scalars(text(_PARTITIONS), {"schema": schema}))


def adjust(connection: Connection, metadata: MetaData, tell: Tell) -> None:
    """Complete the constraints, types, sequences and extensions of tables."""
    _complete_constraints(connection, metadata, tell)
    _tell_partitioned(connection, metadata, tell)
    add_extensions(connection, metadata)
    for table in metadata.tables.values():
        for column in table.columns:
            _complete_type(connection, column.type)
            _complete_sequence(connection, column)


def _complete_constraints(connection: Connection, metadata: MetaData, tell: Tell) -> None:
    for schema, name, constraint, kind, deferred in connection.execute(text(_CONSTRAINTS)):
        table = find_table(connection, metadata, schema, name)
        if table is None:
            continue
        if kind == "x":
            tell(
                f"the exclusion constraint {constraint!r} of {table.fullname!r} is left out: "
                "add it by hand"
            )
        for found in table.constraints:
            if isinstance(found, UniqueConstraint) and found.name == constraint:
                found.deferrable = True
                found.initially = "DEFERRED" if deferred else None


def _tell_partitioned(connection: Connection, metadata: MetaData, tell: Tell) -> None:
    """Report the tables that have partitions, which no model and no revision has."""
    for schema, name, key in connection.execute(text(_PARTITIONED)):
        table = find_table(connection, metadata, schema, name)
        if table is not None:
            tell(
                f"the table {table.fullname!r} is adopted without its partitions: add PARTITION BY {key} and "
                "these to the revision by hand"
            )


def _complete_type(connection: Connection, type_: TypeEngine[Any]) -> None:
    if isinstance(type_, ARRAY):
        _complete_type(connection, type_.item_type)
    elif isinstance(type_, Double):
        # That is the precision of every one.
        type_.precision = None
    elif isinstance(type_, DOMAIN):
        name = connection.dialect.identifier_preparer.format_type(type_)  # type: ignore[attr-defined]
        spelled = connection.scalar(text(_DOMAIN), {"name": name})
        numbers = [int(number) for number in re.findall(r"\d+", spelled.partition("(")[2])]
        stored = type_.data_type
        if isinstance(stored, String):
            stored.length = numbers[0] if numbers else None
            stored.collation = None if stored.collation == "default" else stored.collation
        elif isinstance(stored, Numeric) and numbers:
            stored.precision, stored.scale = numbers[0], numbers[-1]
        type_.collation = None if type_.collation == "default" else type_.collation


def _complete_sequence(connection: Connection, column: Column[Any]) -> None:
    """Set the sequence of a column, unless SQLAlchemy makes it by itself for a serial key."""
    default: Any = column.server_default
    found = _NEXTVAL.fullmatch(getattr(getattr(default, "arg", None), "text", ""))
    if found is None:
        return
    *schema, name = _unquoted(found[1])
    own = [column.table.schema] if column.table.schema else []
    is_serial = (schema, name) == (own, f"{column.table.name}_{column.name}_seq")
    if is_serial and column.table.autoincrement_column is column:
        column.server_default = None
        return
    start, increment = connection.execute(text(_SEQUENCE), {"name": found[1]}).one()
    column.default = Sequence(
        name,
        schema=schema[0] if schema else None,
        start=None if start == 1 else start,
        increment=None if increment == 1 else increment,
    )


def _unquoted(name: str) -> Iterator[str]:
    """Yield the parts of a qualified name."""
    for quoted, plain in re.findall(r'"((?:[^"]|"")+)"|([^".]+)', name):
        yield quoted.replace('""', '"') or plain
