"""Name the database, and the remedy, in the errors of a database that is not ready."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Engine, event
from sqlalchemy.engine import ExceptionContext

from qapla.database.dialects import dialect_of
from qapla.database.dialects.base import Failure
from qapla.database.dialects.sqlite.files import path_of
from qapla.database.places.urls import is_file
from qapla.exceptions import DatabaseError, DatabaseNotFound


@dataclass(frozen=True)
class Hints:
    """The name of a database in errors, and the remedies of its faults.

    Args:
        name: The name of the database.
        missing: The remedy of a database that does not exist.
        table: The note on a missing table, after the name.
        owner: The remedy of a schema that has another owner, or None for the statement that takes it.
    """

    name: str
    missing: str
    table: str
    owner: str | None = None


def managed_hints(name: str, upgrade: str, *, creatable: bool) -> Hints:
    """Return the hints for a database that migrations make.

    Args:
        name: The name of the database.
        upgrade: The command that upgrades it.
        creatable: Whether that command creates it too.
    """
    remedy = f"type `{upgrade}`"
    by_hand = "" if creatable else "create it on its server, and then "
    return Hints(name, by_hand + remedy, f"may not be migrated: {remedy}")


def unmanaged_hints(name: str, *, tests: bool) -> Hints:
    """Return the hints for a database of others, or for its test database."""
    return Hints(
        name,
        missing="correct its URL, as this project does not create it",
        table=(
            "has only the tables of its models in tests: write a model of the missing one"
            if tests
            else "is not managed by this project: its models may differ from its tables"
        ),
        owner="ask them for the privileges of its schema",
    )


def refuse_missing_file(engine: Engine, hints: Hints) -> None:
    """Refuse to connect to a file that is missing, which SQLite would create."""
    if not is_file(engine.url):
        return
    path = path_of(engine.url)

    def refuse(*arguments: Any) -> None:
        if not path.exists():
            raise DatabaseNotFound(_missing(engine.url, hints))

    event.listen(engine, "do_connect", refuse)


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
            raise DatabaseNotFound(_missing(url, hints)) from error
        if Failure.DENIED_DATABASE in failure:
            raise DatabaseError(
                f"database {hints.name!r}: the role {url.username!r} may not use {url.database!r}: "
                f"grant it the privileges of that database ({error.args[-1]})"
            ) from error
        shown = context.sqlalchemy_exception or error
        if Failure.MISSING_TABLE in failure:
            shown.add_note(f"database {hints.name!r} {hints.table}")
        if Failure.DENIED_SCHEMA in failure:
            statement = f'ALTER DATABASE "{url.database}" OWNER TO "{url.username}"'
            remedy = hints.owner or f"type `{statement}`"
            shown.add_note(f"database {hints.name!r} has another owner: {remedy}")

    return explain


def _missing(url: URL, hints: Hints) -> str:
    return f"database {hints.name!r} ({url.database}) does not exist: {hints.missing}"
