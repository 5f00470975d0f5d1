"""Fixtures of another database, and the ready-made tests of migrations on each engine."""

import pytest
from sqlalchemy.orm import Session

from qapla.testing import BaseApplicationFixture, BaseMigrationTests

from qapla_sample.application.app import (
    MariaDBApplication,
    SampleApplication,
    SQLiteApplication,
)
from qapla_sample.databases.analytics.event import Event

pytest_plugins = ["pytester"]

TWICE = pytest.mark.parametrize("attempt", [1, 2])


class TestOfAnotherDatabase(BaseApplicationFixture):
    """A class for a database of its own, in the same run."""

    APP_CLASS = SampleApplication
    DATABASE_KEY = "analytics"

    @TWICE
    def test_dbsession_is_of_the_database(self, dbsession: Session, attempt: int) -> None:
        """The key names the database of the fixtures."""
        dbsession.add(Event(name="unique"))
        dbsession.commit()
        assert dbsession.query(Event).count() == 1


class TestMigrationsOnSQLite(BaseMigrationTests):
    """The ready-made tests of migrations on SQLite."""

    APP_CLASS = SQLiteApplication
    DATABASE_KEY = "main"


@pytest.mark.usefixtures("mariadb")
class TestMigrationsOnMariaDB(BaseMigrationTests):
    """The ready-made tests of migrations on MariaDB, which has no transactional DDL."""

    APP_CLASS = MariaDBApplication
    DATABASE_KEY = "analytics"
