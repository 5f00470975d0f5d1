"""The databases of one test: prepared when touched, isolated, and checked when the test ends."""

import gc
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database, lost_writes
from qapla.exceptions import CreationDenied, DatabaseError, DatabaseInUse
from qapla.testing.isolation.isolation import Isolation
from qapla.testing.isolation.tracker import Watch
from qapla.testing.run.run import TestRun

# Whether the body of a test has failed: what it left open is then no news.
FAILED = pytest.StashKey[bool]()


class DatabasesOfTest:
    """Prepare and isolate the databases of one test, each when it is first touched.

    Args:
        run: The run that the test is part of.
        item: The test.
        committing: Whether sessions commit for real instead; the databases are then emptied.
    """

    def __init__(self, run: TestRun, item: pytest.Item, *, committing: bool) -> None:
        self._run = run
        self._item = item
        self._committing = committing
        self._thread = threading.get_ident()
        self._isolations: dict[Database, Isolation] = {}
        self._problems: list[str] = []
        self._watches: dict[Database, Watch | None] = {}
        self._databases: frozenset[Database] = frozenset()

    @contextmanager
    def watched(self, application: DatabaseApplication) -> Iterator[None]:
        """Isolate the application's databases for the time of a test, and fail what it left."""
        self._databases = frozenset(application.dbs.values())
        for database in self._databases:
            database.before_session = self._before_session
            database.on_lost_writes = self._on_lost_writes
        outer, self._run.current = self._run.current, self
        if self._committing:
            # Other processes may write to what earlier tests have used.
            for database in self._run.fresh(application):
                self._run.spoil(database)
        try:
            yield
        finally:
            for database in self._databases:
                database.reset_hooks()
            lost = self._item.stash.get(FAILED, False) and self._stop_without_server()
            self._end()
            if self._committing and not lost:
                for database in self._run.fresh(application):
                    self._run.clean(database)
            self._run.current = outer
            if self._run.prepared:
                # Its first test has imported the driver, and made mappers and statements.
                gc.freeze()
                self._run.prepared = False
        if self._problems:
            pytest.fail("\n".join(self._problems), pytrace=False)

    @contextmanager
    def example(self) -> Iterator[None]:
        """Undo what the block does to each database, for a test whose body runs several times."""
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

    def hold(self, session: Session, database: Database) -> None:
        """Remember a session that a fixture holds for the whole test."""
        if database in self._isolations:
            self._isolations[database].hold(session)

    def let_go(self, session: Session, database: Database) -> None:
        """End a session that a fixture has held."""
        if database in self._isolations:
            self._isolations[database].let_go(session)
        else:
            session.close()

    def touch(self, database: Database) -> None:
        """Prepare a database at its first use in the test."""
        if database not in self._databases:
            return
        with self._run.lock:
            if database in self._watches:
                return
            # Before it is prepared, as this uses the database too.
            self._watches[database] = None
            try:
                self._watches[database] = self._run.refresh(database)
            except (CreationDenied, DatabaseInUse) as error:
                del self._watches[database]
                # Every other test would tell the same.
                self._item.session.shouldfail = str(error)
                raise pytest.fail.Exception(str(error), pytrace=False) from None
            except DatabaseError as error:
                del self._watches[database]
                raise pytest.fail.Exception(str(error), pytrace=False) from None
            except BaseException:
                del self._watches[database]
                raise
            if self._committing:
                self._run.spoil(database)

    def _before_session(self, database: Database) -> None:
        with self._run.lock:
            self.touch(database)
            if self._committing:
                return
            if database not in self._isolations:
                try:
                    self._isolations[database] = self._run.isolated(database, self._thread)
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

    def _on_lost_writes(self, database: Database, session: Session) -> None:
        self._problems.append(lost_writes(database, session))

    def _end(self) -> None:
        left: list[str] = []
        for isolation in self._isolations.values():
            self._problems.extend(isolation.problems)
        watches = [watch for watch in self._watches.values() if watch is not None]
        for watch in watches:
            left.extend(watch.end_sessions())
        for isolation in reversed(self._isolations.values()):
            isolation.end()
        for watch in watches:
            left.extend(watch.end_connections())
            if watch.committed and not self._committing:
                self._run.stale(watch.database)
            if not self._committing:
                watch.forget()
        # What is left open after another fault is no news.
        if not self._problems and not self._item.stash.get(FAILED, False):
            self._problems.extend(left)
