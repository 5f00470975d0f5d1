"""The connections that are checked out of a pool."""

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database


def in_use(database: Database) -> int:
    """Return the number of connections of a database that are checked out."""
    return database.engine.pool.checkedout()  # type: ignore[attr-defined, no-any-return]


def checked_out(application: DatabaseApplication) -> list[int]:
    """Return the number of connections of each database that are checked out."""
    return [in_use(database) for database in application.dbs.values()]
