"""Which tables of a database have rows, and how a statement with their names is sent."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from qapla.exceptions import WrongDatabase

# How many seconds a lock of another process is waited for; then the database is made anew, by force.
PATIENCE = 3
# The table whose rows stay.
KEPT = {"kept": "alembic_version"}


def tables_with_rows(connection: Connection, query: str) -> list[str]:
    """Return the quoted names of the tables that have rows.

    Args:
        connection: A connection to the database.
        query: The query for the name of the database that the connection is in, or NULL, and the
            quoted name of each table, or NULL.

    Raises:
        WrongDatabase: A test has left the connection in another database than that of its URL.
    """
    name = str(connection.engine.url.database)
    listed = connection.execute(text(query), KEPT).all()
    for here in {here for here, _ in listed if here is not None}:
        # A server may keep names in small letters alone.
        if here.lower() != name.lower():
            raise WrongDatabase(
                f"a connection to the database {name!r} is in {here!r}, which is not emptied: look "
                "for the test that sends `USE`"
            )
    tables = [table for _, table in listed if table is not None]
    return [tables[number] for number in _filled(connection, tables)]


def is_resettable(connection: Connection, query: str, others: str) -> bool:
    """Whether deleting all rows restores the freshly migrated state.

    Args:
        connection: A connection to the database, which was just migrated.
        query: The query of `tables_with_rows`.
        others: The query for whatever else deleting rows would not restore.
    """
    if tables_with_rows(connection, query):
        return False
    found = connection.scalar(text(others))
    connection.rollback()
    return not found


def for_driver(connection: Connection, sql: str) -> str:
    """Return a statement with names in it as the driver reads it, some of which format."""
    formats = connection.dialect.paramstyle in ("format", "pyformat")
    return sql.replace("%", "%%") if formats else sql


def _filled(connection: Connection, tables: Sequence[str]) -> list[int]:
    """Return the numbers of the tables that have rows, by one query."""
    queries = [
        f"SELECT {number} FROM (SELECT 1 AS one) x WHERE EXISTS (SELECT 1 FROM {table})"  # noqa: S608 (quoted names)
        for number, table in enumerate(tables)
    ]
    if not queries:
        return []
    query = for_driver(connection, " UNION ALL ".join(queries))
    return [number for (number,) in connection.exec_driver_sql(query)]
