"""Track the sessions and connections that a test opens, and the places where it opens them."""

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from qapla.database.database import Database
from qapla.database.observer import owner_of

# The packages between a test or the code under test and the call that opens a session.
_BETWEEN = frozenset(
    ("qapla", "sqlalchemy", "contextlib", "pyramid", "webob", "webtest", "celery", "pluggy")
)
# A temporary table is no change of the schema, and ends no transaction on MariaDB.
DDL = re.compile(
    r"\s*(?:CREATE|ALTER|DROP|RENAME|TRUNCATE)\b(?!\s+TEMP(?:ORARY)?\b)", re.IGNORECASE
)
# The events of every statement, of the dialect: those of an engine or a connection cost twice as much.
STATEMENTS = ("do_execute", "do_executemany", "do_execute_no_params")
Place = tuple[str, int]
# Where a session keeps the place that it was opened at.
PLACE = "qapla.place"


class ResourceTracker:
    """The open sessions and connections of a database, and its commits and schema changes.

    Args:
        database: The database.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        # Whether something was committed, or the schema changed, since `reset`.
        self.committed = False
        self.changed = False
        self._is_paused = False
        self._sessions: dict[Session, Place] = {}
        self._connections: dict[ConnectionPoolEntry, Place] = {}
        for target, name, listener in self._listeners():
            event.listen(target, name, listener)

    def reset(self) -> None:
        """Forget the sessions, connections and commits of a test, before the next one."""
        self.committed = self.changed = False
        self._sessions.clear()
        self._connections.clear()

    def ignore(self, session: Session) -> None:
        """Do not report this session: teardown closes it."""
        self._sessions.pop(session, None)

    def end_sessions(self) -> list[str]:
        """Close the open sessions, the last one first; return a sentence about each."""
        left = []
        for session, place in reversed(list(self._sessions.items())):
            left.append(
                f"database {self.database.name!r}: {owner_of(session) or 'a session'} was "
                f"opened at {shown(place)} and not closed: write "
                "`with database.get_session() as session:`, or close it"
            )
            # Its other fault is reported already.
            try:
                session.close()
            except Exception:
                session.invalidate()
        return left[::-1]

    def end_connections(self) -> list[str]:
        """Invalidate the open connections; return a sentence about each."""
        left = []
        for record, place in list(self._connections.items()):
            left.append(
                f"database {self.database.name!r}: a connection was opened at {shown(place)} and "
                "not closed: write `with engine.connect() as connection:`, or close it"
            )
            record.invalidate()
        return left

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Do not record the sessions and connections that the block opens."""
        self._is_paused = True
        try:
            yield
        finally:
            self._is_paused = False

    def remove(self) -> None:
        """Stop tracking."""
        for target, name, listener in self._listeners():
            event.remove(target, name, listener)

    def session_opened(self, session: Session) -> None:
        """Record a session, with the place where it is opened."""
        self._sessions[session] = session.info[PLACE] = _place()

    def session_closed(self, session: Session) -> None:
        """Forget a session."""
        self._sessions.pop(session, None)

    def _listeners(self) -> Iterator[tuple[Engine, str, Callable[..., None]]]:
        yield self.database.engine, "commit", self._on_commit
        for name in STATEMENTS:
            yield self.database.engine, name, self._on_statement
        yield self.database.engine, "checkout", self._on_checkout
        yield self.database.engine, "checkin", self._on_checkin

    def _on_checkout(self, connection: object, record: ConnectionPoolEntry, proxy: object) -> None:
        if not self._is_paused:
            self._connections[record] = _place()

    def _on_checkin(self, connection: object, record: ConnectionPoolEntry) -> None:
        self._connections.pop(record, None)

    def _on_commit(self, connection: object) -> None:
        self.committed = True

    def _on_statement(self, cursor: object, statement: str, *_: Any) -> None:
        if DDL.match(statement):
            self.changed = True


def _place() -> Place:
    """Return the nearest line outside of the packages between."""
    frame = inspect.currentframe()
    assert frame is not None  # noqa: S101 (for mypy)
    while frame.f_back is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] not in _BETWEEN:
            break
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def shown(place: Place) -> str:
    """Return a place as an editor finds it."""
    return f"{place[0]}:{place[1]}"
