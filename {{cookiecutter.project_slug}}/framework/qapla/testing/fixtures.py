"""The pytest fixtures of an application with databases.

A test class says its application and its database; each database is made when a test first
touches it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from sqlalchemy.orm import Session

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.exceptions import DatabaseError, SettingsError
from qapla.settings import Settings
from qapla.testing.factories import Factory
from qapla.testing.run.run import TestRun
from qapla.testing.run.scope import DatabasesOfTest

DBSESSION = "the fixture dbsession"
COMMITTING = "committing"
T = TypeVar("T")


class BaseApplicationFixture:
    """Give a test class the fixtures of an application; a subclass names it and a database."""

    APP_CLASS: ClassVar[type[DatabaseApplication]]
    DATABASE_KEY: ClassVar[str] = "main"

    @pytest.fixture
    def application(self) -> Iterator[DatabaseApplication]:
        """Give the application, prepared for tests: `application.dbs["main"]` is a database."""
        run = TestRun.now()
        try:
            application = run.application(self.APP_CLASS)
        except (DatabaseError, SettingsError) as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        committing = COMMITTING in run.item.fixturenames
        with DatabasesOfTest(run, run.item, committing=committing).watched(application):
            yield application

    @pytest.fixture
    def settings(self, application: DatabaseApplication) -> Settings:
        """Give the settings of the application, those of tests over all others."""
        return application.settings

    @pytest.fixture
    def paths(self, application: DatabaseApplication) -> dict[str, Path]:
        """Give the directories of the project by name, such as `paths["root"]`."""
        return application.paths

    @pytest.fixture
    def dbplugin(self, application: DatabaseApplication) -> Database:
        """Give the database that `DATABASE_KEY` names: `get_session()`, `engine`, `migrate()`."""
        return application.dbs[self.DATABASE_KEY]

    @pytest.fixture
    def dbsession(self, application: DatabaseApplication) -> Iterator[Session]:
        """Give a session of the database; whatever the test does is undone when it ends."""
        database = application.dbs[self.DATABASE_KEY]
        test = TestRun.now().current
        session = database.get_session(DBSESSION)
        test.hold(session, database)
        yield session
        test.let_go(session, database)

    @pytest.fixture
    def factory(self, dbsession: Session) -> Factory:
        """Give what makes rows with made-up values: `factory(Ship).create_sync(name="Rotarran")`."""
        return Factory(dbsession)

    @pytest.fixture
    def committing(self) -> None:
        """Let sessions commit for real, for threads and processes; undone when the test ends."""

    @pytest.fixture
    def webapp(self, application: DatabaseApplication) -> Any:
        """Give a WebTest application: `webapp.get("/ships").json`; requests join the test."""
        from webtest import TestApp

        return TestApp(application.run_wsgi())

    def execute_example(self, example: Callable[[], T]) -> T:
        """Run one example of a test of Hypothesis, and undo what it has done to the databases.

        Source: Hypothesis, "Custom function execution".
        """
        test = TestRun.now().current
        if test is None:
            return example()
        with test.example():
            return example()
