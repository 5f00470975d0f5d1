"""The fixtures: every test alone with its databases, whatever the code under test does."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.database.decorators import WithDatabase
from qapla.settings import Settings
from qapla.testing import BaseApplicationFixture
from qapla.testing.factories import Factory

from qapla_sample import main
from qapla_sample.application.app import (
    MariaDBApplication,
    SampleApplication,
    SQLiteApplication,
)
from qapla_sample.databases.analytics.event import Event
from qapla_sample.databases.main.ship import Ship, ShipReadDriver, ShipWriteDriver

pytest_plugins = ["pytester"]

TWICE = pytest.mark.parametrize("attempt", [1, 2])


def names(session: Session) -> list[str]:
    """Return the names of the ships that a session sees."""
    return sorted(session.scalars(text("SELECT name FROM ships")))


def in_a_thread(work: Callable[[], object]) -> None:
    """Run a function in another thread, to its end."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


class Fixtures(BaseApplicationFixture):
    """The tests for every kind of database."""

    @TWICE
    def test_a_commit_is_undone(self, dbsession: Session, attempt: int) -> None:
        """The commits of a test are gone at its end."""
        assert names(dbsession) == []
        ShipWriteDriver(dbsession).create(name="Rotarran")
        dbsession.commit()
        assert names(dbsession) == ["Rotarran"]

    def test_a_commit_is_seen_by_no_other_connection(
        self, dbplugin: Database, dbsession: Session
    ) -> None:
        """It is inside the transaction of the test, and need not be undone by anything else."""
        ShipWriteDriver(dbsession).create(name="Rotarran")
        dbsession.commit()
        with dbplugin.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM ships")) == 0

    @TWICE
    def test_a_commit_of_the_code_under_test_is_undone(
        self, dbplugin: Database, attempt: int
    ) -> None:
        """The commits of other sessions are gone too, and other sessions see them until then."""
        with dbplugin.get_session() as session:
            assert names(session) == []
            with ShipWriteDriver(session).transaction():
                ShipWriteDriver(session).create(name="Rotarran")
        with dbplugin.get_session() as session:
            assert names(session) == ["Rotarran"]

    @TWICE
    def test_a_commit_after_a_rollback_is_undone(self, dbsession: Session, attempt: int) -> None:
        """A rollback inside the test does not end its isolation."""
        assert names(dbsession) == []
        for name in ("first", "second"):
            ShipWriteDriver(dbsession).create(name=name)
            dbsession.rollback()
        ShipWriteDriver(dbsession).create(name="third")
        dbsession.commit()
        assert names(dbsession) == ["third"]

    def test_a_rollback_of_the_code_leaves_commits_of_the_test(
        self, dbsession: Session, dbplugin: Database
    ) -> None:
        """A rollback takes back only the writes of its own session since its commit."""
        ShipWriteDriver(dbsession).create(name="Rotarran")
        dbsession.commit()
        with dbplugin.get_session() as session:
            ShipWriteDriver(session).create(name="lost")
            session.rollback()
        assert names(dbsession) == ["Rotarran"]

    def test_a_request_sees_writes_of_the_test(self, webapp: Any, dbsession: Session) -> None:
        """A request is in the transaction of the test, even without a commit."""
        ShipWriteDriver(dbsession).create(name="Rotarran")
        assert webapp.get("/ships").json == ["Rotarran"]

    def test_the_test_sees_commits_of_a_request(self, webapp: Any, dbsession: Session) -> None:
        """The session of the test reads it, and a rollback of the test leaves it."""
        assert names(dbsession) == []
        webapp.get("/add", {"name": "Rotarran"})
        assert names(dbsession) == ["Rotarran"]
        dbsession.rollback()
        assert names(dbsession) == ["Rotarran"]

    def test_an_object_of_the_test_is_read_again_after_a_request(
        self, application: SampleApplication, webapp: Any, dbsession: Session
    ) -> None:
        """The objects of the session do not hide the changes of a request."""
        ship = ShipWriteDriver(dbsession).create(name="Rotarran")
        dbsession.commit()
        with application.dbs["main"].get_session() as session:
            session.execute(text("UPDATE ships SET name = 'Negh''Var'"))
            session.commit()
        assert ship.name == "Negh'Var"

    def test_a_request_that_fails_takes_back_its_own_writes_only(
        self, webapp: Any, dbsession: Session
    ) -> None:
        """The earlier commits of the test stay."""
        ShipWriteDriver(dbsession).create(name="Rotarran")
        dbsession.commit()
        with pytest.raises(RuntimeError):
            webapp.get("/forget", {"fail": "1"})
        assert names(dbsession) == ["Rotarran"]

    def test_a_subrequest_sees_the_same_transaction(self, webapp: Any, dbsession: Session) -> None:
        """A request within a request ends first, as a test's one connection needs it."""
        ShipWriteDriver(dbsession).create(name="Rotarran")
        dbsession.commit()
        assert webapp.get("/outer").json == ["Rotarran", "Rotarran"]

    def test_a_decorated_function_sees_the_same_transaction(
        self, application: SampleApplication, dbsession: Session
    ) -> None:
        """A function or a task reads the writes of the test, and the test reads its commits."""
        ShipWriteDriver(dbsession).create(name="Rotarran")

        @WithDatabase(application, "main")
        def rename(main: Session) -> None:
            main.query(Ship).one().name = "Negh'Var"
            main.commit()

        rename()
        assert names(dbsession) == ["Negh'Var"]

    @TWICE
    def test_a_database_that_the_test_did_not_name_is_isolated(
        self, application: SampleApplication, webapp: Any, attempt: int
    ) -> None:
        """The first use provisions it, and its commits are undone."""

        @WithDatabase(application, "analytics")
        def record(analytics: Session) -> None:
            analytics.add(Event(name="unique"))
            analytics.commit()

        record()
        assert webapp.get("/both").json == [0, 1]

    def test_a_read_driver_is_in_the_transaction_of_the_test(
        self, dbsession: Session, dbplugin: Database
    ) -> None:
        """A short read on a connection of its own would see no commit of the test."""
        ShipWriteDriver(dbsession).create(name="Rotarran")
        dbsession.commit()
        assert ShipReadDriver(dbsession).count() == 1
        with dbplugin.get_session() as session:
            assert ShipReadDriver(session).count() == 1

    @TWICE
    def test_two_databases_in_one_test(
        self, application: SampleApplication, dbsession: Session, attempt: int
    ) -> None:
        """Each is isolated in a transaction of its own."""
        with application.dbs["analytics"].get_session() as analytics:
            analytics.add(Event(name="unique"))
            analytics.commit()
            assert analytics.query(Event).count() == 1
            assert names(dbsession) == []
            ShipWriteDriver(dbsession).create(name="Rotarran")
            dbsession.commit()

    def test_a_failed_statement_leaves_the_transaction_usable(
        self, dbsession: Session, dbplugin: Database
    ) -> None:
        """An error of the code under test ends with its own session."""
        ShipWriteDriver(dbsession).create(name="Rotarran")
        dbsession.commit()
        with pytest.raises(Exception, match="no_such"), dbplugin.get_session() as session:
            session.execute(text("SELECT * FROM no_such"))
        assert names(dbsession) == ["Rotarran"]

    def test_uncommitted_writes_of_dbsession_are_no_failure(self, dbsession: Session) -> None:
        """A test need not commit."""
        dbsession.add(Ship(name="flushed"))
        dbsession.flush()
        dbsession.add(Ship(name="pending"))

    @pytest.fixture
    def older(self, dbplugin: Database) -> Iterator[Session]:
        """Return a session that is older than `dbsession`, and goes on after it."""
        with dbplugin.get_session() as session:
            driver = ShipWriteDriver(session)
            driver.create(name="before")
            yield session
            driver.create(name="after")
            session.commit()
            assert names(session) == ["after", "before"]

    @pytest.mark.parametrize("reads", [True, False])
    def test_a_fixture_goes_on_after_dbsession(
        self, older: Session, dbsession: Session, reads: bool
    ) -> None:
        """The uncommitted writes of `dbsession` are gone by then, and nothing else is."""
        ShipWriteDriver(dbsession).create(name="lost")
        if reads:
            dbsession.rollback()
            assert names(dbsession) == ["before"]

    def test_opening_a_session_in_another_thread_is_harmless(
        self, dbsession: Session, dbplugin: Database
    ) -> None:
        """Only a statement would be an error, also when the test's own session is idle."""
        assert names(dbsession) == []
        in_a_thread(lambda: dbplugin.get_session().close())
        assert names(dbsession) == []

    def test_a_session_may_be_opened_in_another_thread_first(self, dbplugin: Database) -> None:
        """The database is prepared by whoever touches it first."""
        in_a_thread(lambda: dbplugin.get_session().close())
        with dbplugin.get_session() as session:
            assert names(session) == []

    def test_a_factory_flushes(self, factory: Factory, dbsession: Session) -> None:
        """Whether to commit is up to the test."""
        ship = factory(Ship).create_sync()
        assert names(dbsession) == [ship.name]
        dbsession.rollback()
        assert names(dbsession) == []

    def test_a_factory_makes_the_same_values_each_time(self, factory: Factory) -> None:
        """A test that fails does so in the next run too."""
        assert factory(Ship).build().name == factory(Ship).build().name

    @TWICE
    def test_committing_commits_for_real(
        self, committing: None, dbplugin: Database, dbsession: Session, attempt: int
    ) -> None:
        """Another thread's commit is seen, and the next test has a fresh database."""
        assert names(dbsession) == []
        dbsession.rollback()

        def work() -> None:
            with dbplugin.get_session() as session:
                session.add(Ship(name="Rotarran"))
                session.commit()

        in_a_thread(work)
        with dbplugin.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM ships")) == 1

    def test_the_other_fixtures(
        self,
        application: SampleApplication,
        settings: Settings,
        paths: dict[str, Path],
        dbplugin: Database,
        dbsession: Session,
    ) -> None:
        """The fixtures are the parts of the application, prepared for tests."""
        assert type(application) is self.APP_CLASS
        assert application.purpose == "tests"
        assert settings is application.settings
        assert paths is application.paths
        assert dbplugin is application.dbs[self.DATABASE_KEY]
        assert dbsession.get_bind().engine is dbplugin.engine
        assert "_test" in str(dbplugin.target.url.database)


class TestOnPostgreSQL(Fixtures):
    """The fixtures on the embedded PostgreSQL, with the instance that the project has."""

    APP_CLASS = SampleApplication

    def test_the_application_is_the_projects(self, application: SampleApplication) -> None:
        """Tasks hold `main`, and share the transaction of the test."""
        assert application is main


class TestOnSQLite(Fixtures):
    """The fixtures on SQLite, with an application that is not the project's own."""

    APP_CLASS = SQLiteApplication

    def test_the_application_is_one_of_the_class(self, application: SampleApplication) -> None:
        """It is made for the run, and does not replace `main`."""
        assert application is not main


@pytest.mark.usefixtures("mariadb")
class TestOnMariaDB(Fixtures):
    """The fixtures on MariaDB."""

    APP_CLASS = MariaDBApplication
