"""A run of tests on a managed and an unmanaged database, whose models make the test database."""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support.runs import HEAD

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]
# `analytics` belongs to others.
BODY = """    pass

from qapla.database.database import Database
from qapla_sample.databases.analytics.event import Event

class Mixed(SampleApplication):
    __module__ = SampleApplication.__module__

    def append_app_plugins(self):
        self.add_database_app([Database("main"), Database("analytics", managed=False)])

class TestMigrations(BaseMigrationTests):
    APP_CLASS = Mixed
"""
TESTS = """
class TestEvents(BaseApplicationFixture):
    APP_CLASS = Mixed
    DATABASE_KEY = "analytics"

    @pytest.mark.parametrize("number", range(4))
    def test_writes_are_undone(self, dbsession, number):
        assert dbsession.query(Event).count() == 0
        dbsession.add(Event(name="launch"))
        dbsession.commit()

    @pytest.mark.parametrize("number", range(4))
    def test_commits_are_emptied(self, committing, dbplugin, number):
        with dbplugin.get_session() as session:
            assert session.query(Event).count() == 0
            session.add(Event(name="launch"))
            session.commit()
"""


def tables(path: Path) -> set[str]:
    """Return the tables of a file."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found}


def test_the_migration_tests_leave_it_out(run: Run) -> None:
    """It has no migrations; those of the other database are tested."""
    result = run(BODY, "-v")
    result.assert_outcomes(passed=5)
    result.stdout.no_fnmatch_line("*analytics*")


def test_a_migration_test_of_it_alone_is_told(run: Run) -> None:
    """A test that names it has nothing to test."""
    result = run(BODY + "    DATABASE_KEY = 'analytics'\n")
    result.assert_outcomes(errors=5)
    assert (
        "database 'analytics' is not managed by this project, and is not created, dropped or migrated "
        "here: change it with the tools of its owners, and then its models"
    ) in result.outlines


def test_it_is_isolated_as_any_other(run: Run, sqlite: Path) -> None:
    """Its test database has the tables of the models, and no revision."""
    run(BODY + TESTS, "-k", "events").assert_outcomes(passed=8, deselected=5)
    assert tables(sqlite / "analytics_test.db") == {"events"}
    assert not (sqlite / "analytics.db").exists()


def test_workers_clone_it(
    run: Run, sqlite: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pytest-xdist's workers share its template."""
    monkeypatch.setenv("PYTHONPATH", ":".join(path for path in sys.path if path))
    path = pytester.makepyfile(HEAD + BODY + TESTS)
    options = ["-p", "qapla.testing.plugin", "-p", "no:cacheprovider", "-n", "2"]
    pytester.runpytest_subprocess(*options, path, "-k", "events").assert_outcomes(passed=8)
    names = sorted(found.stem for found in sqlite.glob("*.db"))
    assert names[:2] == ["analytics_test_gw0", "analytics_test_gw1"]
    assert [name[:24] for name in names[2:]] == ["analytics_test_template_"]
