"""The pytest fixtures of an application with databases.

A test class names its application and its database; a function has the application of the ini option
`qapla_application`. Each database is made when a test first touches it.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from sqlalchemy.orm import Session

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.registry import Databases
from qapla.exceptions import DatabaseError, SettingsError
from qapla.settings import Settings
from qapla.testing.factories import Factory
from qapla.testing.run.run import DatabaseRun
from qapla.testing.run.scope import DatabaseScope

APPLICATION_OPTION = "qapla_application"
COMMITTING = "committing"
DATABASE = "database"
DBSESSION = "the fixture dbsession"
T = TypeVar("T")


class BaseApplicationFixture:
    """Base of test classes, which names the application and the database of their fixtures."""

    APP_CLASS: ClassVar[type[DatabaseApplication]]
    DATABASE_KEY: ClassVar[str] = "main"

    def setup_method(self) -> None:
        """Check that pytest has the fixtures, which the plugin brings.

        Raises:
            IsolationError: The plugin of the databases is not loaded.
        """
        DatabaseRun.now()

    def execute_example(self, example: Callable[[], T]) -> T:
        """Run one example of a test of Hypothesis, and undo its writes to the databases.

        Source: Hypothesis, "Custom function execution".
        """
        test = DatabaseRun.now().current
        if test is None:
            return example()
        with test.example():
            return example()


@pytest.fixture
def application(request: pytest.FixtureRequest) -> Iterator[DatabaseApplication]:
    """Return the application, prepared for tests: `application.dbs["main"]` is a database."""
    run = DatabaseRun.now()
    try:
        prepared = run.application(application_class(request.cls, request.config))
    except (DatabaseError, SettingsError) as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    committing = COMMITTING in run.item.fixturenames
    with DatabaseScope(run, run.item, committing=committing).active(prepared):
        yield prepared


@pytest.fixture
def settings(application: DatabaseApplication) -> Settings:
    """Return the settings of the application, those of tests over all others."""
    return application.settings


@pytest.fixture
def paths(application: DatabaseApplication) -> dict[str, Path]:
    """Return the directories of the project by name, such as `paths["root"]`."""
    return application.paths


@pytest.fixture
def dbs(application: DatabaseApplication) -> Databases:
    """Return every database of the application by name."""
    return application.dbs


@pytest.fixture
def dbplugin(application: DatabaseApplication, request: pytest.FixtureRequest) -> Database:
    """Return the database of the test: `get_session()`, `engine`, `migrate()`.

    It is that of a parameter, of the marker `database`, or of `DATABASE_KEY`; a function without any
    has the first one.
    """
    return application.dbs[_database_name(application, request)]


@pytest.fixture
def dbsession(
    application: DatabaseApplication, request: pytest.FixtureRequest
) -> Iterator[Session]:
    """Open a session of the database of the test, whose writes are undone when the test ends."""
    database = application.dbs[_database_name(application, request)]
    test = DatabaseRun.now().current
    session = database.get_session(DBSESSION)
    test.adopt(session, database)
    yield session
    test.release(session, database)


@pytest.fixture
def factory(dbsession: Session) -> Factory:
    """Return a factory of rows with made-up values: `factory(Ship).create_sync(name="Rotarran")`."""
    return Factory(dbsession)


@pytest.fixture
def committing() -> None:
    """Commit sessions for real, for threads and processes; undone when the test ends."""


@pytest.fixture
def webapp(application: DatabaseApplication) -> Any:
    """Return a WebTest application: `webapp.get("/ships").json`; requests join the test."""
    from webtest import TestApp

    return TestApp(application.run_wsgi())


def application_class(test_class: type | None, config: pytest.Config) -> type[DatabaseApplication]:
    """Return the application of a test class, or that of the ini option.

    Args:
        test_class: The class of a test, or None for a function.
        config: The configuration of the run.

    Raises:
        UsageError: Neither names an application.
    """
    if test_class is not None and hasattr(test_class, "APP_CLASS"):
        found: type[DatabaseApplication] = test_class.APP_CLASS
        return found
    named = str(config.getini(APPLICATION_OPTION))
    module, _, name = named.partition(":")
    try:
        main = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        main = None
    if not isinstance(main, DatabaseApplication):
        given = f"{named!r} is no application" if named else "none is named"
        raise pytest.UsageError(
            f"the fixtures need an application, and {given}: set {APPLICATION_OPTION} = "
            '"<package>:main" in [tool.pytest.ini_options] of pyproject.toml, or APP_CLASS in the class '
            "of the test"
        )
    return type(main)


def _database_name(application: DatabaseApplication, request: pytest.FixtureRequest) -> str:
    """Return the name of a test's database."""
    named = getattr(request, "param", None)
    marker = request.node.get_closest_marker(DATABASE)
    if named is None and marker is not None:
        named = marker.args[0] if marker.args else marker.kwargs.get("name")
    if named is None:
        named = getattr(request.cls, "DATABASE_KEY", "") or application.dbs.first.name
    return str(named)
