"""The meaning of SQLite's errors.

Source: SQLite, "Result and Error Codes".
"""

import re
import sqlite3

from qapla.database.dialects.base import Failure, Violation, is_kind, names_in
from qapla.exceptions import (
    CheckFailed,
    ConstraintViolation,
    Duplicate,
    MissingReference,
    NotNull,
)

_FAILURES = {
    sqlite3.SQLITE_BUSY: Failure.TRANSIENT | Failure.CONFLICT,
    sqlite3.SQLITE_LOCKED: Failure.TRANSIENT | Failure.CONFLICT,
    sqlite3.SQLITE_READONLY: Failure.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Failure.MISSING_DATABASE,
}
_NO_TABLE = "no such table"
_TOO_LARGE = "Python int too large to convert to SQLite INTEGER"
_VIOLATIONS: dict[str, type[ConstraintViolation]] = {
    "UNIQUE": Duplicate,
    "FOREIGN KEY": MissingReference,
    "NOT NULL": NotNull,
    "CHECK": CheckFailed,
}


def failure_of(error: BaseException) -> Failure:
    """Return the meaning of an error of sqlite3."""
    text = str(error)
    if text == _TOO_LARGE or is_kind(error, "DataError"):
        return Failure.MISFIT
    if text.startswith(_NO_TABLE):
        return Failure.MISSING_TABLE
    # The low byte is the primary code.
    return _FAILURES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, Failure.NONE)


def violation_of(error: BaseException) -> Violation | None:
    """Return the constraint that an error of sqlite3 is about, or None."""
    match = re.match(r"([A-Z ]+) constraint failed(?:: (.*))?", str(error), re.DOTALL)
    kind = _VIOLATIONS.get(match[1]) if match else None
    if match is None or kind is None:
        return None
    names = match[2] or ""
    if kind is CheckFailed:
        return Violation(kind, constraint=match[2])
    table, _, _ = names.partition(".")
    return Violation(kind, table or None, columns=names_in(names.replace(f"{table}.", "")))
