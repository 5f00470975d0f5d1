"""The observer of a run of tests, which provisions, isolates and tracks the databases of its tests."""

from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.database.observer import Observer
from qapla.exceptions import IsolationError
from qapla.testing.run.run import DatabaseRun

REMEDY = (
    "ask for the fixture `dbsession` (or `application`), with which all is undone when the test "
    "ends; or mock the driver"
)


class RunObserver(Observer):
    """The events of databases, for the test of a run that is running.

    Args:
        run: The run.
        outer: The observer of the process so far, for the databases of a run around this one.
    """

    def __init__(self, run: DatabaseRun, outer: Observer) -> None:
        self._run = run
        self.outer = outer

    def database_used(self, database: Database) -> None:
        """Provision a database at its first use in a test.

        Raises:
            IsolationError: The test has no database.
        """
        # A traceback ends where the test, and not pytest, has used the database.
        __tracebackhide__ = True
        if self._run.current is not None:
            self._run.current.touch(database)
        elif self._run.guarded:
            raise IsolationError(
                f"database {database.name!r}: a test that has no database touched it: {REMEDY}"
            )

    def session_requested(self, database: Database) -> None:
        """Isolate a database before the first session of a test."""
        if self._run.current is not None and database in self._run.current.databases:
            self._run.current.session_requested(database)
        else:
            self.outer.session_requested(database)

    def session_opened(self, database: Database, session: Session) -> None:
        """Track a session."""
        tracker = self._run.tracker(database)
        if tracker is not None:
            tracker.session_opened(session)
        else:
            self.outer.session_opened(database, session)

    def session_closed(self, database: Database, session: Session) -> None:
        """Stop tracking a session."""
        tracker = self._run.tracker(database)
        if tracker is not None:
            tracker.session_closed(session)
        else:
            self.outer.session_closed(database, session)

    def writes_lost(self, database: Database, session: Session) -> None:
        """Fail the test whose writes are lost."""
        if self._run.current is not None and database in self._run.current.databases:
            self._run.current.writes_lost(database, session)
        else:
            self.outer.writes_lost(database, session)
