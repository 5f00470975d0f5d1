"""Which errors of a database pass by themselves."""

import sqlite3

import psycopg
import pymysql
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from qapla.database.dialects.errors import is_transient


def wrapped(original: Exception, *, lost: bool = False) -> DBAPIError:
    """Return a driver's error as SQLAlchemy raises it."""
    kind = IntegrityError if isinstance(original, sqlite3.IntegrityError) else OperationalError
    return kind("SELECT 1", {}, original, connection_invalidated=lost)


def sqlite_error(code: int) -> sqlite3.OperationalError:
    """Return an error of SQLite with a code."""
    error = sqlite3.OperationalError("failed")
    error.sqlite_errorcode = code
    return error


TRANSIENT = [
    wrapped(errors.DeadlockDetected("deadlock")),
    wrapped(errors.SerializationFailure("serialization")),
    wrapped(errors.AdminShutdown("terminated")),
    wrapped(errors.TooManyConnections("too many")),
    wrapped(errors.ConnectionFailure("lost")),
    wrapped(psycopg.OperationalError("connection refused")),
    wrapped(pymysql.err.OperationalError(1213, "Deadlock found")),
    wrapped(pymysql.err.OperationalError(2006, "gone away")),
    wrapped(sqlite_error(sqlite3.SQLITE_BUSY)),
    wrapped(sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT)),
    wrapped(errors.QueryCanceled("closed"), lost=True),
]
PERMANENT = [
    wrapped(errors.UniqueViolation("twice")),
    wrapped(errors.QueryCanceled("cancelled")),
    wrapped(psycopg.OperationalError('password authentication failed for user "me"')),
    wrapped(pymysql.err.OperationalError(1045, "Access denied")),
    wrapped(sqlite_error(sqlite3.SQLITE_FULL)),
    wrapped(sqlite3.IntegrityError("NOT NULL")),
    RuntimeError("connection refused"),
]


@pytest.mark.parametrize("error", TRANSIENT, ids=repr)
def test_these_pass(error: Exception) -> None:
    """A lost connection, a deadlock and a serialization failure of each engine."""
    assert is_transient(error)


@pytest.mark.parametrize("error", PERMANENT, ids=repr)
def test_these_stay(error: Exception) -> None:
    """To try again would fail again."""
    assert not is_transient(error)
