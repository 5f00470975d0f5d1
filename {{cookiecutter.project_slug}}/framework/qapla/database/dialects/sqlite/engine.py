"""The connections of a SQLite database, whose transactions are SQLAlchemy's alone."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

# Where a connection that reads apart from a transaction remembers that writes are refused.
_READ_ONLY = "qapla.read_only"
REFUSE_WRITES, ALLOW_WRITES = "PRAGMA query_only = ON", "PRAGMA query_only = OFF"


def listen(engine: Engine) -> None:
    """Begin each transaction by a statement, in place of the driver."""
    event.listen(engine, "connect", _disable_driver_transactions)
    event.listen(engine, "begin", _begin)


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Turn foreign keys off within the block, which a batch would follow when it drops a table.

    Source: Alembic, "Running Batch Migrations for SQLite: Dealing with Referencing Foreign Keys".
    The pragma works only outside a transaction, so it goes to the driver's connection.
    """
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


def begin_read(connection: Connection, read_only: bool) -> bool:
    """Begin a read that is not part of a transaction."""
    if read_only:
        connection.info[_READ_ONLY] = True
        connection.exec_driver_sql(REFUSE_WRITES)
    return True


def end_read(connection: Connection) -> None:
    """Allow writes again."""
    if _READ_ONLY in connection.info:
        connection.rollback()
        connection.exec_driver_sql(ALLOW_WRITES)
        connection.rollback()
        del connection.info[_READ_ONLY]


def _disable_driver_transactions(connection: DBAPIConnection, record: object) -> None:
    """Turn off the driver's own BEGIN, which leaks rows out of savepoints.

    Source: SQLAlchemy, "SQLite: Serializable isolation / Savepoints / Transactional DDL".
    """
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
