"""Reads of one connection: short ones that give it back at once, and those that may write nothing.

A short read runs on a connection of the writer's pool, with all that listeners, options and settings
have made of it. With psycopg it is in autocommit, which costs neither a BEGIN nor a ROLLBACK; the
connection stays so in the pool until something else than a short read takes it out.
"""

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

_ISOLATION = "qapla.isolation"
_SHOW_ISOLATION = "SHOW default_transaction_isolation"
_LEFT = "qapla.autocommit"
_READ_ONLY = "qapla.read_only"
# libpq's PQTRANS_IDLE: no transaction has begun.
_IDLE = 0
_SAVEPOINT = "qapla_read"


class _Opening(threading.local):
    """Whether this thread takes a connection out for a short read."""

    active = False


_opening = _Opening()


def restore_at_checkout(engine: Engine) -> None:
    """Take a connection out of autocommit that a short read has left so, unless for another one."""
    if engine.dialect.driver == "psycopg":
        event.listen(engine, "checkout", _restore)


def _restore(used: Any, record: ConnectionPoolEntry, proxy: object) -> None:
    if not _opening.active and record.info.pop(_LEFT, False):
        used.autocommit = False


def begins_plainly(session: Session, engine: Engine) -> bool:
    """Whether a transaction of a session begins with nothing that a read of its own would miss.

    A listener for the begin of a transaction may set a role, a tenant or an isolation level there.
    """
    told, begin = session.dispatch, engine.dispatch.begin
    return session.autobegin and not (
        _has_foreign(told.after_begin)
        or (told.after_transaction_create and _has_foreign(told.after_transaction_create))
        or (begin and _has_foreign(begin))
        or "isolation_level" in engine.get_execution_options()
    )


def open_read(engine: Engine, *, read_only: bool = False) -> Connection | None:
    """Return a connection for a read that is not part of a transaction, or None.

    None is for a connection that promises more than PostgreSQL's default isolation: two reads of
    one transaction see the same there.

    Args:
        engine: The engine of the database.
        read_only: Whether the server refuses statements that write.
    """
    _opening.active = True
    try:
        connection = engine.connect()
    finally:
        _opening.active = False
    try:
        is_usable = _BEGIN.get(connection.dialect.driver, _begin)(connection, read_only)
    except BaseException:
        connection.close()
        raise
    if is_usable:
        return connection
    connection.close()
    return None


def close_read(connection: Connection) -> None:
    """Give the connection of a short read back, as it was before."""
    try:
        if not connection.invalidated:
            _END.get(connection.dialect.driver, _nothing)(connection)
    except Exception:
        # The server has closed it, or a statement was interrupted: the next one is a new one.
        connection.invalidate()
    finally:
        connection.close()


def refuse_writes(connection: Connection) -> Callable[[], None]:
    """Let the server refuse writes within a transaction; return the function that ends this.

    MariaDB has no way to do so in a transaction that has begun.
    Source: PostgreSQL, "SET TRANSACTION"; SQLite, "PRAGMA query_only".
    """
    backend = connection.dialect.name
    if backend == "postgresql":
        connection.exec_driver_sql(f"SAVEPOINT {_SAVEPOINT}")
        connection.exec_driver_sql("SET LOCAL transaction_read_only = on")
        # To release the savepoint alone would leave the transaction read-only.
        end = [f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}", f"RELEASE SAVEPOINT {_SAVEPOINT}"]
    elif backend == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
        end = ["PRAGMA query_only = OFF"]
    else:
        end = []

    def allow() -> None:
        if not connection.invalidated and not connection.closed:
            for statement in end:
                connection.exec_driver_sql(statement)

    return allow


def _has_foreign(listeners: Any) -> bool:
    """Whether an event has listeners that are not the framework's own."""
    for listener in listeners:  # noqa: SIM110 - a generator costs as much as the rest
        if not listener.__module__.startswith("qapla."):
            return True
    return False


def _begin(connection: Connection, read_only: bool) -> bool:
    backend = connection.dialect.name
    if read_only and backend in ("mysql", "mariadb"):
        connection.exec_driver_sql("START TRANSACTION READ ONLY")
    elif read_only and backend == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    elif read_only and backend == "sqlite":
        connection.info[_READ_ONLY] = False
        connection.exec_driver_sql("PRAGMA query_only = ON")
    return True


def _begin_psycopg(connection: Connection, read_only: bool) -> bool:
    used: Any = connection.connection.dbapi_connection
    if connection.info.get(_LEFT):
        if read_only:
            del connection.info[_LEFT]
            used.autocommit = False
            _set_read_only(connection, used)
        return True
    level = used.isolation_level
    if used.autocommit or (level is not None and level.name != "READ_COMMITTED"):
        return False
    if used.pgconn.transaction_status != _IDLE:
        # A listener of the pool has begun a transaction, for settings that hold in it alone.
        return _begin(connection, read_only)
    if _isolation(connection, used) != "read committed":
        return False
    if read_only:
        _set_read_only(connection, used)
    else:
        used.autocommit = True
        connection.info[_LEFT] = True
    return True


def _set_read_only(connection: Connection, used: Any) -> None:
    if not used.read_only:
        # With the BEGIN that the driver sends.
        connection.info[_READ_ONLY] = used.read_only
        used.read_only = True


def _isolation(connection: Connection, used: Any) -> str:
    """Return the default isolation of a connection, which its server is asked for once.

    By the driver, as it is no statement of the project that a test might count.
    """
    if _ISOLATION not in connection.info:
        try:
            with used.cursor() as cursor:
                connection.info[_ISOLATION] = cursor.execute(_SHOW_ISOLATION).fetchone()[0]
        except connection.dialect.loaded_dbapi.Error:
            # By SQLAlchemy now, which makes of the next error what it is: a lost connection.
            connection.info[_ISOLATION] = connection.exec_driver_sql(_SHOW_ISOLATION).scalar()
            connection.rollback()
        used.rollback()
    return str(connection.info[_ISOLATION])


def _end_psycopg(connection: Connection) -> None:
    if _READ_ONLY in connection.info:
        connection.rollback()
        used: Any = connection.connection.dbapi_connection
        used.read_only = connection.info.pop(_READ_ONLY)


def _end_sqlite(connection: Connection) -> None:
    if _READ_ONLY in connection.info:
        connection.rollback()
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.rollback()
        del connection.info[_READ_ONLY]


def _nothing(connection: Connection) -> None:
    """Restore nothing: the pool rolls back."""


_BEGIN = {"psycopg": _begin_psycopg}
_END: dict[str, Callable[[Connection], None]] = {
    "psycopg": _end_psycopg,
    "pysqlite": _end_sqlite,
}
