"""What the tests of one run share: the applications, and the state of each database.

The state is in pytest's stash: a run within a run, as plugins test themselves, has its own.
"""

import os
import sys
import threading
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from sqlalchemy.exc import DBAPIError

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.dialects.cleaning import empty
from qapla.database.dialects.label import UNCLEAN
from qapla.exceptions import IsolationError
from qapla.testing.isolation.isolation import Isolation
from qapla.testing.isolation.tracker import Watch
from qapla.testing.provisioning.locks import Claims
from qapla.testing.provisioning.provision import Mode, prepare


class TestRun:
    """Hold what the tests of one run share: the applications, and which databases are fresh.

    Args:
        mode: How the databases of the run are made.
    """

    __test__ = False
    key = pytest.StashKey["TestRun"]()
    # The run whose test is running: the innermost, where a test runs pytest itself.
    running: ClassVar["TestRun | None"] = None

    def __init__(self, mode: Mode | None = None) -> None:
        self._mode = mode or Mode()
        self._applications: dict[type[DatabaseApplication], DatabaseApplication] = {}
        # The databases that are as migrated, and whether emptying makes them so again.
        self._fresh: dict[Database, bool] = {}
        self._watches: dict[Database, Watch] = {}
        self._isolations: dict[Database, Isolation] = {}
        self._claims = Claims()
        # The labels that were taken off databases, until the run ends well.
        self._labels: dict[Database, str] = {}
        # The test that runs, whether it may use no database, and what isolates those of another one.
        self.item: Any = None
        self.guarded = False
        self.current: Any = None
        # The threads of a test may touch a database for the first time together.
        self.lock = threading.RLock()
        # Whether a database was prepared since the garbage collector was told of it.
        self.prepared = False

    @classmethod
    def of(cls, config: pytest.Config) -> "TestRun":
        """Return the state of a run, made at first use and closed with the run."""
        if cls.key not in config.stash:
            run = config.stash[cls.key] = cls(_mode(config))
            config.add_cleanup(run.close)
        return config.stash[cls.key]

    @classmethod
    def now(cls) -> "TestRun":
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

    def refresh(self, database: Database) -> Watch:
        """Make a database anew unless it is as migrated, and return what watches it.

        Raises:
            DatabaseInUse: Another run uses it.
        """
        if database not in self._fresh:
            server = self._claims.take(database, self._remedy)
            # One that is made anew may be so again: then a template pays.
            again = database in self._watches
            mode = replace(self._mode, alone=False) if again else self._mode
            self._fresh[database] = prepare(database, mode, server)
            self.prepared = True
            self._labels.pop(database, None)
            if database in self._watches:
                # What it has noticed were the migrations.
                self._watches[database].forget()
        if database not in self._watches:
            self._watches[database] = Watch(database)
        return self._watches[database]

    def isolated(self, database: Database, thread: int) -> Isolation:
        """Begin to isolate a database for a test, whose thread is given; `end` ends it."""
        if database not in self._isolations:
            self._isolations[database] = Isolation(self._watches[database])
        self._isolations[database].begin(thread)
        return self._isolations[database]

    def _release(self, database: Database) -> None:
        """Close the connection that isolates a database's tests."""
        if database in self._isolations:
            self._isolations[database].close()

    def spoil(self, database: Database) -> None:
        """Let no later run take the database for clean, should this one be killed."""
        self._release(database)
        if database in self._fresh and database not in self._labels:
            self._labels[database] = database.maintenance.label()
            database.maintenance.set_label(UNCLEAN)

    def stale(self, database: Database) -> None:
        """Make the database anew before the next test that uses it."""
        self._release(database)
        if database in self._fresh and database not in self._labels:
            database.maintenance.set_label(UNCLEAN)
        self._fresh.pop(database, None)

    def clean(self, database: Database) -> None:
        """Empty a database to which a test has committed, or leave it to be made anew."""
        watch = self._watches[database]
        if watch.changed or not self._fresh[database]:
            self.stale(database)
            return
        try:
            with database.engine.connect() as connection:
                empty(connection)
        except DBAPIError:
            # Another process holds a lock: making it anew ends its connection.
            self.stale(database)
        watch.forget()

    def lost_server(self) -> str:
        """Return the sentence that ends a run whose server went away, or nothing."""
        lost = self._claims.lost()
        if not lost:
            return ""
        # What their labels said is no longer known.
        self._labels.clear()
        return (
            f"the server of {', '.join(map(repr, lost))} has ended the connections of this run of "
            "tests, and with them its hold on the databases: run the tests again"
        )

    def fresh(self, application: DatabaseApplication) -> list[Database]:
        """Return the databases of an application that this run has made."""
        return [database for database in application.dbs.values() if database in self._fresh]

    def close(self) -> None:
        """Close the connections of every database."""
        for database, label in self._labels.items():
            if database in self._fresh:
                database.maintenance.set_label(label)
        for isolation in self._isolations.values():
            isolation.close()
        for watch in self._watches.values():
            watch.remove()
        prepared = [made for made in self._applications.values() if made.purpose is not None]
        for application in prepared:
            for database in application.dbs.values():
                database.dispose()
        self._claims.release()

    def _remedy(self, database: Database) -> str:
        """Return how to give the run a database of its own."""
        applications = self._applications.values()
        layers = next(made.layers for made in applications if database in made.dbs.values())
        if database.target.embedded is not None:
            return f"set {layers.variable('paths', 'var')} to a directory of this run's own"
        return f"set {layers.variable('databases', database.name, 'url')} to another one"


def _mode(config: pytest.Config) -> Mode:
    # The workers of pytest-xdist have one identifier for their run.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    recreate = bool(config.getoption("--recreate", False))
    reuse = bool(config.getoption("--reuse-db", False))
    return Mode(recreate, reuse, run=run) if run else Mode(recreate, reuse, alone=True)
