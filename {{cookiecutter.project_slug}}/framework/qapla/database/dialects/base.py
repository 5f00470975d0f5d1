"""The interface of a dialect, which has everything that depends on the engine of a database."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any, ClassVar

from sqlalchemy import URL, ColumnElement, Connection, Engine, Table, TextClause
from sqlalchemy.types import TypeEngine

from qapla.database.dialects.server import Server
from qapla.exceptions import ConstraintViolation


class Failure(Flag):
    """The meanings that an error of a driver may have; an error may have none, or several."""

    NONE = 0
    # The same work may succeed when it is repeated.
    TRANSIENT = auto()
    # Another transaction came first, and the whole work may be repeated at once.
    CONFLICT = auto()
    # Another transaction has the lock of a row.
    LOCKED = auto()
    # A statement writes where only reads are allowed.
    READ_ONLY = auto()
    # The whole server takes no writes any more, as after a failover.
    READ_ONLY_SERVER = auto()
    MISSING_DATABASE = auto()
    MISSING_TABLE = auto()
    MISSING_ROLE = auto()
    # The role has no right to run the statement, to use the database, or to use its schema.
    DENIED = auto()
    DENIED_DATABASE = auto()
    DENIED_SCHEMA = auto()
    # A value does not fit its column.
    MISFIT = auto()


@dataclass(frozen=True)
class Violation:
    """A violated constraint, as far as the driver names it."""

    kind: type[ConstraintViolation]
    table: str | None = None
    constraint: str | None = None
    columns: tuple[str, ...] = ()
    # Of a foreign key: whether a row is still referred to, where the error says so.
    referred: bool | None = None


@dataclass(frozen=True)
class Upsert:
    """The parts of an `INSERT` that updates the rows which are there already.

    Args:
        columns: The unique columns, whose values a row may share with one that is there.
        predicate: The condition of the partial unique index over them, or None.
        kind: The condition of the rows that may be updated, or None.
        changed: The columns that take the value of the new row.
        values: The values of other columns, such as a version.
    """

    columns: Sequence[Any]
    predicate: TextClause | None
    kind: ColumnElement[bool] | None
    changed: Sequence[Any]
    values: Mapping[Any, Any]


class Dialect(ABC):
    """One engine: its connections, errors, server, rows, and the SQL that is its own."""

    # The engine, as messages name it.
    title: ClassVar[str]
    # The port that a URL without one means.
    default_port: ClassVar[str] = ""
    # The longest name of a database that the server keeps, in bytes.
    longest_name: ClassVar[int | None] = None
    # Whether a database is a file, with no server.
    is_file: ClassVar[bool] = False
    # Whether a database has schemas, which a `search_path` selects.
    has_schemas: ClassVar[bool] = False
    # Whether a statement that changes the schema commits the transaction.
    commits_ddl: ClassVar[bool] = False
    # Whether Alembic alters a table by copying it.
    alters_by_copy: ClassVar[bool] = False
    # Whether by default two reads of one transaction may see different states.
    reads_committed: ClassVar[bool] = False
    # The driver whose `COPY` loads many rows, or an empty text.
    copy_driver: ClassVar[str] = ""
    # Whether a backslash escapes the next character of a text in SQL.
    escapes_by_backslash: ClassVar[bool] = False
    # Whether an index may be over a part of the rows.
    has_partial_indexes: ClassVar[bool] = False
    # Whether it sorts the values of an enum by their index, and compares them as texts.
    sorts_enums_by_index: ClassVar[bool] = False
    # Whether it compares a text with a number by converting the text.
    converts_texts: ClassVar[bool] = False
    # Whether a text may have a NUL.
    holds_nul: ClassVar[bool] = True
    # The greatest number of digits that a number may have before its point.
    most_digits: ClassVar[int]

    # Connections

    @abstractmethod
    def engine_options(self, driver: str) -> dict[str, Any]:
        """Return the options of a new engine, below those of the settings."""

    def probe_arguments(self, driver: str, seconds: float) -> dict[str, Any]:
        """Return the arguments of a connection that gives up when its server does not answer.

        Args:
            driver: The name of the driver.
            seconds: The time after which it gives up, as exactly as the driver can.
        """
        return {}

    @abstractmethod
    def listen(self, engine: Engine) -> None:
        """Listen to the connections of a new engine, before any listener of the project."""

    def is_mid_statement(self, connection: Any) -> bool:
        """Whether a connection of the driver was interrupted in the middle of a statement."""
        return False

    def connect_for_read(self, engine: Engine) -> Connection:
        """Take a connection out of the pool for a read that is not part of a transaction."""
        return engine.connect()

    @abstractmethod
    def begin_read(self, connection: Connection, read_only: bool) -> bool:
        """Begin a read that is not part of a transaction; return whether that is possible.

        Args:
            connection: A connection of `connect_for_read`.
            read_only: Whether the server refuses statements that write.
        """

    def end_read(self, connection: Connection) -> None:  # noqa: B027 - most engines restore nothing
        """Restore a connection after a read."""

    def write_guard(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return the statements that refuse writes within a transaction, and those that end this."""
        return (), ()

    def foreign_keys_off(self, connection: Connection) -> AbstractContextManager[None]:
        """Turn foreign keys off within the block, where a migration needs that."""
        return nullcontext()

    # Errors

    @abstractmethod
    def failure_of(self, error: BaseException) -> Failure:
        """Return the meaning of a driver's error."""

    @abstractmethod
    def violation_of(self, error: BaseException) -> Violation | None:
        """Return the constraint that a driver's error is about, or None."""

    # Servers

    @abstractmethod
    def server(self, url: URL, default_url: URL | None) -> Server:
        """Return the server of a database.

        Args:
            url: The URL of the database itself.
            default_url: The URL of the maintenance database, or None to derive it from `url`.
        """

    # Rows

    @abstractmethod
    def delete_all_rows(self, connection: Connection) -> None:
        """Delete every row of a database that can be reset, and let its keys count from the start.

        Raises:
            WrongDatabase: The connection is in another database than that of its URL.
        """

    @abstractmethod
    def can_be_reset(self, connection: Connection) -> bool:
        """Whether deleting all rows restores the freshly migrated state."""

    def fingerprint(self, connection: Connection) -> str:
        """Return a value that changes with every schema change and survives cloning."""
        return ""

    @abstractmethod
    def schema_identity(self, connection: Connection) -> str:
        """Return the identity of the schema that a connection is in."""

    def estimated_rows(self, connection: Connection, table: Table) -> int | None:
        """Return the number of a table's rows by the statistics of the server, or None without any.

        Args:
            connection: A connection to the database.
            table: The table.
        """
        return None

    # SQL

    def limit_time(self, connection: Connection, seconds: float) -> None:  # noqa: B027 - others need none
        """End each later statement of a transaction that takes long, where the driver does not.

        Args:
            connection: A connection of `probe_arguments`, in a transaction.
            seconds: The time for one statement.
        """

    @abstractmethod
    def nulls_last(
        self, column: ColumnElement[Any], ordered: ColumnElement[Any], *, descending: bool
    ) -> Iterator[ColumnElement[Any]]:
        """Yield the terms of ORDER BY that put the rows without a value last."""

    @abstractmethod
    def equal_json(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Return the condition that a column of JSON is equal to a value."""

    @abstractmethod
    def upsert(self, table: Any, parts: Upsert) -> Any:
        """Return the `INSERT` into a table that updates the rows which are there already."""

    @abstractmethod
    def integers(self, type_: TypeEngine[Any]) -> tuple[int, int]:
        """Return the least and the greatest integer that a column is compared with."""

    @abstractmethod
    def holds_infinite(self, value: Any) -> bool:
        """Whether a number that is infinite, or none, may be compared with a column."""


def names_in(columns: str | None) -> tuple[str, ...]:
    """Return the names in the list of an error's text."""
    return tuple(name.strip('` "') for name in (columns or "").split(",") if name)


def is_kind(error: BaseException, name: str) -> bool:
    """Whether an error is one of the classes that every driver has by the same name.

    Source: PEP 249, "Exceptions".
    """
    return any(found.__name__ == name for found in type(error).__mro__)
