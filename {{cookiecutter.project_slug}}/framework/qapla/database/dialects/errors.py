"""The meaning of an error, whichever driver has raised it."""

import sqlite3

from sqlalchemy.exc import DBAPIError, StatementError

from qapla.database.dialects import MARIADB, POSTGRESQL, SQLITE
from qapla.database.dialects.base import Dialect, Failure, Violation
from qapla.exceptions import UnfitValue


def failure_of(error: BaseException) -> Failure:
    """Return the meaning of an error; one that no driver has raised has none.

    Args:
        error: An error of SQLAlchemy, or one that it has not wrapped.
    """
    if isinstance(error, OverflowError):
        # sqlite3 raises it for a value, and SQLAlchemy does not wrap it.
        return SQLITE.failure_of(error)
    if isinstance(error, UnfitValue) or _is_refused(error):
        return Failure.MISFIT
    if not isinstance(error, DBAPIError) or error.orig is None:
        return Failure.NONE
    dialect = _dialect(error.orig)
    failure = dialect.failure_of(error.orig)
    lost = error.connection_invalidated and not dialect.is_file
    return failure | Failure.TRANSIENT if lost else failure


def is_transient(error: BaseException) -> bool:
    """Whether an error is a lost connection, a deadlock or a serialization failure.

    Args:
        error: Any error; one that SQLAlchemy has not wrapped is never transient.
    """
    return Failure.TRANSIENT in failure_of(error)


def is_conflict(error: BaseException) -> bool:
    """Whether an error is a deadlock, a serialization failure, or SQLite's locked file."""
    return Failure.CONFLICT in failure_of(error)


def is_misfit(error: BaseException) -> bool:
    """Whether a statement failed because a value does not fit its column."""
    return Failure.MISFIT in failure_of(error)


def is_missing_table(error: BaseException) -> bool:
    """Whether a statement failed because its table is not there, as before an upgrade."""
    return Failure.MISSING_TABLE in failure_of(error)


def violation_of(error: BaseException | None) -> Violation | None:
    """Return the constraint that a driver's error is about, or None."""
    return None if error is None else _dialect(error).violation_of(error)


def _is_refused(error: BaseException) -> bool:
    """Whether a type of SQLAlchemy has refused a value: no enum has it, or it is too great."""
    return isinstance(error, StatementError) and type(error.orig) in (LookupError, OverflowError)


def _dialect(error: BaseException) -> Dialect:
    if isinstance(error, sqlite3.Error):
        return SQLITE
    return POSTGRESQL if hasattr(error, "diag") else MARIADB
