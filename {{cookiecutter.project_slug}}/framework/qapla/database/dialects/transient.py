"""Tell the errors of a database that pass, when the same work is done again, from those that stay.

Sources: PostgreSQL, "Appendix A. PostgreSQL Error Codes"; MariaDB, "MariaDB Error Code Reference";
SQLite, "Result and Error Codes".
"""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

_POSTGRESQL = frozenset(
    {
        "40001",  # serialization failure
        "40P01",  # deadlock
        "53300",  # too many connections
        "57P01",  # the server shuts down, or somebody terminated the connection
        "57P02",  # the server crashes
        "57P03",  # the server starts up, or recovers
    }
)
_CONNECTION_EXCEPTION = "08"
_MARIADB = frozenset(
    {
        1040,  # too many connections
        1053,  # the server shuts down
        1205,  # waited too long for a lock
        1213,  # deadlock
        1836,  # the server only reads, as after a failover
        1927,  # the connection was killed
        2002,  # cannot connect by the socket
        2003,  # cannot connect
        2006,  # the server has gone away
        2013,  # the connection was lost during a query
    }
)
_SQLITE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# psycopg has no code for what the server answers before there is a connection.
_PERMANENT = ("authentication failed", "no pg_hba.conf entry", "does not exist", "not permitted")


def is_transient(error: BaseException) -> bool:
    """Whether an error is a lost connection, a deadlock or a serialization failure.

    Args:
        error: Any error; one that SQLAlchemy has not wrapped is never transient.
    """
    if not isinstance(error, DBAPIError):
        return False
    original = error.orig
    sqlstate = getattr(original, "sqlstate", None)
    if isinstance(original, sqlite3.Error):
        # The low byte is the primary code.
        return getattr(original, "sqlite_errorcode", 0) & 0xFF in _SQLITE
    if error.connection_invalidated:
        return True
    if sqlstate is not None:
        return sqlstate in _POSTGRESQL or sqlstate.startswith(_CONNECTION_EXCEPTION)
    number = original.args[0] if original is not None and original.args else None
    if isinstance(number, int):
        return number in _MARIADB
    # Without a code the connection was never there, or is not any more.
    return isinstance(error, OperationalError) and not any(
        sign in str(original) for sign in _PERMANENT
    )
