"""The meaning of PostgreSQL's errors.

Sources: PostgreSQL, "Appendix A. PostgreSQL Error Codes" and "Error and Notice Message Fields".
"""

import re
from typing import Any

from qapla.database.dialects.base import Failure, Violation, is_kind, names_in
from qapla.exceptions import CheckFailed, Duplicate, MissingReference, NotNull

_FAILURES = {
    "22001": Failure.MISFIT,  # text longer than the column
    "22003": Failure.MISFIT,  # number out of range
    "22007": Failure.MISFIT,  # invalid date or time
    "22008": Failure.MISFIT,  # date or time out of range
    "22021": Failure.MISFIT,  # character that the encoding does not have
    "22P02": Failure.MISFIT,  # invalid text representation
    "22P05": Failure.MISFIT,  # character without a counterpart in the encoding
    "25006": Failure.READ_ONLY,  # the transaction only reads
    "3D000": Failure.MISSING_DATABASE,
    "40001": Failure.TRANSIENT | Failure.CONFLICT,  # serialization failure
    "40P01": Failure.TRANSIENT | Failure.CONFLICT,  # deadlock
    "42501": Failure.DENIED,  # insufficient privilege
    "42704": Failure.MISSING_ROLE,  # undefined object
    "42P01": Failure.MISSING_TABLE,
    "53300": Failure.TRANSIENT,  # too many connections
    "55P03": Failure.LOCKED,  # lock not available
    "57P01": Failure.TRANSIENT,  # the server shuts down, or somebody terminated the connection
    "57P02": Failure.TRANSIENT,  # the server crashes
    "57P03": Failure.TRANSIENT,  # the server starts up, or recovers
}
_CONNECTION_EXCEPTION = "08"
# psycopg has no code for an answer before there is a connection, nor for a privilege
# that is missing then.
_TEXTS = {
    r'.*database ".*" does not exist': Failure.MISSING_DATABASE,
    r'.*permission denied for database "': Failure.DENIED_DATABASE,
    r"permission denied for schema": Failure.DENIED_SCHEMA,
}
_PERMANENT = ("authentication failed", "no pg_hba.conf entry", "does not exist", "not permitted")
_VIOLATIONS = {
    "23502": NotNull,
    "23001": MissingReference,  # RESTRICT, as of PostgreSQL 18
    "23503": MissingReference,
    "23505": Duplicate,
    "23514": CheckFailed,
    "23P01": CheckFailed,  # an exclusion constraint
}


def failure_of(error: BaseException) -> Failure:
    """Return the meaning of an error of psycopg."""
    code: str | None = getattr(error, "sqlstate", None)
    failure = Failure.NONE
    for text, meaning in _TEXTS.items():
        if re.match(text, str(error), re.DOTALL):
            failure |= meaning
    if code is not None:
        if code.startswith(_CONNECTION_EXCEPTION):
            return failure | Failure.TRANSIENT
        return failure | _FAILURES.get(code, Failure.NONE)
    if is_kind(error, "DataError"):
        # Text with a NUL, which psycopg does not send.
        return Failure.MISFIT
    # Without a code the connection was never there, or is not any more.
    lost = is_kind(error, "OperationalError") and not any(sign in str(error) for sign in _PERMANENT)
    return failure | Failure.TRANSIENT if lost else failure


def violation_of(error: Any) -> Violation | None:
    """Return the constraint that an error of psycopg is about, or None."""
    kind = _VIOLATIONS.get(error.sqlstate)
    if kind is None:
        return None
    told = error.diag
    columns = told.column_name
    if columns is None and (match := re.search(r"\((.*?)\)=\(", told.message_detail or "")):
        columns = match[1]
    return Violation(kind, told.table_name, told.constraint_name, names_in(columns))
