"""Facts about the tables of MariaDB that SQLAlchemy does not read, or reads otherwise.

Source: MariaDB, "Information Schema CHECK_CONSTRAINTS Table" and "JSON Data Type".
"""

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Connection,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.mysql import BIGINT, INTEGER, MEDIUMINT, SMALLINT, TINYINT

from qapla.cli.adopt.reading import Tell
from qapla.cli.adopt.reading.facts import tell_descending

# Those of columns, which SQLAlchemy does not read.
_CHECKS = """
    SELECT table_name, constraint_name, check_clause FROM information_schema.check_constraints
    WHERE constraint_schema = coalesce(:schema, DATABASE()) AND level = 'Column'
    ORDER BY 1, 2
"""
_DESCENDING = """
    SELECT column_name FROM information_schema.statistics
    WHERE table_schema = coalesce(:schema, DATABASE()) AND table_name = :table AND index_name = :index
    AND collation = 'D'
"""
_COLLATION = """
    SELECT collation_name FROM information_schema.collations
    WHERE character_set_name = 'utf8mb4' AND is_default = 'Yes'
"""
# The width in which an integer is shown, which says nothing about its values.
_WIDTHS = {
    TINYINT: (4, 3),
    SMALLINT: (6, 5),
    MEDIUMINT: (9, 8),
    INTEGER: (11, 10),
    BIGINT: (20, 20),
}
_USUAL = {"engine": "InnoDB", "default charset": "utf8mb4"}


def partitions(connection: Connection, schema: str | None) -> list[str]:
    """Return an empty list: partitions are no tables."""
    return []


def adjust(connection: Connection, metadata: MetaData, tell: Tell) -> None:
    """Complete the types, checks, unique constraints and options of tables."""
    collation = connection.scalar(text(_COLLATION))
    for table in metadata.tables.values():
        _complete_options(table.dialect_options[connection.dialect.name], collation)
        for column in table.columns:
            _complete_type(column)
        for index in list(table.indexes):
            values = {"schema": table.schema, "table": table.name, "index": index.name}
            tell_descending(index, connection.scalars(text(_DESCENDING), values).all(), tell)
            _complete_index(table, index)
    for schema in {table.schema for table in metadata.tables.values()}:
        rows = connection.execute(text(_CHECKS), {"schema": schema})
        for name, constraint, sql in rows:
            key = name if schema is None else f"{schema}.{name}"
            if key in metadata.tables:
                _add_check(metadata.tables[key], constraint, sql)


def _complete_options(options: MutableMapping[str, Any], collation: str) -> None:
    """Remove the options that every table has by default."""
    options.pop("comment", None)
    usual = {**_USUAL, "collate": collation}
    charset = options.get("default charset")
    for name, value in usual.items():
        # A collation says nothing without its character set.
        if options.get(name) == value and (name == "engine" or charset == "utf8mb4"):
            options.pop(name)


def _complete_type(column: Column[Any]) -> None:
    type_: Any = column.type
    for kind, (signed, unsigned) in _WIDTHS.items():
        width = unsigned if getattr(type_, "unsigned", False) else signed
        if isinstance(type_, kind) and type_.display_width == width and not type_.zerofill:
            type_.display_width = None
    if type_.__visit_name__ in ("DOUBLE", "FLOAT", "REAL"):
        type_.asdecimal = False


def _complete_index(table: Table, index: Index) -> None:
    """Replace a unique index by the unique constraint that it is, as the server knows both as one.

    The index of a foreign key that has its name is left out: the server makes it.
    """
    plain = [item for item in index.expressions if isinstance(item, Column)]
    options = [value for value in index.dialect_kwargs.values() if value]
    if index.unique and len(plain) == len(index.expressions) and not options:
        table.indexes.remove(index)
        table.append_constraint(UniqueConstraint(*plain, name=index.name))
    elif index.name in {key.name for key in table.foreign_key_constraints}:
        table.indexes.remove(index)


def _add_check(table: Table, name: str, sql: str) -> None:
    """Add the check of a column, which for JSON is a part of the type."""
    if name in table.columns and sql == f"json_valid(`{name}`)":
        table.columns[name].type = JSON()
    else:
        table.append_constraint(CheckConstraint(text(sql), name=name))
