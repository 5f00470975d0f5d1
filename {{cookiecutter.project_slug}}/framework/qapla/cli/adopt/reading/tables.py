"""Read the tables of a database.

Source: SQLAlchemy, "Reflecting Database Objects".
"""

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Computed, Connection, MetaData, Table, inspect
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import NullType

from qapla.cli.adopt.reading import Tell, mariadb, postgresql, sqlite
from qapla.cli.adopt.reading.facts import complete
from qapla.database.dialects import dialect_of
from qapla.database.migrations.autogenerate.left_out import leave_out
from qapla.exceptions import AdoptionError

_ENGINES = {"mysql": mariadb, "mariadb": mariadb, "postgresql": postgresql, "sqlite": sqlite}
# The tables of programs that migrate a database.
_VERSIONS = ("alembic_version", "migrate_version")
_UNKNOWN_TYPE = "Did not recognize type"


def read_tables(
    connection: Connection, schema: str | None, names: Collection[str], tell: Tell
) -> MetaData:
    """Return the tables of a database, with those that they refer to.

    Args:
        connection: A connection to the database.
        schema: The schema, or None for the default one.
        names: The names of the tables, or none for all.
        tell: A function that is called with a line about each thing that is left out.

    Raises:
        AdoptionError: There is no such schema or table.
    """
    # Another engine is refused.
    dialect_of(connection.dialect.name)
    inspector = inspect(connection)
    if schema == inspector.default_schema_name:
        schema = None
    if schema is not None and schema not in inspector.get_schema_names():
        raise AdoptionError(
            f"there is no schema {schema!r}; known: {', '.join(inspector.get_schema_names())}"
        )
    engine = _ENGINES[connection.dialect.name]
    partitions = engine.partitions(connection, schema)
    found = inspector.get_table_names(schema)
    known = sorted(name for name in found if name not in (*_VERSIONS, *partitions))
    for name in names:
        if name not in known:
            raise AdoptionError(f"there is no table {name!r}; known: {', '.join(known) or 'none'}")
    with _warnings_told(tell):
        metadata = _reflected(connection, schema, list(names) or known, tell)
    engine.adjust(connection, metadata, tell)
    complete(metadata)
    return metadata


def _reflected(
    connection: Connection, schema: str | None, names: Collection[str], tell: Tell
) -> MetaData:
    """Return tables without the columns whose types are unknown."""
    every = MetaData()
    every.reflect(connection, schema=schema, only=list(names))
    metadata = MetaData()
    for key, table in every.tables.items():
        unknown = [it.name for it in table.columns if _is_unknown(it)]
        for name in unknown:
            tell(
                f"the column {name!r} of {key!r} is left out, with the indexes over it and over "
                "expressions, as SQLAlchemy does not read its type or its expression"
            )
        known = [it.name for it in table.columns if it.name not in unknown]
        kept = Table(
            table.name,
            metadata,
            schema=table.schema,
            autoload_with=connection,
            include_columns=known if unknown else None,
            resolve_fks=False,
        )
        if unknown:
            leave_out(kept, {*unknown, *(_parts(table) - _parts(kept))})
    return metadata


def _parts(table: Table) -> set[str]:
    """Return the names of the indexes and constraints of a table."""
    parts: list[Any] = [*table.indexes, *table.constraints]
    return {str(part.name) for part in parts if part.name is not None}


def _is_unknown(column: Column[Any]) -> bool:
    """Whether SQLAlchemy has read neither the type of a column nor that it is computed from others."""
    default: Any = column.server_default
    is_empty = isinstance(default, Computed) and not str(default.sqltext)
    return is_empty or isinstance(column.type, NullType)


@contextmanager
def _warnings_told(tell: Tell) -> Iterator[None]:
    """Report the warnings of SQLAlchemy within the block, once each."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", SAWarning)
        yield
    texts = dict.fromkeys(str(warning.message) for warning in caught)
    for text in texts:
        if not text.startswith(_UNKNOWN_TYPE):
            tell(" ".join(text.split()))
