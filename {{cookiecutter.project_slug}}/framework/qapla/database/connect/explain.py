"""Name the database, and the command to type, in the errors of a database that is not ready."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import URL
from sqlalchemy.engine import ExceptionContext

from qapla.database.dialects import dialect_of
from qapla.database.dialects.base import Failure
from qapla.exceptions import DatabaseError, DatabaseNotFound


@dataclass(frozen=True)
class Hints:
    """The name of a database in errors, and the commands that create and upgrade it."""

    name: str
    create: str
    upgrade: str


def explain_errors(url: URL, hints: Hints) -> Callable[[ExceptionContext], None]:
    """Return a listener for errors of a database, or of its tables, that are missing.

    Args:
        url: The URL of the database.
        hints: The parts of the messages.
    """
    dialect = dialect_of(url.get_backend_name())

    def explain(context: ExceptionContext) -> None:
        error = context.original_exception
        failure = dialect.failure_of(error)
        if Failure.MISSING_DATABASE in failure:
            raise DatabaseNotFound(
                f"database {hints.name!r} ({url.database}) does not exist: {hints.create}"
            ) from error
        if Failure.DENIED_DATABASE in failure:
            raise DatabaseError(
                f"database {hints.name!r}: the role {url.username!r} may not use {url.database!r}: "
                f"grant it the privileges of that database ({error.args[-1]})"
            ) from error
        shown = context.sqlalchemy_exception or error
        if Failure.MISSING_TABLE in failure:
            shown.add_note(f"database {hints.name!r} may not be migrated: {hints.upgrade}")
        if Failure.DENIED_SCHEMA in failure:
            shown.add_note(
                f"database {hints.name!r} has another owner: type "
                f'`ALTER DATABASE "{url.database}" OWNER TO "{url.username}"`'
            )

    return explain
