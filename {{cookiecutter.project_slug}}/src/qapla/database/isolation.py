"""Keep what a test does to a database inside one transaction, rolled back when the test ends.

Every session of the database joins one connection, as a savepoint of it, so that a commit is seen
by the others and gone at the end.
Source: SQLAlchemy, "Joining a Session into an External Transaction (such as for test suites)".
"""

import threading
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from qapla.database.database import OWNER, Database
from qapla.database.leaks import DDL
from qapla.database.writes import has_uncommitted_writes
from qapla.exceptions import IsolationError


class Isolation:
    """Isolate one database for one test.

    Args:
        database: The database; its sessions join the test's transaction until `end`.
        thread: The identifier of the test's thread.
    """

    def __init__(self, database: Database, thread: int) -> None:
        self.database = database
        self.problems: list[str] = []
        self._thread = thread
        # The sessions that a fixture holds for the whole test.
        self._held: list[Session] = []
        # One entry for each savepoint that is open: its name, and the session that began it.
        self._savepoints: list[tuple[str, Session | None]] = []
        self._count = 0
        self.connection = database.engine.connect()
        self._transaction = self.connection.begin()
        self._commits_ddl = self.connection.dialect.name in ("mysql", "mariadb")
        self._listen()
        database.sessions.configure(
            bind=self.connection, join_transaction_mode="create_savepoint", reader=None
        )

    def end(self) -> None:
        """Roll the test's transaction back, and give the database's sessions their engine again."""
        self.database.sessions.configure(
            bind=self.database.engine,
            join_transaction_mode="conditional_savepoint",
            reader=self.database.reader,
        )
        event.remove(self.database.sessions, "after_begin", self._on_session_begin)
        if self._transaction.is_active:
            self._transaction.rollback()
        self.connection.close()

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

    def _listen(self) -> None:
        event.listen(self.connection, "before_cursor_execute", self._on_execute)
        event.listen(self.connection, "savepoint", self._on_savepoint)
        event.listen(self.connection, "release_savepoint", self._on_savepoint_end)
        event.listen(self.connection, "rollback_savepoint", self._on_savepoint_end)
        event.listen(self.database.sessions, "after_begin", self._on_session_begin)

    def _on_execute(self, connection: object, cursor: object, statement: str, *_: Any) -> None:
        if self._commits_ddl and DDL.match(statement):
            self._fail(
                f"database {self.database.name!r}: MariaDB commits the transaction of the test at "
                f"`{' '.join(statement.split())[:40]}`: ask for the fixture `committing`, with "
                "which sessions commit for real"
            )
        if threading.get_ident() != self._thread:
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
    return str((session and session.info.get(OWNER)) or "a session")
