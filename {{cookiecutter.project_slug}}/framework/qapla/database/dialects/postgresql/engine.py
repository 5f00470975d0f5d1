"""The connections of a PostgreSQL database: servers that turn read-only, and interrupted statements.

A standby, and a server whose `default_transaction_read_only` was turned on, go on to answer reads, so
that a pool would keep the connection until the next restart.
Source: PostgreSQL, "Parameter Status Protocol Flow": both settings come with each answer, without a
round trip.
"""

import contextlib
from math import ceil
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from qapla.database.dialects.base import Failure
from qapla.database.dialects.postgresql.errors import failure_of
from qapla.database.dialects.postgresql.reads import restore_at_checkout

DRIVER = "psycopg"
_STANDBY, _READS = b"in_hot_standby", b"default_transaction_read_only"
_AT_CONNECT = "qapla.takes_writes"


def listen(engine: Engine) -> None:
    """Restore the connections of reads, and drop those of a server that has turned read-only."""
    if engine.dialect.driver == DRIVER:
        restore_at_checkout(engine)
        event.listen(engine, "handle_error", _on_error)
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "checkout", _on_checkout)


def probe_arguments(driver: str, seconds: float) -> dict[str, Any]:
    """Return the arguments of a connection that gives up when its server does not answer.

    A server that is lost in the middle of an answer is noticed by the probes of TCP.
    Source: libpq, "Parameter Key Words"; its least `connect_timeout` is two seconds.
    """
    if driver not in (DRIVER, "psycopg2"):
        return {}
    limit = max(2, ceil(seconds))
    return {
        "connect_timeout": limit,
        "keepalives_idle": limit,
        "keepalives_interval": 1,
        "keepalives_count": limit,
    }


def is_mid_statement(connection: Any) -> bool:
    """Whether a connection was interrupted in the middle of a statement, which is then cancelled.

    psycopg cancels the statement only for KeyboardInterrupt.
    Source: libpq, `PQtransactionStatus`.
    """
    # Imported here, for whoever uses another driver.
    from psycopg import Error
    from psycopg.pq import TransactionStatus

    if connection.info.transaction_status is not TransactionStatus.ACTIVE:
        return False
    # Or the server would work on, with its locks, for a client that is gone.
    with contextlib.suppress(Error):
        connection.cancel_safe(timeout=1)
    return True


def _on_connect(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_AT_CONNECT] = _takes_writes(connection)


def _on_checkout(connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
    if record.info.get(_AT_CONNECT) and not _takes_writes(connection):
        # The pool tries again, with new connections from now on.
        raise InvalidatePoolError("the server has turned read-only")


def _on_error(context: ExceptionContext) -> None:
    connection, error = context.connection, context.original_exception
    if connection is None or connection.closed or connection.invalidated:
        return
    if Failure.READ_ONLY in failure_of(error):
        used: Any = connection.connection.dbapi_connection
        standby = used.pgconn.parameter_status(_STANDBY) == b"on"
        turned = connection.info.get(_AT_CONNECT) and not _takes_writes(used)
        context.is_disconnect = context.is_disconnect or standby or bool(turned)


def _takes_writes(connection: Any) -> bool:
    status = connection.pgconn.parameter_status
    return bool(status(_STANDBY) != b"on" and status(_READS) != b"on")
