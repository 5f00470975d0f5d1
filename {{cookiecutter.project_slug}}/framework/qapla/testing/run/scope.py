"""The databases of one test: provisioned when touched, isolated, and checked when the test ends."""

import gc
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.observer import lost_writes
from qapla.exceptions import CreationDenied, DatabaseError, DatabaseInUse
from qapla.testing.isolation.isolation import Isolation
from qapla.testing.isolation.tracker import ResourceTracker
from qapla.testing.run.run import DatabaseRun

# Whether the body of a test has failed: a resource that it left open is then no news.
FAILED = pytest.StashKey[bool]()


class DatabaseScope:
    """The databases of one test, each of which is provisioned and isolated when it is first touched.

    Args:
        run: The run that the test is part of.
        item: The test.
        committing: Whether sessions commit for real instead; the databases are then emptied.
    """

    def __init__(self, run: DatabaseRun, item: pytest.Item, *, committing: bool) -> None:
        self._run = run
        self._item = item
        self._committing = committing
        self._thread = threading.get_ident()
        self._isolations: dict[Database, Isolation] = {}
        self._problems: list[str] = []
        self._trackers: dict[Database, ResourceTracker | None] = {}
        self.databases: frozenset[Database] = frozenset()

    @contextmanager
    def active(self, application: DatabaseApplication) -> Iterator[None]:
        """Isolate the application's databases for the time of a test, and fail it for its leaks."""
        self.databases = frozenset(application.dbs.values())
        outer, self._run.current = self._run.current, self
        if self._committing:
            # Other processes may write to the databases of earlier tests.
            for database in self._run.provisioned(application):
                self._run.mark_dirty(database)
        try:
            yield
        finally:
            lost = self._item.stash.get(FAILED, False) and self._stop_without_server()
            self._end()
            if self._committing and not lost:
                for database in self._run.provisioned(application):
                    self._run.reset(database)
            self._run.current = outer
            if self._run.has_provisioned:
                # Its first test has imported the driver, and made mappers and statements.
                gc.freeze()
                self._run.has_provisioned = False
        if self._problems:
            pytest.fail("\n".join(self._problems), pytrace=False)

    @contextmanager
    def example(self) -> Iterator[None]:
        """Undo the block's writes to each database, for a test whose body runs several times."""
        with ExitStack() as stack:
            before = dict(self._isolations)
            for isolation in before.values():
                stack.enter_context(isolation.example())
            yield
        for database, isolation in self._isolations.items():
            if database not in before:
                # Nothing was arranged there before the block.
                isolation.end()
                isolation.begin(self._thread)

    def adopt(self, session: Session, database: Database) -> None:
        """Adopt a session of a fixture, which stays open for the whole test."""
        if database in self._isolations:
            self._isolations[database].adopt(session)

    def release(self, session: Session, database: Database) -> None:
        """End a session of a fixture."""
        if database in self._isolations:
            self._isolations[database].release(session)
        else:
            session.close()

    def touch(self, database: Database) -> None:
        """Provision a database at its first use in the test."""
        if database not in self.databases:
            return
        with self._run.lock:
            if database in self._trackers:
                return
            # Before it is prepared, as this uses the database too.
            self._trackers[database] = None
            try:
                self._trackers[database] = self._run.ensure_ready(database)
            except (CreationDenied, DatabaseInUse) as error:
                del self._trackers[database]
                # Every other test would fail in the same way.
                self._item.session.shouldfail = str(error)
                raise pytest.fail.Exception(str(error), pytrace=False) from None
            except DatabaseError as error:
                del self._trackers[database]
                raise pytest.fail.Exception(str(error), pytrace=False) from None
            except BaseException:
                del self._trackers[database]
                raise
            if self._committing:
                self._run.mark_dirty(database)

    def session_requested(self, database: Database) -> None:
        """Isolate a database before its first session in the test."""
        with self._run.lock:
            self.touch(database)
            if self._committing:
                return
            if database not in self._isolations:
                try:
                    self._isolations[database] = self._run.isolate(database, self._thread)
                except DBAPIError:
                    if reason := self._stop_without_server():
                        raise pytest.fail.Exception(reason, pytrace=False) from None
                    raise
            self._isolations[database].release_idle()

    def _stop_without_server(self) -> str:
        """End the run if its server went away, as every other test would fail; return the reason."""
        reason = self._run.lost_server()
        if reason:
            self._item.session.shouldfail = reason
        return reason

    def writes_lost(self, database: Database, session: Session) -> None:
        """Fail the test for uncommitted writes."""
        self._problems.append(lost_writes(database, session))

    def _end(self) -> None:
        left: list[str] = []
        for isolation in self._isolations.values():
            self._problems.extend(isolation.problems)
        trackers = [tracker for tracker in self._trackers.values() if tracker is not None]
        for tracker in trackers:
            left.extend(tracker.end_sessions())
        for isolation in reversed(self._isolations.values()):
            isolation.end()
        for tracker in trackers:
            left.extend(tracker.end_connections())
            if tracker.committed and not self._committing:
                self._run.discard(tracker.database)
            if not self._committing:
                tracker.reset()
        # A resource that is left open after another fault is no news.
        if not self._problems and not self._item.stash.get(FAILED, False):
            self._problems.extend(left)
