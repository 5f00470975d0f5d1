"""Create, clone and drop databases on their server, whatever kind of server it is."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import URL
from sqlalchemy.engine.interfaces import DBAPICursor

from qapla.database.dialects.servers import MariaDB, PostgreSQL
from qapla.database.dialects.sqlite import SQLite
from qapla.database.places.urls import path_of
from qapla.exceptions import DatabaseError


class Maintenance(Protocol):
    """Look after one database, and the databases beside it on its server.

    A label is a note about a database that its server keeps, outside of the database.
    """

    clones: bool

    @property
    def name(self) -> str:
        """Return the name of the database, on SQLite the path of its file."""

    def sibling(self, name: str) -> "Maintenance":
        """Return the maintenance of another database of the server."""

    @property
    def drop_by_hand(self) -> str:
        """Return what to type to drop the database without this program."""

    def share(self, other: "Maintenance") -> None:
        """Use the connection that another one has open, if it is to the same server."""

    def exists(self) -> bool:
        """Whether the database exists."""

    def create(self, *, for_tests: bool = False) -> None:
        """Create the database, empty, with a label where it is for tests."""

    def is_empty(self) -> bool:
        """Return whether the database has no tables."""

    def identity(self) -> str:
        """Return the identity of the server, by whatever name it was reached; on SQLite the file's."""

    def landed(self, cursor: DBAPICursor) -> tuple[str, str]:
        """Return the name and the label of the database that a cursor of the driver is in."""

    def drop(self) -> None:
        """Drop the database if it exists, whoever is connected to it."""

    def hurry(self) -> None:
        """Let commits to the database not wait for the disk, where one database can."""

    def disconnect(self) -> None:
        """End whatever is connected to the database, where it could keep one from using it."""

    def clone(self, template: str) -> None:
        """Create the database as a copy of another one, which nobody is connected to."""

    def beside(self) -> list[str]:
        """Return the names of the server's databases; on SQLite, of the files beside this one."""

    def label(self) -> str:
        """Return the label of the database, empty where it has none or does not exist."""

    def set_label(self, label: str) -> None:
        """Give the database a label."""

    def locked(self, name: str, *, wait: bool = True) -> AbstractContextManager[bool]:
        """Let one process at a time into a block, of those that use the same server and name.

        Without `wait` the block is entered at once, and is told whether it is alone.
        """


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
        return SQLite(path_of(url))
    if backend == "postgresql":
        return PostgreSQL(url, default_url or url.set(database="postgres"))
    if backend in ("mysql", "mariadb"):
        return MariaDB(url, default_url or url.set(database=""))
    raise DatabaseError(
        f"databases of the kind {backend!r} are not supported: use PostgreSQL, MariaDB or SQLite"
    )
