"""Lock the test databases of a run, so that a concurrent run cannot drop them.

Nobody waits for the other run: it may take long, and might be one that was forgotten. The lock of
a run that is killed goes with its connection.
"""

from collections.abc import Callable
from contextlib import ExitStack

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from qapla.database.database import Database
from qapla.database.dialects.server import Server
from qapla.database.places.urls import name_of
from qapla.exceptions import DatabaseError, DatabaseInUse


class DatabaseLocks:
    """The locks of a run on its test databases; two applications of a run may share one."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._held: dict[URL, tuple[Database, Server]] = {}

    def acquire(self, database: Database, remedy: Callable[[Database], str]) -> Server:
        """Lock a database until `release`.

        Args:
            database: The database.
            remedy: Makes the end of the message: the way to give the run a database of its own.

        Returns:
            The server of the database; those of one server share a connection.

        Raises:
            DatabaseInUse: Another run holds it.
            DatabaseError: This run holds it for another database, by another address.
        """
        url, server = database.url, database.server
        if url in self._held:
            return server
        for _, held in self._held.values():
            server.share_connection(held)
        name = name_of(url)
        with ExitStack() as stack:
            taken = stack.enter_context(server.locked(name, wait=False))
            if not taken:
                self._refuse_taken(database, server, remedy(database))
            self._stack.push(stack.pop_all())
        self._held[url] = (database, server)
        return server

    def _refuse_taken(self, database: Database, server: Server, remedy: str) -> None:
        """Refuse a database whose lock is held, unless this run holds it for the same database."""
        name = name_of(database.url)
        for url, (holder, held) in self._held.items():
            if name_of(url) == name and held.identity() == server.identity():
                if holder.name == database.name:
                    return
                raise DatabaseError(
                    f"database {database.name!r}: its test database {name!r} is that of "
                    f"{holder.name!r} too, by another address: {remedy}"
                )
        raise DatabaseInUse(
            f"database {database.name!r}: another run of tests uses {name!r}: "
            f"wait until it has ended, or {remedy}"
        )

    def lost(self) -> list[str]:
        """Return the databases whose server has ended the connection that held them."""
        return [name_of(url) for url, (_, server) in self._held.items() if not _is_alive(server)]

    def release(self) -> None:
        """Unlock the databases."""
        self._held.clear()
        self._stack.close()


def _is_alive(server: Server) -> bool:
    try:
        server.exists()
    except (DBAPIError, PendingRollbackError):
        return False
    return True
