"""The sessions of a shell, one for each database."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import TracebackType

from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.exceptions import DatabaseNotFound
from qapla.shell import UnplacedSession

Opened = tuple[dict[str, Session], dict[str, str]]


@contextmanager
def open_sessions(databases: Iterable[Database]) -> Iterator[Opened]:
    """Open sessions until the block ends; yields them, and the fault of each database without a URL.

    Uncommitted writes are rolled back, with a warning unless the block raises an exception.
    """
    sessions: dict[str, Session] = {}
    faults: dict[str, str] = {}
    with ExitStack() as stack:
        for database in databases:
            try:
                session = database.get_session("the shell")
            except DatabaseNotFound as error:
                # An unmanaged database without a URL; the others can be used meanwhile.
                faults[database.name] = str(error)
                sessions[database.name] = UnplacedSession(str(error))
                continue
            sessions[database.name] = session
            stack.push(partial(_end, database, session))
        yield sessions, faults


def _end(
    database: Database,
    session: Session,
    kind: type[BaseException] | None,
    error: BaseException | None,
    traceback: TracebackType | None,
) -> None:
    database.end_session(session, completed=_is_good_end(error))


def _is_good_end(error: BaseException | None) -> bool:
    return error is None or (isinstance(error, SystemExit) and error.code in (None, 0))
