"""Tests whose body runs several times, as those of Hypothesis do: each example is alone.

Hypothesis calls `execute_example` of the test's object with the body of the test.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.testing import BaseApplicationFixture

from qapla_sample.application.app import (
    MariaDBApplication,
    SampleApplication,
    SQLiteApplication,
)
from qapla_sample.databases.main.ship import Ship, ShipReadDriver, ShipWriteDriver

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]


def names(session: Session) -> list[str]:
    """Return the names of the ships that a session sees."""
    return sorted(session.scalars(text("SELECT name FROM ships")))


class Examples(BaseApplicationFixture):
    """The tests for every kind of database."""

    def twice(self, example: Callable[[], None]) -> None:
        """Run an example two times."""
        for _ in range(2):
            self.execute_example(example)

    def test_a_commit_is_undone(self, dbsession: Session) -> None:
        """The commits of an example are not there for the next one."""

        def example() -> None:
            assert names(dbsession) == []
            ShipWriteDriver(dbsession).create(name="Rotarran")
            dbsession.commit()
            assert names(dbsession) == ["Rotarran"]

        self.twice(example)
        assert names(dbsession) == []

    def test_rows_of_fixtures_stay(self, dbsession: Session) -> None:
        """Objects of fixtures are as they were, and those of an example are gone."""
        ship = ShipWriteDriver(dbsession).create(name="Rotarran")

        def example() -> None:
            assert ship.name == "Rotarran"
            ship.name = "Bortas"
            made = ShipWriteDriver(dbsession).create(name="new")
            dbsession.commit()
            assert list(ShipReadDriver(dbsession).list_all()) == [ship, made]

        self.twice(example)
        assert list(dbsession) == [ship]
        assert names(dbsession) == ["Rotarran"]

    def test_other_sessions_and_requests(self, webapp: Any, dbplugin: Database) -> None:
        """Their commits are undone too, though nothing has touched the database before."""

        def example() -> None:
            assert webapp.get("/ships").json == []
            webapp.get("/add", {"name": "Rotarran"})
            with dbplugin.get_session() as session:
                assert names(session) == ["Rotarran"]

        self.twice(example)

    def test_an_example_that_fails(self, dbsession: Session) -> None:
        """It is undone as well, whatever state it leaves the session in."""

        def example() -> None:
            assert names(dbsession) == []
            dbsession.add(Ship(name="Rotarran"))
            dbsession.flush()
            raise ZeroDivisionError

        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                self.execute_example(example)


class TestPostgreSQL(Examples):
    """They hold on PostgreSQL."""

    APP_CLASS = SampleApplication


class TestSQLite(Examples):
    """They hold on SQLite."""

    APP_CLASS = SQLiteApplication


@pytest.mark.usefixtures("mariadb")
class TestMariaDB(Examples):
    """They hold on MariaDB."""

    APP_CLASS = MariaDBApplication


def test_a_test_without_a_database(run: Run) -> None:
    """Its examples run as they are."""
    body = "    def test_it(self):\n        assert self.execute_example(lambda: 7) == 7\n"
    run(body).assert_outcomes(passed=1)


def test_the_health_check_of_hypothesis(run: Run) -> None:
    """Its error is followed by the line to write."""
    body = (
        "    def test_it(self, dbsession):\n        raise FailedHealthCheck\n"
        "class FailedHealthCheck(Exception):\n    pass\n"
    )
    result = run(body)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*the fixtures of BaseApplicationFixture undo each example of Hypothesis: suppress this "
            "check by @settings(suppress_health_check=[[]HealthCheck.function_scoped_fixture[]])"
        ]
    )
