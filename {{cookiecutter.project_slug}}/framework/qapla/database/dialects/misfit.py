"""Recognise the errors of a value that its column cannot hold.

Sources: PostgreSQL, "Appendix A. PostgreSQL Error Codes"; MariaDB, "MariaDB Error Code Reference".
"""

from sqlalchemy.exc import DataError, DBAPIError

_POSTGRESQL = frozenset(
    {
        "22001",  # text longer than the column
        "22003",  # number out of range
        "22007",  # invalid date or time
        "22008",  # date or time out of range
        "22021",  # character that the encoding does not have
        "22P02",  # invalid text representation
        "22P05",  # character without a counterpart in the encoding
    }
)
_MARIADB = frozenset(
    {
        1264,  # number out of range
        1292,  # invalid date or time
        1366,  # value of another type, or a character that the encoding does not have
        1406,  # text longer than the column
    }
)
# sqlite3 raises it, and SQLAlchemy does not wrap it.
_SQLITE = "Python int too large to convert to SQLite INTEGER"


def is_misfit(error: BaseException) -> bool:
    """Whether a statement failed because a value does not fit its column."""
    if isinstance(error, OverflowError):
        return str(error) == _SQLITE
    if not isinstance(error, DBAPIError):
        return False
    original = error.orig
    sqlstate = getattr(original, "sqlstate", None)
    if sqlstate is not None:
        return sqlstate in _POSTGRESQL
    number = original.args[0] if original is not None and original.args else None
    # psycopg has no code for text with a NUL, which it does not send.
    return number in _MARIADB if isinstance(number, int) else isinstance(error, DataError)
