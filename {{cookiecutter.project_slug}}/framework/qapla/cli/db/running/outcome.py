"""Work on one database after the other, a table of the results, and one exit code."""

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from qapla.cli.table import aligned
from qapla.exceptions import QaplaError

if TYPE_CHECKING:
    from qapla.database.database import Database
    from qapla.database.migrations.status import Status

NOT_MANAGED = "not managed"
NOT_RUN = "not run"
Work = Callable[["Database"], str]


class Failed(QaplaError):
    """The work on a database has failed; the text is for the table of results."""


def refuse_unknown(database: "Database", status: "Status") -> None:
    """Refuse to migrate or compare a database whose revision is not in the project.

    Args:
        database: The database.
        status: The state of its migrations.

    Raises:
        Failed: A revision is applied whose file is missing, as on another branch of the code.
    """
    if status.unknown:
        recreate = f"`{database.target.run} qapla db recreate --database {database.name}`"
        raise Failed(
            f"it is at {', '.join(status.unknown)}, which is no revision of this code: downgrade it with "
            f"the code that has the revision, or type {recreate}, which empties it"
        )


def run_each(
    databases: "Sequence[Database]",
    work: Work,
    *,
    stops: bool = False,
    unmanaged_too: bool = False,
) -> None:
    """Work on each database, print a table of the results, and exit with 1 if one has failed.

    Args:
        databases: The databases.
        work: Works on a database, and returns the result; an exception is a failure.
        stops: Whether no other database follows one that has failed.
        unmanaged_too: Whether it works on unmanaged databases; the table only names them otherwise.
    """
    rows: list[tuple[str, str]] = []
    failed = False
    for database in databases:
        if not (database.managed or unmanaged_too):
            result = NOT_MANAGED
        elif failed and stops:
            result = NOT_RUN
        else:
            result, success = attempt(database, work)
            failed = failed or not success
        rows.append((database.name, result))
    for line in aligned(rows):
        click.echo(line)
    if failed:
        sys.exit(1)


def attempt(database: "Database", work: Work) -> tuple[str, bool]:
    """Work on a database, and return the result in one line, and whether there was no error.

    An error that the framework, SQLAlchemy and the database do not explain is printed with its
    traceback.
    """
    # Imported here, as `--help` needs no large library.
    from alembic.util import CommandError
    from sqlalchemy.exc import CompileError, SQLAlchemyError

    try:
        return work(database), True
    except Failed as error:
        return str(error), False
    except CompileError as error:
        return f"failed: {'; '.join([_named(error).rstrip('.'), *_other_engine(database)])}", False
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None)
        text = _named(error) if cause is None else _joined(cause)
        return f"failed: {'; '.join([text, *getattr(error, '__notes__', ())])}", False
    except (CommandError, QaplaError, OSError) as error:
        return f"failed: {_joined(error)}", False
    except Exception as error:
        traceback.print_exc()
        return f"failed: {_named(error)}", False
    finally:
        database.dispose()


def _other_engine(database: "Database") -> list[str]:
    """Return the remedy of SQL for another engine, where the embedded server stands in for a URL."""
    target = database.target
    if target.embedded is None or not target.url_variable:
        return []
    return [
        f"it has no URL, and the embedded PostgreSQL stands in for its server: if it is of another "
        f"engine, set the variable {target.url_variable}"
    ]


def _named(error: BaseException) -> str:
    """Return the class and the text of an error in one line."""
    return f"{type(error).__name__}: {_joined(error)}"


def _joined(error: BaseException | None) -> str:
    """Return the text of an error in one line."""
    return " ".join(str(error).split())
