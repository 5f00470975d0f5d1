"""Invalidate a connection that was interrupted in the middle of a statement.

An example is the time limit of a task: an exception that a signal raises inside a driver leaves the
connection in the middle of a command, and it can neither roll back nor run anything else. SQLAlchemy
invalidates it only for KeyboardInterrupt.
Source: SQLAlchemy, `ExceptionContext.is_disconnect`.
"""

from sqlalchemy.engine import ExceptionContext

from qapla.database.dialects import dialect_of


def invalidate_interrupted(context: ExceptionContext) -> None:
    """Close a connection that is in the middle of a command; the others in the pool are sound.

    Args:
        context: The error, as the event `handle_error` of an engine has it.
    """
    connection = context.connection
    if context.is_disconnect or connection is None or connection.closed or connection.invalidated:
        return
    dialect = dialect_of(connection.dialect.name)
    if dialect.is_mid_statement(connection.connection.dbapi_connection):
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
