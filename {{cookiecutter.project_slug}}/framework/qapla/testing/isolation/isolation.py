"""Run each test inside one transaction of a database, which is rolled back when the test ends.

Every session of the database joins one connection, as a savepoint of it, so that a commit is seen
by the others and gone at the end.
Source: SQLAlchemy, "Joining a Session into an External Transaction (such as for test suites)".
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qapla.database.connect.ping import IDLE_SECONDS
from qapla.database.dialects import dialect_of
from qapla.database.sessions.uncommitted import has_uncommitted_writes
from qapla.exceptions import IsolationError
from qapla.testing.isolation.savepoints import Savepoints
from qapla.testing.isolation.tracker import DDL, STATEMENTS, ResourceTracker


class Isolation:
    """The isolation of one database, for one test after another.

    The connection and its listeners stay, as they would be a third of the time that isolating a test
    costs; a test that follows after a while begins with a new one.

    Args:
        tracker: The tracker of the database; the connection of the isolation is not recorded.
    """

    def __init__(self, tracker: ResourceTracker) -> None:
        self.database = tracker.database
        self.problems: list[str] = []
        self._tracker = tracker
        self._thread: int | None = None
        # The sessions of fixtures, which stay open for the whole test.
        self._adopted: list[Session] = []
        # The connection that the sessions share, with its savepoints.
        self._shared: Savepoints | None = None
        self._used = 0.0

    def begin(self, thread: int) -> None:
        """Begin the transaction of a test, which all sessions of the database join until `end`.

        Args:
            thread: The identifier of the test's thread.
        """
        if self._shared is not None and time.monotonic() - self._used > IDLE_SECONDS:
            self.close()
        if self._shared is None:
            self._shared = self._connected()
        connection = self._shared.connection
        self.problems = []
        # The thread that touches the database first may be another one.
        self._thread = None
        connection.begin()
        self._thread = thread
        self.database.sessions.configure(
            bind=connection, join_transaction_mode="create_savepoint", reader=None
        )

    def end(self) -> None:
        """Roll back the test's transaction, and bind the sessions to their engine again."""
        self.database.sessions.configure(
            bind=self.database.engine,
            join_transaction_mode="conditional_savepoint",
            reader=self.database.reader,
        )
        self._adopted.clear()
        if self._shared is None:
            return
        connection = self._shared.connection
        transaction = connection.get_transaction()
        try:
            if transaction is not None:
                transaction.rollback()
        except DBAPIError:
            # The server has closed it, and the test has its own error.
            connection.invalidate()
        self._shared.clear()
        if connection.invalidated:
            self.close()
        self._used = time.monotonic()

    def close(self) -> None:
        """Close the connection, before the database is dropped or a test commits to it."""
        if self._shared is not None:
            connection = self._shared.connection
            for name in STATEMENTS:
                event.remove(connection.engine, name, self._on_execute)
            self._shared.remove()
            connection.close()
        self._shared = None

    @contextmanager
    def example(self) -> Iterator[None]:
        """Undo the block's writes; those of fixtures before it stay for the next one."""
        assert self._shared is not None  # noqa: S101 (for mypy)
        before = [(session, set(session)) for session in self._adopted]
        for session, _ in before:
            # Its savepoint would be around that of the block otherwise.
            session.commit()
        savepoint = self._shared.connection.begin_nested()
        try:
            yield
        finally:
            for session, _ in before:
                session.rollback()
            savepoint.rollback()
            for session, kept in before:
                for made in set(session) - kept:
                    session.expunge(made)
                session.expire_all()

    def adopt(self, session: Session) -> None:
        """Adopt a session of a fixture, which outlives those of the code under test."""
        self._adopted.append(session)

    def release(self, session: Session) -> None:
        """End an adopted session with the test's transaction.

        Rolling back its savepoint first would cost a round trip.
        """
        self._adopted.remove(session)
        self._tracker.ignore(session)
        if self._shared is not None:
            self._shared.finish(session)

    def release_idle(self) -> None:
        """End the savepoint of each adopted session that has nothing pending.

        Otherwise the commits of a request would be inside it, and undone by its rollback. A session
        that another thread opens is not to be used there, so that it needs nothing released.
        """
        if threading.get_ident() != self._thread:
            return
        for session in self._adopted:
            if session.in_transaction() and not has_uncommitted_writes(session):
                session.commit()

    def _connected(self) -> Savepoints:
        with self._tracker.paused():
            connection = self.database.engine.connect()
        self._commits_ddl = dialect_of(connection.dialect.name).commits_ddl
        for name in STATEMENTS:
            event.listen(connection.engine, name, self._on_execute)
        return Savepoints(connection, self.database.sessions, self._fail)

    def _on_execute(self, cursor: object, statement: str, *rest: Any) -> None:
        # The last argument of each of these events is the context.
        if self._shared is None or rest[-1].root_connection is not self._shared.connection:
            return
        self._shared.end_finished()
        if self._commits_ddl and DDL.match(statement):
            self._fail(
                "MariaDB commits the transaction of the test at "
                f"`{' '.join(statement.split())[:40]}`: ask for the fixture `committing`, with "
                "which sessions commit for real"
            )
        if self._thread is not None and threading.get_ident() != self._thread:
            self._fail(
                "a statement came from another thread than the test's, and a test has one "
                "connection: ask for the fixture `committing`, with which sessions commit for real"
            )

    def _fail(self, problem: str) -> None:
        text = f"database {self.database.name!r}: {problem}"
        # Kept too: the code under test may swallow the error.
        self.problems.append(text)
        raise IsolationError(text)
