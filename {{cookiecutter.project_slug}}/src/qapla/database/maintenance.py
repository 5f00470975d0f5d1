"""Create, drop and look for a database, for each kind of server.

Both PostgreSQL and MariaDB take these statements only outside a transaction, and from a
connection to another database than the one that they are about.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, NullPool, create_engine, text

from qapla.exceptions import DatabaseError


class Maintenance(Protocol):
    """Create, drop and look for one database."""

    def exists(self) -> bool:
        """Tell whether the database exists."""

    def create(self) -> None:
        """Create the database, empty."""

    def drop(self) -> None:
        """Drop the database if it exists, whoever is connected to it."""


def maintenance(url: URL, default_url: URL | None) -> Maintenance:
    """Return the maintenance of the database that a URL names.

    Args:
        url: The URL of the database itself.
        default_url: The URL of the maintenance database, or None to derive it from `url`.

    Raises:
        DatabaseError: The kind of server is not supported.
    """
    backend = url.get_backend_name()
    if backend == "sqlite":
        return SQLite(Path(url.database or ""))
    if backend == "postgresql":
        return PostgreSQL(url, default_url or url.set(database="postgres"))
    if backend in ("mysql", "mariadb"):
        return MariaDB(url, default_url or url.set(database=""))
    raise DatabaseError(
        f"databases of the kind {backend!r} are not supported: use PostgreSQL, MariaDB or SQLite"
    )


class _Server:
    """Reach a server through its maintenance database."""

    def __init__(self, url: URL, default_url: URL) -> None:
        self.name = url.database or ""
        self.default_url = default_url

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open a connection in autocommit, and keep nothing open afterwards."""
        engine = create_engine(
            self.default_url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
        )
        with engine.connect() as connection:
            yield connection

    def run(self, statement: str) -> None:
        """Run a statement in which `{name}` stands for the quoted name of the database."""
        with self.connection() as connection:
            # Quoted for a driver that formats: a percent sign in the name is doubled already.
            name = connection.dialect.identifier_preparer.quote_identifier(self.name)
            connection.exec_driver_sql(statement.format(name=name))

    def found(self, query: str) -> bool:
        """Tell whether a query with the parameter `name` finds a row."""
        with self.connection() as connection:
            return connection.execute(text(query), {"name": self.name}).first() is not None


class PostgreSQL(_Server):
    """Create, drop and look for a database of a PostgreSQL server."""

    def exists(self) -> bool:
        """Tell whether the database exists."""
        return self.found("SELECT 1 FROM pg_database WHERE datname = :name")

    def create(self) -> None:
        """Create the database, empty."""
        self.run("CREATE DATABASE {name}")

    def drop(self) -> None:
        """Drop the database if it exists, whoever is connected to it."""
        self.run("DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class MariaDB(_Server):
    """Create, drop and look for a database of a MariaDB server."""

    def exists(self) -> bool:
        """Tell whether the database exists."""
        return self.found("SELECT 1 FROM information_schema.schemata WHERE schema_name = :name")

    def create(self) -> None:
        """Create the database, empty."""
        self.run("CREATE DATABASE {name} CHARACTER SET utf8mb4")

    def drop(self) -> None:
        """Drop the database if it exists, whoever is connected to it."""
        self.run("DROP DATABASE IF EXISTS {name}")


class SQLite:
    """Create, drop and look for a database that is a file.

    Args:
        path: The path of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Tell whether the file exists."""
        return self.path.exists()

    def create(self) -> None:
        """Create the file, empty, and the directory that it is in."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch()

    def drop(self) -> None:
        """Remove the file, and the journals beside it."""
        for suffix in ("", "-journal", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
