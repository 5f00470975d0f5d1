"""The meaning of MariaDB's errors.

Source: MariaDB, "MariaDB Error Code Reference".
"""

import re
from typing import Any

from qapla.database.dialects.base import Failure, Violation, is_kind, names_in
from qapla.exceptions import (
    CheckFailed,
    ConstraintViolation,
    Duplicate,
    MissingReference,
    NotNull,
)

_FAILURES = {
    1020: Failure.TRANSIENT | Failure.CONFLICT,  # a row has changed since the snapshot
    1040: Failure.TRANSIENT,  # too many connections
    1044: Failure.DENIED | Failure.DENIED_DATABASE,
    1049: Failure.MISSING_DATABASE,
    1053: Failure.TRANSIENT,  # the server shuts down
    1146: Failure.MISSING_TABLE,
    1205: Failure.TRANSIENT | Failure.LOCKED,  # waited too long for a lock
    1213: Failure.TRANSIENT | Failure.CONFLICT,  # deadlock
    1264: Failure.MISFIT,  # number out of range
    1292: Failure.MISFIT,  # invalid date or time
    1366: Failure.MISFIT,  # value of another type, or a character that the encoding does not have
    1406: Failure.MISFIT,  # text longer than the column
    1792: Failure.READ_ONLY,  # the transaction only reads
    1836: Failure.TRANSIENT | Failure.READ_ONLY_SERVER,
    1927: Failure.TRANSIENT,  # the connection was killed
    2002: Failure.TRANSIENT,  # cannot connect by the socket
    2003: Failure.TRANSIENT,  # cannot connect
    2006: Failure.TRANSIENT,  # the server has gone away
    2013: Failure.TRANSIENT,  # the connection was lost during a query
    3572: Failure.LOCKED,  # a lock is taken, and NOWAIT was asked for
}
# The server runs with an option that forbids the statement, such as `--read-only`.
_OPTION = 1290
_VIOLATIONS: dict[int, type[ConstraintViolation]] = {
    **dict.fromkeys((1062, 1586), Duplicate),
    **dict.fromkeys((1216, 1217, 1451, 1452), MissingReference),
    **dict.fromkeys((1048, 1364), NotNull),
    4025: CheckFailed,
}
# PyMySQL sends neither NaN nor infinite numbers.
_NO_NUMBER = re.compile("-?(?:nan|inf) can not be used with MySQL")
_REFERRED = (1217, 1451)
# The key comes after the value, which may read like anything.
_TEXTS: dict[type[ConstraintViolation], str] = {
    Duplicate: r".*for key '(?:[^'.]*\.)?(?P<constraint>[^']*)'$",
    MissingReference: r".*fails \(`[^`]*`\.`(?P<table>[^`]*)`, CONSTRAINT `(?P<constraint>[^`]*)`"
    r" FOREIGN KEY \((?P<columns>[^)]*)\)",
    NotNull: r"(?:Column|Field) '(?P<columns>[^']*)'",
    CheckFailed: r"CONSTRAINT `(?P<constraint>[^`]*)` failed for `[^`]*`\.`(?P<table>[^`]*)`",
}


def failure_of(error: BaseException) -> Failure:
    """Return the meaning of an error of PyMySQL."""
    code, text = _parts(error)
    if code == _OPTION:
        return Failure.READ_ONLY_SERVER if "--read-only" in text else Failure.NONE
    if code is not None:
        return _FAILURES.get(code, Failure.NONE)
    if is_kind(error, "DataError") or _NO_NUMBER.fullmatch(str(error)):
        return Failure.MISFIT
    # Without a code the connection was never there, or is not any more.
    return Failure.TRANSIENT if is_kind(error, "OperationalError") else Failure.NONE


def violation_of(error: BaseException) -> Violation | None:
    """Return the constraint that an error of PyMySQL is about, or None."""
    code, text = _parts(error)
    kind = None if code is None else _VIOLATIONS.get(code)
    if kind is None:
        return None
    match = re.match(_TEXTS[kind], text, re.DOTALL)
    found = match.groupdict() if match else {}
    referred = code in _REFERRED if kind is MissingReference else None
    columns = names_in(found.get("columns"))
    return Violation(kind, found.get("table"), found.get("constraint"), columns, referred)


def _parts(error: BaseException) -> tuple[int | None, str]:
    """Return the code of an error, and its text."""
    code, text, *_ = (*error.args, None, None)
    found: Any = code if isinstance(code, int) else None
    return found, str(text)
