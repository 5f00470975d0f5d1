"""Engines: made once in each process, honest about transactions, clear about what is missing."""

import os
import sqlite3
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from qapla.database.connect.failover import give_up_read_only
from qapla.database.connect.ping import ping_when_idle
from qapla.database.dialects.interrupted import give_up_interrupted
from qapla.database.sessions.reads import restore_at_checkout
from qapla.exceptions import DatabaseError, DatabaseNotFound, SettingsError

_engines: WeakSet[Engine] = WeakSet()


# With 3 databases in each of 4 processes the pools stay below the 100 connections that PostgreSQL
# allows by default: as many as a server has threads, and one more for a stream in a transaction.
_POOL = {"pool_size": 4, "max_overflow": 1}
# PostgreSQL's code, MariaDB's and SQLite's text for a write where only reads are allowed.
_REFUSED = ("25006", 1792, "attempt to write a readonly database")


@dataclass(frozen=True)
class Hints:
    """Say how errors name a database, and what to do when it or its tables are not there."""

    name: str
    create: str
    upgrade: str


def make_engine(url: URL, options: dict[str, Any], hints: Hints) -> Engine:
    """Return a new engine of a database; nothing connects yet.

    Args:
        url: The URL of the database.
        options: What goes to `sqlalchemy.create_engine`, above our defaults.
        hints: What errors say.

    Raises:
        SettingsError: An option is unknown to `create_engine`.
    """
    pool: dict[str, Any] = {} if "poolclass" in options else dict(_POOL)
    if url.get_dialect().driver == "psycopg":
        # In autocommit it has nothing to roll back. (SQLite's driver would seem to be so always.)
        pool["skip_autocommit_rollback"] = True
    engine = _created(url, {**pool, **options}, hints)
    # Before the listeners of the project, to which each connection is as the driver makes it.
    restore_at_checkout(engine)
    if "pool_pre_ping" not in options:
        ping_when_idle(engine)
    give_up_read_only(engine)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin)
    if url.get_backend_name() in ("mysql", "mariadb"):
        event.listen(engine, "connect", _be_strict)
    return engine


def is_refused_write(error: BaseException | None) -> bool:
    """Whether a server has refused a statement because it writes."""
    codes = (getattr(error, "sqlstate", None), *getattr(error, "args", ())[:1])
    return any(code in _REFUSED for code in codes)


def is_missing_table(error: BaseException) -> bool:
    """Whether a statement failed because its table is not there, as before an upgrade."""
    return isinstance(error, DBAPIError) and _says_missing_table(error.orig)


def _says_missing_table(error: BaseException | None) -> bool:
    """Whether a driver's error is about a missing table."""
    codes = (getattr(error, "sqlstate", None), *getattr(error, "args", ())[:1])
    return "42P01" in codes or 1146 in codes or str(error).startswith("no such table")


def _created(url: URL, options: dict[str, Any], hints: Hints) -> Engine:
    try:
        engine = create_engine(url, **{"hide_parameters": True, **options})
    except (TypeError, SQLAlchemyError) as error:
        raise SettingsError(f"database {hints.name!r}: its options are wrong: {error}") from None
    event.listen(engine, "handle_error", give_up_interrupted)
    event.listen(engine, "handle_error", _explain(url, hints))
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


def _be_strict(connection: DBAPIConnection, record: object) -> None:
    """Let MariaDB refuse a value that does not fit, and make tables that have transactions.

    A server may be configured to cut values off, and to make MyISAM tables, which no rollback
    reaches.
    Source: MariaDB, "SQL_MODE: Strict Mode", and "default_storage_engine".
    """
    cursor = connection.cursor()
    cursor.execute(
        "SET SESSION sql_mode = CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'TRADITIONAL'), "
        "SESSION default_storage_engine = InnoDB"
    )
    cursor.close()


def _explain(url: URL, hints: Hints) -> Any:
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
                f"database {hints.name!r} ({url.database}) does not exist: {hints.create}"
            ) from error
        if 1044 in codes or f'permission denied for database "{url.database}"' in text:
            raise DatabaseError(
                f"database {hints.name!r}: the role {url.username!r} may not use {url.database!r}: "
                f"grant it the privileges of that database ({error.args[-1]})"
            ) from error
        if _says_missing_table(error):
            shown = context.sqlalchemy_exception or error
            shown.add_note(f"database {hints.name!r} may not be migrated: {hints.upgrade}")
        if text.startswith("permission denied for schema"):
            shown = context.sqlalchemy_exception or error
            shown.add_note(
                f"database {hints.name!r} has another owner: type "
                f'`ALTER DATABASE "{url.database}" OWNER TO "{url.username}"`'
            )

    return explain
