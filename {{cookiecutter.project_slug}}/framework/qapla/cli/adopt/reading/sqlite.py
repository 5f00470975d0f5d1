"""Facts about the tables of SQLite that SQLAlchemy does not read.

Source: SQLite, "SQLite Autoincrement".
"""

import re

from sqlalchemy import Connection, MetaData, Table, UniqueConstraint, text

from qapla.cli.adopt.reading import Tell
from qapla.cli.adopt.reading.facts import tell_descending
from qapla.database.migrations.autogenerate.sqlite import foreign_key_actions, unique_columns

_DESCENDING = "SELECT name FROM pragma_index_xinfo(:index) WHERE key AND desc"
_SQL = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table"


def partitions(connection: Connection, schema: str | None) -> list[str]:
    """Return an empty list: tables have no partitions."""
    return []


def adjust(connection: Connection, metadata: MetaData, tell: Tell) -> None:
    """Complete the constraints and options of tables."""
    for table in metadata.tables.values():
        _add_unique_constraints(connection, table)
        _complete_actions(connection, table)
        for index in table.indexes:
            values = {"index": index.name}
            tell_descending(index, connection.scalars(text(_DESCENDING), values).all(), tell)
        sql = connection.scalar(text(_SQL), {"table": table.name}) or ""
        if re.search(r"\bAUTOINCREMENT\b", sql, re.IGNORECASE):
            table.dialect_options["sqlite"]["autoincrement"] = True


def _complete_actions(connection: Connection, table: Table) -> None:
    """Set the actions of foreign keys, of which SQLAlchemy reads only those of whole tables."""
    actions = foreign_key_actions(connection, table.name)
    for key in table.foreign_key_constraints:
        key.onupdate, key.ondelete = actions[key.referred_table.name, tuple(key.columns.keys())]


def _add_unique_constraints(connection: Connection, table: Table) -> None:
    """Add the unique constraints of columns that have a length or more constraints."""
    known = [it.columns.keys() for it in table.constraints if isinstance(it, UniqueConstraint)]
    for columns in unique_columns(connection, table.name):
        if columns not in known:
            table.append_constraint(UniqueConstraint(*columns))
