"""Keep what a test does to a database inside one transaction, rolled back when the test ends.

Every session of the database joins one connection, as a savepoint of it, so that a commit is seen
by the others and gone at the end.
Source: SQLAlchemy, "Joining a Session into an External Transaction (such as for test suites)".
"""

import threading
import time
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from qapla.database.database import OWNER
from qapla.database.leaks import DDL, PLACE, Watch, shown
from qapla.database.ping import IDLE_SECONDS
from qapla.database.writes import has_uncommitted_writes
from qapla.exceptions import IsolationError


class Isolation:
    """Isolate one database, for one test after another.

    The connection and what listens to it stay, as they would be a third of what isolating a test
    costs; a test that follows after a while begins with a new one.

    Args:
        watch: What watches the database; the connection is none that a test has left open.
    """

    def __init__(self, watch: Watch) -> None:
        self.database = watch.database
        self.problems: list[str] = []
        self._watch = watch
        self._thread: int | None = None
        # The sessions that a fixture holds for the whole test.
        self._held: list[Session] = []
        # One entry for each savepoint that is open: its name, and the session that began it.
        self._savepoints: list[tuple[str, Session | None]] = []
        self._count = 0
        self._connection: Connection | None = None
        self._used = 0.0

    def begin(self, thread: int) -> None:
        """Let the sessions of the database join a transaction of a test, until `end`.

        Args:
            thread: The identifier of the test's thread.
        """
        if self._connection is not None and time.monotonic() - self._used > IDLE_SECONDS:
            self.close()
        if self._connection is None:
            self._connection = self._connected()
        self.problems = []
        # The thread that touches the database first may be another one.
        self._thread = None
        self._connection.begin()
        self._thread = thread
        self.database.sessions.configure(
            bind=self._connection, join_transaction_mode="create_savepoint", reader=None
        )

    def end(self) -> None:
        """Roll the test's transaction back, and give the database's sessions their engine again."""
        self.database.sessions.configure(
            bind=self.database.engine,
            join_transaction_mode="conditional_savepoint",
            reader=self.database.reader,
        )
        self._held.clear()
        self._savepoints.clear()
        connection = self._connection
        if connection is None:
            return
        transaction = connection.get_transaction()
        try:
            if transaction is not None:
                transaction.rollback()
        except DBAPIError:
            # The server has closed it, and the test has its own error.
            connection.invalidate()
        if connection.invalidated:
            self.close()
        self._used = time.monotonic()

    def close(self) -> None:
        """Close the connection, before the database is dropped or a test commits to it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            event.remove(self.database.sessions, "after_begin", self._on_session_begin)
            connection.close()

    def hold(self, session: Session) -> None:
        """Remember a session that a fixture opened, which outlives those of the code under test."""
        self._held.append(session)

    def release_idle(self) -> None:
        """End the savepoint of each held session that has nothing pending.

        Otherwise what a request commits would be inside it, and undone by its rollback. A session
        that another thread opens is not to be used there, so that it needs nothing released.
        """
        if threading.get_ident() != self._thread:
            return
        for session in self._held:
            if session.in_transaction() and not has_uncommitted_writes(session):
                session.commit()

    def _connected(self) -> Connection:
        with self._watch.looking_away():
            connection = self.database.engine.connect()
        self._count = 0
        self._commits_ddl = connection.dialect.name in ("mysql", "mariadb")
        event.listen(connection, "before_cursor_execute", self._on_execute)
        event.listen(connection, "savepoint", self._on_savepoint)
        event.listen(connection, "release_savepoint", self._on_savepoint_end)
        event.listen(connection, "rollback_savepoint", self._on_savepoint_end)
        event.listen(self.database.sessions, "after_begin", self._on_session_begin)
        return connection

    def _on_execute(self, connection: object, cursor: object, statement: str, *_: Any) -> None:
        if self._commits_ddl and DDL.match(statement):
            self._fail(
                f"database {self.database.name!r}: MariaDB commits the transaction of the test at "
                f"`{' '.join(statement.split())[:40]}`: ask for the fixture `committing`, with "
                "which sessions commit for real"
            )
        if self._thread is not None and threading.get_ident() != self._thread:
            self._fail(
                f"database {self.database.name!r}: a statement came from another thread than the "
                "test's, and a test has one connection: ask for the fixture `committing`, with "
                "which sessions commit for real"
            )

    def _on_savepoint(self, connection: Connection, name: str | None) -> None:
        self._count += 1
        # The names that SQLAlchemy gives to savepoints without one.
        self._savepoints.append((name or f"sa_savepoint_{self._count}", None))

    def _on_session_begin(
        self, session: Session, transaction: SessionTransaction, connection: Connection
    ) -> None:
        if self._savepoints and self._savepoints[-1][1] is None:
            self._savepoints[-1] = (self._savepoints[-1][0], session)

    def _on_savepoint_end(self, connection: Connection, name: str, context: object) -> None:
        names = [savepoint for savepoint, _ in self._savepoints]
        if name not in names:
            return
        position = names.index(name)
        session = self._savepoints[position][1]
        inner = [other for _, other in self._savepoints[position + 1 :] if other is not None]
        del self._savepoints[position:]
        for other in inner:
            if other is not session:
                self._fail(
                    f"database {self.database.name!r}: {_owner(session)} ended before "
                    f"{_owner(other)}, which began later: in a test the last session opened must "
                    "end first"
                )

    def _fail(self, text: str) -> None:
        # Kept too: the code under test may swallow the error.
        self.problems.append(text)
        raise IsolationError(text)


def _owner(session: Session | None) -> str:
    info = session.info if session is not None else {}
    place = f" opened at {shown(info[PLACE])}" if PLACE in info else ""
    return str(info.get(OWNER) or f"a session{place}")
