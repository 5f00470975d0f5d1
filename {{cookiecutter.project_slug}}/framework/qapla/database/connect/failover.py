"""Give up connections to a server that takes no writes any more, as after a failover.

Such a server goes on to answer reads, so that a pool would keep the connection until the next restart.
Sources: PostgreSQL, "Parameter Status Protocol Flow" (`in_hot_standby` and `default_transaction_read_only`
come with each answer, without a round trip); MariaDB, "Read Only Replicas".
"""

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

_STANDBY, _READS = b"in_hot_standby", b"default_transaction_read_only"
_AT_CONNECT = "qapla.takes_writes"
# PostgreSQL's code for a write in a transaction that only reads, and MariaDB's of its server.
_READ_ONLY = "25006"
_MARIADB_READ_ONLY = 1836
_MARIADB_OPTION = 1290


def give_up_read_only(engine: Engine) -> None:
    """Drop the connections of an engine whose server has turned read-only."""
    event.listen(engine, "handle_error", _on_error)
    if engine.dialect.driver == "psycopg":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "checkout", _on_checkout)


def is_read_only_server(error: BaseException | None) -> bool:
    """Whether MariaDB has refused a write because its server only reads."""
    code, text = (*getattr(error, "args", ()), None, None)[:2]
    return code == _MARIADB_READ_ONLY or (code == _MARIADB_OPTION and "--read-only" in str(text))


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
    if is_read_only_server(error):
        context.is_disconnect = True
    elif getattr(error, "sqlstate", None) == _READ_ONLY and connection.dialect.driver == "psycopg":
        used: Any = connection.connection.dbapi_connection
        standby = used.pgconn.parameter_status(_STANDBY) == b"on"
        turned = connection.info.get(_AT_CONNECT) and not _takes_writes(used)
        context.is_disconnect = context.is_disconnect or standby or bool(turned)


def _takes_writes(connection: Any) -> bool:
    status = connection.pgconn.parameter_status
    return bool(status(_STANDBY) != b"on" and status(_READS) != b"on")
