"""Reads of one connection: short ones that give it back at once, and those that may write nothing.

A short read runs on a connection of the writer's pool, with all that listeners, options and settings
have made of it.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from qapla.database.dialects import dialect_of


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
    dialect = dialect_of(engine.dialect.name)
    connection = dialect.connect_for_read(engine)
    try:
        is_usable = dialect.begin_read(connection, read_only)
    except BaseException:
        connection.close()
        raise
    if is_usable:
        return connection
    connection.close()
    return None


def close_read(connection: Connection) -> None:
    """Return the connection of a short read to the pool, as it was before."""
    try:
        if not connection.invalidated:
            dialect_of(connection.dialect.name).end_read(connection)
    except Exception:
        # The server has closed it, or a statement was interrupted: the next one is a new one.
        connection.invalidate()
    finally:
        connection.close()


def refuse_writes(connection: Connection) -> Callable[[], None]:
    """Refuse writes within a transaction, by the server; return the function that ends this.

    MariaDB has no way to do so in a transaction that has begun.
    """
    refuse, end = dialect_of(connection.dialect.name).write_guard()
    for statement in refuse:
        connection.exec_driver_sql(statement)

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
