"""Reads that are not part of a transaction, on connections of psycopg in autocommit.

Autocommit costs neither a BEGIN nor a ROLLBACK. A connection stays so in the pool until something else
than such a read takes it out.
"""

import threading
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

_ISOLATION = "qapla.isolation"
_SHOW_ISOLATION = "SHOW default_transaction_isolation"
_LEFT = "qapla.autocommit"
_READ_ONLY = "qapla.read_only"
# libpq's PQTRANS_IDLE: no transaction has begun.
_IDLE = 0
_SAVEPOINT = "qapla_read"
# Source: PostgreSQL, "SET TRANSACTION".
REFUSE_WRITES = (f"SAVEPOINT {_SAVEPOINT}", "SET LOCAL transaction_read_only = on")
# To release the savepoint alone would leave the transaction read-only.
ALLOW_WRITES = (f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}", f"RELEASE SAVEPOINT {_SAVEPOINT}")


class _Opening(threading.local):
    """Whether this thread takes a connection out for a read."""

    active = False


_opening = _Opening()


def restore_at_checkout(engine: Engine) -> None:
    """Take a connection out of autocommit that a read has left so, unless for another read."""
    event.listen(engine, "checkout", _restore)


def _restore(used: Any, record: ConnectionPoolEntry, proxy: object) -> None:
    if not _opening.active and record.info.pop(_LEFT, False):
        used.autocommit = False


def connect_for_read(engine: Engine) -> Connection:
    """Take a connection out of the pool, in autocommit if a read has left it so."""
    _opening.active = True
    try:
        return engine.connect()
    finally:
        _opening.active = False


def begin_read(connection: Connection, read_only: bool) -> bool:
    """Begin a read; return whether that is possible, as no setting promises more isolation."""
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
        return begin_plainly(connection, read_only)
    if _isolation(connection, used) != "read committed":
        return False
    if read_only:
        _set_read_only(connection, used)
    else:
        used.autocommit = True
        connection.info[_LEFT] = True
    return True


def begin_plainly(connection: Connection, read_only: bool) -> bool:
    """Begin a read within a transaction of its own, with whatever driver."""
    if read_only:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    return True


def end_read(connection: Connection) -> None:
    """Restore a connection whose writes were refused."""
    if _READ_ONLY in connection.info:
        connection.rollback()
        used: Any = connection.connection.dbapi_connection
        used.read_only = connection.info.pop(_READ_ONLY)


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
                isolation = cursor.execute(_SHOW_ISOLATION).fetchone()[0]
            used.rollback()
        except connection.dialect.loaded_dbapi.Error:
            # By SQLAlchemy now, which recognises the next error as a lost connection.
            isolation = connection.exec_driver_sql(_SHOW_ISOLATION).scalar()
            connection.rollback()
        connection.info[_ISOLATION] = isolation
    return str(connection.info[_ISOLATION])
