"""Engines: made once in each process, honest about transactions, clear about what is missing."""

import os
import sqlite3
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from qapla.exceptions import DatabaseNotFound, SettingsError

_engines: WeakSet[Engine] = WeakSet()


def make_engine(url: URL, options: dict[str, Any], name: str, create: str, upgrade: str) -> Engine:
    """Return a new engine of a database; nothing connects yet.

    Args:
        url: The URL of the database.
        options: What goes to `sqlalchemy.create_engine`, above our defaults.
        name: The name of the database, for errors.
        create: What to do when the database does not exist, for errors.
        upgrade: What to do when its tables do not exist, for errors.

    Raises:
        SettingsError: An option is unknown to `create_engine`.
    """
    try:
        engine = create_engine(url, **{"pool_pre_ping": True, "hide_parameters": True, **options})
    except (TypeError, SQLAlchemyError) as error:
        raise SettingsError(f"database {name!r}: its options are wrong: {error}") from None
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _explain(url, name, create, upgrade))
    _engines.add(engine)
    return engine


def dispose_after_fork() -> None:
    """Forget, in a child process, the connections that its parent still uses.

    Source: SQLAlchemy, "Using Connection Pools with Multiprocessing or os.fork()".
    """
    for engine in _engines:
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=dispose_after_fork)


def _leave_transactions_to_us(connection: DBAPIConnection, record: object) -> None:
    """Turn off the driver's own BEGIN, which leaks rows out of savepoints.

    Source: SQLAlchemy, "SQLite: Serializable isolation / Savepoints / Transactional DDL".
    """
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _explain(url: URL, name: str, create: str, upgrade: str) -> Any:
    """Return a listener that says what to do when a database or its tables are missing."""

    def explain(context: ExceptionContext) -> None:
        error = context.original_exception
        text = str(error)
        # PostgreSQL's code, and MariaDB's, whose own "sqlstate" says less.
        codes = [getattr(error, "sqlstate", None), *error.args[:1]]
        # psycopg knows no code of an error that comes before the connection is there.
        not_there = (f'database "{url.database}" does not exist', "unable to open database file")
        if "3D000" in codes or 1049 in codes or any(sign in text for sign in not_there):
            raise DatabaseNotFound(
                f"database {name!r} ({url.database}) does not exist: {create}"
            ) from error
        if "42P01" in codes or 1146 in codes or text.startswith("no such table"):
            shown = context.sqlalchemy_exception or error
            shown.add_note(f"database {name!r} may not be migrated: {upgrade}")

    return explain
