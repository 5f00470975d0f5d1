"""Know which sessions and connections of a database a test has open, and where it opened them."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from qapla.database.database import OWNER, Database

# The packages between a test or the code under test and what opens a session.
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


class Watch:
    """Watch the sessions and connections of a database, from its first use in a run on.

    Args:
        database: The database.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        # Whether something was committed, or the schema changed, since `forget`.
        self.committed = False
        self.changed = False
        self._looking_away = False
        self._sessions: dict[Session, Place] = {}
        self._connections: dict[ConnectionPoolEntry, Place] = {}
        self._class = cast(Any, database.sessions.class_)
        self._watch_sessions()
        for target, name, listener in self._listeners():
            event.listen(target, name, listener)

    def forget(self) -> None:
        """Begin anew, for the next test."""
        self.committed = self.changed = False
        self._sessions.clear()
        self._connections.clear()

    def excuse(self, session: Session) -> None:
        """Let a session be open when the test ends: what ends the test closes it."""
        self._sessions.pop(session, None)

    def end_sessions(self) -> list[str]:
        """Close the sessions that are open, the last one first; return what to say of them."""
        left = []
        for session, place in reversed(list(self._sessions.items())):
            left.append(
                f"database {self.database.name!r}: {session.info.get(OWNER) or 'a session'} was "
                f"opened at {shown(place)} and not closed: write "
                "`with database.get_session() as session:`, or close it"
            )
            # What else is wrong with it is told already.
            try:
                session.close()
            except Exception:
                session.invalidate()
        return left[::-1]

    def end_connections(self) -> list[str]:
        """Cut the connections that are open; return what to say of them."""
        left = []
        for record, place in list(self._connections.items()):
            left.append(
                f"database {self.database.name!r}: a connection was opened at {shown(place)} and "
                "not closed: write `with engine.connect() as connection:`, or close it"
            )
            record.invalidate()
        return left

    @contextmanager
    def looking_away(self) -> Iterator[None]:
        """Let what is opened in the block be none of the test's."""
        self._looking_away = True
        try:
            yield
        finally:
            self._looking_away = False

    def remove(self) -> None:
        """Watch no longer."""
        for target, name, listener in self._listeners():
            event.remove(target, name, listener)
        del self._class.__init__, self._class.close

    def _listeners(self) -> Iterator[tuple[Engine, str, Callable[..., None]]]:
        yield self.database.engine, "commit", self._on_commit
        for name in STATEMENTS:
            yield self.database.engine, name, self._on_statement
        yield self.database.engine, "checkout", self._on_checkout
        yield self.database.engine, "checkin", self._on_checkin

    def _watch_sessions(self) -> None:
        """Let the class of the database's sessions, which is its factory's own, tell of each."""
        sessions = self._sessions
        base = self._class.__base__

        def init(session: Any, *args: Any, **options: Any) -> None:
            base.__init__(session, *args, **options)
            sessions[session] = session.info[PLACE] = _place()

        def close(session: Any) -> None:
            sessions.pop(session, None)
            base.close(session)

        self._class.__init__ = init
        self._class.close = close

    def _on_checkout(self, connection: object, record: ConnectionPoolEntry, proxy: object) -> None:
        if not self._looking_away:
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
    frame = sys._getframe(2)
    while frame.f_back is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] not in _BETWEEN:
            break
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def shown(place: Place) -> str:
    """Return a place as an editor finds it."""
    return f"{place[0]}:{place[1]}"
