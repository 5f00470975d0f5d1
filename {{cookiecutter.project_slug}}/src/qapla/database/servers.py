"""Create, clone and drop databases on the servers of PostgreSQL and MariaDB.

Both take these statements only outside a transaction, and from a connection to another database
than the one that they are about.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from sqlalchemy import URL, Connection, NullPool, create_engine, text

from qapla.exceptions import DatabaseError

# How many seconds a process waits for another one that migrates.
_PATIENCE = 600


class _Server:
    """Reach a server through its maintenance database."""

    def __init__(self, url: URL, default_url: URL) -> None:
        self.name = url.database or ""
        self.default_url = default_url
        self._open: Connection | None = None

    def sibling(self, name: str) -> Self:
        """Return the maintenance of another database of the server, on the same connection."""
        other = type(self)(URL.create(self.default_url.drivername, database=name), self.default_url)
        other._open = self._open
        return other

    def share(self, other: Any) -> None:
        """Use the connection that another one has open, if it is to the same server."""
        same = isinstance(other, _Server) and other.default_url == self.default_url
        opened = other._open if same else None
        # One that the server has closed since is of no use.
        if opened is not None and not opened.invalidated:
            self._open = opened

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a connection in autocommit, that of the block around if there is one."""
        if self._open is not None:
            yield self._open
            return
        engine = create_engine(
            self.default_url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
        )
        with engine.connect() as self._open:
            try:
                self.prepare(self._open)
                yield self._open
            finally:
                self._open = None

    def prepare(self, connection: Connection) -> None:
        """Set what the statements of a new connection need."""

    def run(self, statement: str, **names: str) -> None:
        """Run a statement in which `{name}` stands for the quoted name of the database.

        Args:
            statement: The statement.
            names: The names that stand for other words in braces, to be quoted too.
        """
        with self.connection() as connection:
            # Quoted for a driver that formats: a percent sign in the name is doubled already.
            quote = connection.dialect.identifier_preparer.quote_identifier
            quoted = {word: quote(name) for word, name in {"name": self.name, **names}.items()}
            connection.exec_driver_sql(statement.format(**quoted))

    def ask(self, query: str, **values: Any) -> Any:
        """Return the first column of a query's first row, or None."""
        with self.connection() as connection:
            return connection.scalar(text(query), {"name": self.name, **values})

    def list(self, query: str) -> list[str]:
        """Return the first column of a query."""
        with self.connection() as connection:
            return [str(value) for value in connection.scalars(text(query))]


class PostgreSQL(_Server):
    """Look after a database of a PostgreSQL server."""

    clones = True

    def prepare(self, connection: Connection) -> None:
        """Let comments not wait for the disk."""
        connection.exec_driver_sql("SET synchronous_commit = off")

    def exists(self) -> bool:
        """Tell whether the database exists."""
        return bool(self.ask("SELECT 1 FROM pg_database WHERE datname = :name"))

    def create(self) -> None:
        """Create the database, empty."""
        self.run("CREATE DATABASE {name}")

    def drop(self) -> None:
        """Drop the database if it exists, whoever is connected to it."""
        self.run("DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def hurry(self) -> None:
        """Let commits to the database not wait for the disk."""
        self.run("ALTER DATABASE {name} SET synchronous_commit = off")

    def disconnect(self) -> None:
        """End whatever is connected to the database."""
        self.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = :name"
        )

    def clone(self, template: str) -> None:
        """Create the database as a copy of another one, which nobody is connected to.

        The strategy is WAL_LOG, ten times as fast as FILE_COPY for a small database; it is not
        named, as it is the default since PostgreSQL 15 and older servers know none.
        Source: PostgreSQL, "CREATE DATABASE".
        """
        self.run("CREATE DATABASE {name} TEMPLATE {template}", template=template)

    def beside(self) -> list[str]:
        """Return the names of the server's databases."""
        return self.list("SELECT datname FROM pg_database")

    def label(self) -> str:
        """Return the comment on the database."""
        query = (
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name"
        )
        return self.ask(query) or ""

    def set_label(self, label: str) -> None:
        """Set the comment on the database, which a clone of it does not inherit."""
        self.run(f"COMMENT ON DATABASE {{name}} IS '{label}'")

    @contextmanager
    def locked(self, name: str, *, wait: bool = True) -> Iterator[bool]:
        """Hold an advisory lock, which ends with the connection."""
        lock = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
        with self.connection():
            taken = self.ask(f"SELECT {lock}(hashtextextended(:lock, 0))", lock=name) is not False
            try:
                yield taken
            finally:
                if taken:
                    self.ask("SELECT pg_advisory_unlock(hashtextextended(:lock, 0))", lock=name)


class MariaDB(_Server):
    """Look after a database of a MariaDB server, which can clone none."""

    clones = False

    def exists(self) -> bool:
        """Tell whether the database exists."""
        query = "SELECT 1 FROM information_schema.schemata WHERE schema_name = :name"
        return bool(self.ask(query))

    def create(self) -> None:
        """Create the database, empty."""
        self.run("CREATE DATABASE {name} CHARACTER SET utf8mb4")

    def drop(self) -> None:
        """Drop the database if it exists, whoever is connected to it."""
        self.run("DROP DATABASE IF EXISTS {name}")

    def hurry(self) -> None:
        """Do nothing: that is a setting of the whole server."""

    def disconnect(self) -> None:
        """Do nothing: a database is dropped whoever is connected to it."""

    def clone(self, template: str) -> None:
        """Fail: the server has no statement for it."""
        raise DatabaseError(f"database {self.name!r}: MariaDB does not clone databases")

    def beside(self) -> list[str]:
        """Return the names of the server's databases."""
        return self.list("SELECT schema_name FROM information_schema.schemata")

    def label(self) -> str:
        """Return the comment on the database."""
        query = "SELECT schema_comment FROM information_schema.schemata WHERE schema_name = :name"
        return self.ask(query) or ""

    def set_label(self, label: str) -> None:
        """Set the comment on the database."""
        self.run(f"ALTER DATABASE {{name}} COMMENT = '{label}'")

    @contextmanager
    def locked(self, name: str, *, wait: bool = True) -> Iterator[bool]:
        """Hold a lock of the server, which ends with the connection."""
        seconds = _PATIENCE if wait else 0
        with self.connection():
            taken = self.ask(f"SELECT GET_LOCK(SHA2(:lock, 224), {seconds})", lock=name) == 1
            try:
                yield taken
            finally:
                if taken:
                    self.ask("SELECT RELEASE_LOCK(SHA2(:lock, 224))", lock=name)
