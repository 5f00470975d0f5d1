"""The state that the tests of one run share: the applications, and the state of each database.

It is in pytest's stash: a run within a run, as plugins test themselves, has its own.
"""

import sys
import threading
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from sqlalchemy.exc import DBAPIError

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.dialects import dialect_of
from qapla.database.dialects.label import DIRTY, Label
from qapla.exceptions import IsolationError
from qapla.testing.isolation.isolation import Isolation
from qapla.testing.isolation.tracker import ResourceTracker
from qapla.testing.provisioning.locks import DatabaseLocks
from qapla.testing.provisioning.provision import Mode, provision
from qapla.testing.run.options import mode_of


class DatabaseRun:
    """The databases of one run of tests.

    Args:
        mode: The way in which the databases of the run are made.
    """

    key = pytest.StashKey["DatabaseRun"]()
    # The run whose test is running: the innermost, where a test runs pytest itself.
    running: ClassVar["DatabaseRun | None"] = None

    def __init__(self, mode: Mode | None = None) -> None:
        self._mode = mode or Mode()
        self._applications: dict[type[DatabaseApplication], DatabaseApplication] = {}
        # Provisioned databases, and whether deleting all rows restores them.
        self._provisioned: dict[Database, bool] = {}
        self._trackers: dict[Database, ResourceTracker] = {}
        self._isolations: dict[Database, Isolation] = {}
        self._locks = DatabaseLocks()
        # The labels that were taken off databases, until the run ends well.
        self._labels: dict[Database, Label | None] = {}
        # The test that runs, whether it may use no database, and the scope of one that may.
        self.item: Any = None
        self.guarded = False
        self.current: Any = None
        # The threads of a test may touch a database for the first time together.
        self.lock = threading.RLock()
        # Whether a database was provisioned since the garbage collector was told of it.
        self.has_provisioned = False

    @classmethod
    def of(cls, config: pytest.Config) -> "DatabaseRun":
        """Return the state of a run, made at first use and closed with the run."""
        if cls.key not in config.stash:
            run = config.stash[cls.key] = cls(mode_of(config))
            config.add_cleanup(run.close)
        return config.stash[cls.key]

    @classmethod
    def now(cls) -> "DatabaseRun":
        """Return the state of the run whose test is running.

        Raises:
            IsolationError: The plugin of the databases is not loaded.
        """
        if cls.running is None:
            raise IsolationError(
                "the plugin of the databases is not loaded: add `-p qapla.testing.plugin` to "
                "`addopts` in pyproject.toml"
            )
        return cls.running

    def application(self, app_class: type[DatabaseApplication]) -> DatabaseApplication:
        """Return the application under test, prepared for tests.

        It is the project's own `main` if that is one of `app_class`: the project's tasks hold it,
        and they must share the transaction of the test.
        """
        if app_class not in self._applications:
            project = sys.modules[app_class.__module__.partition(".")[0]]
            main = getattr(project, "main", None)
            self._applications[app_class] = main if type(main) is app_class else app_class()
        return self._applications[app_class].run_tests()

    def ensure_ready(self, database: Database) -> ResourceTracker:
        """Provision a database unless it is as migrated, and return its tracker.

        Raises:
            DatabaseInUse: Another run uses it.
        """
        if database not in self._provisioned:
            server = self._locks.acquire(database, self._remedy)
            # One that is made anew may be so again: then a template pays.
            again = database in self._trackers
            mode = replace(self._mode, alone=False) if again else self._mode
            self._provisioned[database] = provision(database, mode, server).resettable
            self.has_provisioned = True
            self._labels.pop(database, None)
            if database in self._trackers:
                # It has recorded the migrations.
                self._trackers[database].reset()
        if database not in self._trackers:
            self._trackers[database] = ResourceTracker(database)
        return self._trackers[database]

    def tracker(self, database: Database) -> ResourceTracker | None:
        """Return the tracker of a database that a test of the run has used."""
        return self._trackers.get(database)

    def isolate(self, database: Database, thread: int) -> Isolation:
        """Begin to isolate a database for a test, until `end`.

        Args:
            database: The database, which is ready.
            thread: The identifier of the test's thread.
        """
        if database not in self._isolations:
            self._isolations[database] = Isolation(self._trackers[database])
        self._isolations[database].begin(thread)
        return self._isolations[database]

    def mark_dirty(self, database: Database) -> None:
        """Mark the database dirty on its server, so that a killed run is not mistaken for a clean one."""
        self._close_isolation(database)
        if database in self._provisioned and database not in self._labels:
            self._labels[database] = database.server.label()
            database.server.set_label(DIRTY)

    def discard(self, database: Database) -> None:
        """Make the database anew before the next test that uses it."""
        self._close_isolation(database)
        if database in self._provisioned and database not in self._labels:
            database.server.set_label(DIRTY)
        self._provisioned.pop(database, None)

    def reset(self, database: Database) -> None:
        """Delete the rows of a database to which a test has committed, or discard it."""
        tracker = self._trackers[database]
        if tracker.changed or not self._provisioned[database]:
            self.discard(database)
            return
        try:
            with database.engine.connect() as connection:
                dialect_of(connection.dialect.name).delete_all_rows(connection)
        except DBAPIError:
            # Another process holds a lock: making it anew ends its connection.
            self.discard(database)
        tracker.reset()

    def lost_server(self) -> str:
        """Return the sentence that ends a run whose server went away, or an empty text."""
        lost = self._locks.lost()
        if not lost:
            return ""
        # Their labels are not known any more.
        self._labels.clear()
        return (
            f"the server of {', '.join(map(repr, lost))} has ended the connections of this run of "
            "tests, and with them its hold on the databases: run the tests again"
        )

    def provisioned(self, application: DatabaseApplication) -> list[Database]:
        """Return the databases of an application that this run has provisioned."""
        return [database for database in application.dbs.values() if database in self._provisioned]

    def close(self) -> None:
        """Close the connections of every database."""
        for database, label in self._labels.items():
            if database in self._provisioned and label is not None:
                database.server.set_label(label)
        for isolation in self._isolations.values():
            isolation.close()
        for tracker in self._trackers.values():
            tracker.remove()
        prepared = [made for made in self._applications.values() if made.purpose is not None]
        for application in prepared:
            for database in application.dbs.values():
                database.dispose()
        self._locks.release()

    def _close_isolation(self, database: Database) -> None:
        """Close the connection that isolates a database's tests."""
        if database in self._isolations:
            self._isolations[database].close()

    def _remedy(self, database: Database) -> str:
        """Return the way to give the run a database of its own."""
        applications = self._applications.values()
        loader = next(
            made.settings_loader for made in applications if database in made.dbs.values()
        )
        if database.target.embedded is not None:
            return f"set {loader.variable('paths', 'var')} to a directory of this run's own"
        return f"set {loader.variable('databases', database.name, 'url')} to another one"
