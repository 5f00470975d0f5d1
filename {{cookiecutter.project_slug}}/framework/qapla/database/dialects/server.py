"""The interface of a server: create, clone, drop, label and lock databases."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Self

from sqlalchemy.engine.interfaces import DBAPICursor

from qapla.database.dialects.label import Label


class Server(ABC):
    """The server of one database, and of those beside it.

    A label is a note about a database that its server keeps, outside of the database.
    """

    # Whether the server can copy a database.
    clones: ClassVar[bool]

    @property
    @abstractmethod
    def name(self) -> str:
        """Return the name of the database, on SQLite the path of its file."""

    @abstractmethod
    def for_database(self, name: str) -> Self:
        """Return the server of another database beside this one."""

    @property
    @abstractmethod
    def drop_by_hand(self) -> str:
        """Return the command that drops the database without this program."""

    @abstractmethod
    def share_connection(self, other: Any) -> None:
        """Use the connection that another one has open, if it is to the same server."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether the database exists."""

    @abstractmethod
    def create(self, *, for_tests: bool = False) -> None:
        """Create the database, empty, with a label where it is for tests."""

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether the database has no tables."""

    @abstractmethod
    def identity(self) -> str:
        """Return the identity of the server, by whatever name it was reached; on SQLite the file's."""

    @abstractmethod
    def locate(self, cursor: DBAPICursor) -> tuple[str, Label | None]:
        """Return the name and the label of the database that a cursor of the driver is in."""

    @abstractmethod
    def drop(self) -> None:
        """Drop the database if it exists, whoever is connected to it."""

    @abstractmethod
    def disable_synchronous_commit(self) -> None:
        """Turn off synchronous commit for this database, where the server supports that."""

    @abstractmethod
    def disconnect(self) -> None:
        """End the connections to the database, where one could be in the way."""

    @abstractmethod
    def clone(self, template: str) -> None:
        """Create the database as a copy of another one, which nobody is connected to."""

    @abstractmethod
    def database_names(self) -> list[str]:
        """Return the names of the server's databases; on SQLite, of the files beside this one."""

    @abstractmethod
    def label(self) -> Label | None:
        """Return the label of the database, or None where it has none or does not exist."""

    @abstractmethod
    def set_label(self, label: Label) -> None:
        """Set the label of the database."""

    @abstractmethod
    def locked(self, name: str, *, wait: bool = True) -> AbstractContextManager[bool]:
        """Acquire a lock of the server for the block, by its name.

        Without `wait` the block is entered at once, and yields whether the lock was free.
        """
