"""The connections of a MariaDB database: strict values, and servers that turn read-only.

Source: MariaDB, "Read Only Replicas".
"""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection

from qapla.database.dialects.base import Failure
from qapla.database.dialects.mariadb.errors import failure_of


def listen(engine: Engine) -> None:
    """Set the strict mode of each connection, and drop those of a server that has turned read-only."""
    event.listen(engine, "connect", _set_strict_mode)
    event.listen(engine, "handle_error", _drop_read_only)


def is_mid_statement(connection: Any) -> bool:
    """Whether the driver has closed a connection in the middle of a statement, as it does by itself.

    The server ends the statement of its own accord.
    """
    return not getattr(connection, "open", True)


def begin_read(connection: Connection, read_only: bool) -> bool:
    """Begin a read that is not part of a transaction."""
    if read_only:
        connection.exec_driver_sql("START TRANSACTION READ ONLY")
    return True


def _set_strict_mode(connection: DBAPIConnection, record: object) -> None:
    """Refuse a value that does not fit, and create tables that have transactions.

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


def _drop_read_only(context: ExceptionContext) -> None:
    connection = context.connection
    if connection is None or connection.closed or connection.invalidated:
        return
    if Failure.READ_ONLY_SERVER in failure_of(context.original_exception):
        context.is_disconnect = True
