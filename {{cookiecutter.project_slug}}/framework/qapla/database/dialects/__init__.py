"""The engines that a database may have: PostgreSQL, MariaDB and SQLite."""

from qapla.database.dialects.base import Dialect
from qapla.database.dialects.mariadb.dialect import MariaDB
from qapla.database.dialects.postgresql.dialect import PostgreSQL
from qapla.database.dialects.sqlite.dialect import SQLite
from qapla.exceptions import DatabaseError

POSTGRESQL, MARIADB, SQLITE = PostgreSQL(), MariaDB(), SQLite()
# By the names of SQLAlchemy, which has two for MariaDB.
_DIALECTS: dict[str, Dialect] = {
    "postgresql": POSTGRESQL,
    "mysql": MARIADB,
    "mariadb": MARIADB,
    "sqlite": SQLITE,
}


def dialect_of(name: str) -> Dialect:
    """Return the dialect of an engine.

    Args:
        name: The name of SQLAlchemy's dialect, as `URL.get_backend_name()` and
            `connection.dialect.name` have it.

    Raises:
        DatabaseError: The engine is not supported.
    """
    if name not in _DIALECTS:
        raise DatabaseError(
            f"databases of the kind {name!r} are not supported: use PostgreSQL, MariaDB or SQLite"
        )
    return _DIALECTS[name]
