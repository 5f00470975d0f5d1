"""The server of a database whose schema others own, which is asked and never changed."""

from contextlib import AbstractContextManager
from typing import Any, NoReturn, Self

from sqlalchemy.engine.interfaces import DBAPICursor

from qapla.database.dialects.label import Label
from qapla.database.dialects.server import Server
from qapla.exceptions import NotManaged


class UnmanagedServer(Server):
    """The server of an unmanaged database. Methods that change a database raise `NotManaged`.

    Args:
        server: The server itself.
        database: How an error names the database.
    """

    clones = False

    def __init__(self, server: Server, database: str) -> None:
        self._server = server
        self._database = database

    @property
    def name(self) -> str:
        """Return the name of the database, on SQLite the path of its file."""
        return self._server.name

    @property
    def drop_by_hand(self) -> str:
        """Return the command that drops the database without this program."""
        return self._server.drop_by_hand

    def for_database(self, name: str) -> Self:
        """Return the server of another database beside this one, which is not changed either."""
        return type(self)(self._server.for_database(name), self._database)

    def share_connection(self, other: Any) -> None:
        """Use the connection that another one has open, if it is to the same server."""
        self._server.share_connection(other)

    def exists(self) -> bool:
        """Whether the database exists."""
        return self._server.exists()

    def is_empty(self) -> bool:
        """Whether the database has no tables."""
        return self._server.is_empty()

    def identity(self) -> str:
        """Return the identity of the server, by whatever name it was reached; on SQLite the file's."""
        return self._server.identity()

    def locate(self, cursor: DBAPICursor) -> tuple[str, Label | None]:
        """Return the name and the label of the database that a cursor of the driver is in."""
        return self._server.locate(cursor)

    def database_names(self) -> list[str]:
        """Return the names of the server's databases; on SQLite, of the files beside this one."""
        return self._server.database_names()

    def label(self) -> Label | None:
        """Return the label of the database, or None where it has none or does not exist."""
        return self._server.label()

    def locked(self, name: str, *, wait: bool = True) -> AbstractContextManager[bool]:
        """Acquire a lock of the server for the block, by its name."""
        return self._server.locked(name, wait=wait)

    def create(self, *, for_tests: bool = False) -> None:
        """Raise `NotManaged`."""
        self._refuse()

    def drop(self) -> None:
        """Raise `NotManaged`."""
        self._refuse()

    def clone(self, template: str) -> None:
        """Raise `NotManaged`."""
        self._refuse()

    def set_label(self, label: Label) -> None:
        """Raise `NotManaged`."""
        self._refuse()

    def disconnect(self) -> None:
        """Raise `NotManaged`."""
        self._refuse()

    def disable_synchronous_commit(self) -> None:
        """Raise `NotManaged`."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise NotManaged(self._database)
