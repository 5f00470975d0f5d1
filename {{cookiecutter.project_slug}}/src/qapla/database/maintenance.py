"""Create, clone and drop databases on their server, whatever kind of server it is."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL

from qapla.database.servers import MariaDB, PostgreSQL
from qapla.database.sqlite import SQLite
from qapla.exceptions import DatabaseError


class Maintenance(Protocol):
    """Look after one database, and the databases beside it on its server.

    A label is a note about a database that its server keeps, outside of the database.
    """

    clones: bool

    def sibling(self, name: str) -> "Maintenance":
        """Return the maintenance of another database of the server."""

    def share(self, other: "Maintenance") -> None:
        """Use the connection that another one has open, if it is to the same server."""

    def exists(self) -> bool:
        """Tell whether the database exists."""

    def create(self) -> None:
        """Create the database, empty."""

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
        return SQLite(Path(url.database or ""))
    if backend == "postgresql":
        return PostgreSQL(url, default_url or url.set(database="postgres"))
    if backend in ("mysql", "mariadb"):
        return MariaDB(url, default_url or url.set(database=""))
    raise DatabaseError(
        f"databases of the kind {backend!r} are not supported: use PostgreSQL, MariaDB or SQLite"
    )
