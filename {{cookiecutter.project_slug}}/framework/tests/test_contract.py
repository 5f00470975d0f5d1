"""The contract, line by line."""

import ast
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

import qapla
import qapla.database.testing
from qapla.database.decorators import WithDatabase
from qapla.testing import BaseApplicationFixture, BaseMigrationTests

from qapla_sample import main
from qapla_sample.application.app import SampleApplication
from qapla_sample.application.db import Model
from qapla_sample.databases.main.ship import Ship, ShipReadDriver, ShipWriteDriver


def test_the_package_imports_nothing() -> None:
    """The scaffold runs in an environment that has few of the framework's dependencies."""
    source = Path(str(qapla.__file__)).read_text(encoding="utf-8")
    nodes = list(ast.walk(ast.parse(source)))
    assert not [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def test_the_names_of_the_contract() -> None:
    """The fixtures have two addresses, and the base of the first database is importable."""
    assert qapla.database.testing.BaseApplicationFixture is BaseApplicationFixture
    assert Model is Ship.__base__


class ApplicationFixture(BaseApplicationFixture):
    """The fixtures of the sample."""

    APP_CLASS = SampleApplication
    DATABASE_KEY = "main"


@WithDatabase(main, "main")
def count_ships(main: Session) -> int:
    """Count the ships."""
    return main.query(Ship).count()


class TestContract(ApplicationFixture):
    """The lines that the documentation shows."""

    def test_dbsession_is_a_session_of_the_database(self, dbsession: Session) -> None:
        """The fixture is a session, and drivers are built from it."""
        ship = ShipWriteDriver(dbsession).create(name="Rotarran")
        assert ShipReadDriver(dbsession).get_by_id(ship.id) is ship

    def test_a_view_reads_through_request_main_and_request_database(
        self, webapp: Any, dbsession: Session
    ) -> None:
        """A request has a session for each database, and one for the first."""
        with ShipWriteDriver(dbsession).transaction():
            ShipWriteDriver(dbsession).create(name="Rotarran")
        assert webapp.get("/contract").json == ["Rotarran"]

    def test_with_database_passes_a_session(self, dbsession: Session) -> None:
        """A decorated function sees the commits of the test."""
        dbsession.add(Ship(name="Rotarran"))
        dbsession.commit()
        assert count_ships() == 1

    def test_dbs_gives_new_sessions(self, application: SampleApplication) -> None:
        """`main` is the application under test, and gives sessions by name."""
        assert application is main
        with main.dbs["main"].get_session() as session:
            assert session.query(Ship).count() == 0


class TestMainMigrations(ApplicationFixture, BaseMigrationTests):
    """The migrations of the first database."""


class TestAnalyticsMigrations(BaseMigrationTests):
    """The migrations of the second database."""

    APP_CLASS = SampleApplication
    DATABASE_KEY = "analytics"
