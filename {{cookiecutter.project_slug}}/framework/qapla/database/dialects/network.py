"""The common part of the servers of PostgreSQL and MariaDB.

Both take the statements for databases only outside a transaction, and from a connection to another database
than the one that they are about.
"""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self

from sqlalchemy import URL, Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from qapla.database.dialects.base import Failure
from qapla.database.dialects.server import Server
from qapla.exceptions import CreationDenied, DatabaseError, LockTimeout

# How many seconds a process waits for a lock, as for another one that migrates.
_PATIENCE = 600


class NetworkServer(Server):
    """A server that is reached through its maintenance database.

    Args:
        url: The URL of the database itself.
        default_url: The URL of the maintenance database.
    """

    def __init__(self, url: URL, default_url: URL) -> None:
        self.url = url
        self.default_url = default_url
        # The role that is to use the database, where it is another one than that which creates it.
        same = url.username in (None, default_url.username)
        self.owner = None if same else url.username
        self._open: Connection | None = None

    @property
    def name(self) -> str:
        """Return the name of the database."""
        return self.url.database or ""

    @property
    def drop_by_hand(self) -> str:
        """Return the statement that drops the database."""
        quote = self.url.get_dialect()().identifier_preparer.quote_identifier
        return f"DROP DATABASE {quote(self.name).replace('%%', '%')}"

    def for_database(self, name: str) -> Self:
        """Return the server of another database, on the same connection."""
        other = type(self)(self.url.set(database=name), self.default_url)
        other._open = self._open
        return other

    def share_connection(self, other: Any) -> None:
        """Use the connection that another one has open, if it is to the same server."""
        same = isinstance(other, NetworkServer) and other.default_url == self.default_url
        opened = other._open if same else None
        # One that the server has closed since is of no use.
        if opened is not None and not opened.invalidated:
            self._open = opened

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open a connection in autocommit, or use that of the block around."""
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
        """Set up a new connection for the statements of this class."""

    def run(self, statement: str, **names: str) -> None:
        """Run a statement in which `{name}` stands for the quoted name of the database.

        Args:
            statement: The statement.
            names: The names that stand for other words in braces, to be quoted too.

        Raises:
            DatabaseError: The role of the maintenance URL may not run the statement.
        """
        with self.connection() as connection:
            # Quoted for a driver that formats: a percent sign in the name is doubled already.
            quote = connection.dialect.identifier_preparer.quote_identifier
            quoted = {word: quote(name) for word, name in {"name": self.name, **names}.items()}
            try:
                connection.exec_driver_sql(statement.format(**quoted))
            except DBAPIError as error:
                self._refuse_denied(error, statement)
                raise

    def _refuse_denied(self, error: DBAPIError, statement: str) -> None:
        driver: Any = error.orig
        if self.failure_of(driver) & (Failure.DENIED | Failure.MISSING_ROLE):
            reason = str(driver.args[-1]).partition("\n")[0]
            raise (CreationDenied if statement.startswith("CREATE") else DatabaseError)(
                f"database {self.name!r}: the role {self.default_url.username!r} may not run "
                f"`{' '.join(statement.split()[:2])}` ({reason}): type `{self.grant(statement)}`, or "
                "give default_url another role"
            ) from None

    @abstractmethod
    def failure_of(self, error: BaseException) -> Failure:
        """Return the meaning of a driver's error."""

    @abstractmethod
    def grant(self, statement: str) -> str:
        """Return the statement that lets the role of the maintenance URL run another one."""

    def ask(self, query: str, **values: Any) -> Any:
        """Return the first column of a query's first row, or None."""
        with self.connection() as connection:
            return connection.scalar(text(query), {"name": self.name, **values})

    def list(self, query: str) -> list[str]:
        """Return the first column of a query."""
        with self.connection() as connection:
            return [str(value) for value in connection.scalars(text(query))]

    @contextmanager
    def locked(self, name: str, *, wait: bool = True) -> Iterator[bool]:
        """Acquire a lock of the server for the block; it ends with the connection."""
        with self.connection():
            taken = self.take_lock(name, _PATIENCE if wait else 0)
            if wait and not taken:
                raise LockTimeout(name, _PATIENCE)
            try:
                yield taken
            finally:
                if taken:
                    # A server that has closed the idle connection has released the lock with it.
                    with suppress(DBAPIError, PendingRollbackError):
                        self.release_lock(name)

    @abstractmethod
    def take_lock(self, name: str, seconds: int) -> bool:
        """Take a lock, and return whether that was possible within some seconds."""

    @abstractmethod
    def release_lock(self, name: str) -> None:
        """Release a lock that was taken."""
