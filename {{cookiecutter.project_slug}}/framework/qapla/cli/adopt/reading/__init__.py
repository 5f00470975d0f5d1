"""The tables of a database, as SQLAlchemy reads them, with the facts that it leaves out."""

from collections.abc import Callable

from sqlalchemy import Connection, MetaData, Table

# Called with a line about each thing that is left out.
Tell = Callable[[str], object]


def find_table(connection: Connection, metadata: MetaData, schema: str, name: str) -> Table | None:
    """Return the table of a name in a catalog, or None where it is not read.

    Args:
        connection: A connection to the database.
        metadata: The tables; those of the default schema have none.
        schema: The name of its schema.
        name: The name of the table.
    """
    is_default = schema == connection.dialect.default_schema_name
    return metadata.tables.get(name if is_default else f"{schema}.{name}")
