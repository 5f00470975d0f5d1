"""Invalidate a connection that was interrupted in the middle of a statement.

An example is the time limit of a task.

An exception that a signal raises inside a driver leaves the connection in the middle of a command:
it can neither roll back nor run anything else. psycopg cancels the statement only for
KeyboardInterrupt, and SQLAlchemy gives the connection up only for that.
Source: SQLAlchemy, `ExceptionContext.is_disconnect`; libpq, `PQtransactionStatus`.
"""

import contextlib
from typing import Any

from sqlalchemy.engine import ExceptionContext


def give_up_interrupted(context: ExceptionContext) -> None:
    """Close a connection that is in the middle of a command; the others in the pool are sound.

    Args:
        context: The error, as the event `handle_error` of an engine has it.
    """
    connection = context.connection
    if context.is_disconnect or connection is None or connection.closed or connection.invalidated:
        return
    is_interrupted = _DRIVERS.get(connection.dialect.driver)
    if is_interrupted is not None and is_interrupted(connection.connection.dbapi_connection):
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False


def _is_psycopg_interrupted(used: Any) -> bool:
    # Imported here, for whoever uses another driver.
    from psycopg import Error
    from psycopg.pq import TransactionStatus

    if used.info.transaction_status is not TransactionStatus.ACTIVE:
        return False
    # Or the server would work on, with its locks, for a client that is gone.
    with contextlib.suppress(Error):
        used.cancel_safe(timeout=1)
    return True


def _is_pymysql_interrupted(used: Any) -> bool:
    # It has closed the connection by itself. The server ends a statement of its own accord.
    return not used.open


# SQLite's driver lets no signal in before a statement has ended.
_DRIVERS = {"psycopg": _is_psycopg_interrupted, "pymysql": _is_pymysql_interrupted}
