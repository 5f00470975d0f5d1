"""The plugin of pytest: tests without a database, and the imports of a run."""

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.database.database import Database

from support.pytest_runs import problems

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]


REMEDY = (
    "ask for the fixture `dbsession` (or `application`), with which all is undone when the test "
    "ends; or mock the driver"
)


def test_a_run_of_unit_tests_makes_and_starts_nothing(run: Run, sqlite: Path) -> None:
    """Neither a database nor a directory is there afterwards."""
    run("    pass\n\ndef test_unit():\n    pass\n").assert_outcomes(passed=1)
    assert list(sqlite.glob("*.db*")) == []


def test_only_databases_that_a_test_touches_are_made(run: Run, sqlite: Path) -> None:
    """A test that asks for the application alone makes none."""
    body = "    def test_it(self, {}):\n        pass\n"
    run(body.format("application, webapp, settings, dbplugin")).assert_outcomes(passed=1)
    assert list(sqlite.glob("*.db")) == []
    run(body.format("dbsession")).assert_outcomes(passed=1)
    assert [path.name for path in sqlite.glob("*.db")] == ["main_test.db"]


def test_a_probe_of_readiness_makes_the_databases(run: Run, sqlite: Path) -> None:
    """It finds them migrated, though the test has asked for none."""
    body = "    def test_it(self, webapp):\n        webapp.get('/health/ready', status=200)\n"
    run(body).assert_outcomes(passed=1)
    assert sorted(path.name for path in sqlite.glob("*.db")) == [
        "analytics_test.db",
        "main_test.db",
    ]


@pytest.mark.parametrize("use", ["get_session()", "engine", "reader", "sessions"])
def test_a_unit_test_that_touches_a_database_fails(run: Run, use: str) -> None:
    """The error is the same when another test has prepared the application; the next test is not harmed."""
    result = run(
        f"""
    applications = []

    def test_it(self, application, dbsession):
        self.applications.append(application)

def test_unit():
    TestIt.applications[0].dbs["main"].{use}

class TestAfter(Fixtures):
    def test_it(self, dbsession):
        assert dbsession.query(Ship).count() == 0
"""
    )
    result.assert_outcomes(passed=2, failed=1)
    told = f"database 'main': a test that has no database touched it: {REMEDY}"
    assert f"qapla.exceptions.IsolationError: {told}" in problems(result)


def test_a_unit_test_that_uses_an_unprepared_application_is_told(run: Run) -> None:
    """The error of the application has a note about tests."""
    result = run("    pass\n\ndef test_unit():\n    Application().dbs['main'].get_session()\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines("E*NotPrepared: Application has no databases yet: call run_wsgi*")
    result.stdout.fnmatch_lines(f"E*in a test: {REMEDY}")


def test_the_marker_lets_a_test_make_databases_of_its_own(run: Run) -> None:
    """A test of a script prepares the application as the script does."""
    run(
        """
    pass

@pytest.mark.unguarded_databases
def test_script():
    database = Application().run_command().dbs["main"]
    database.engine.connect().close()
    database.dispose()
"""
    ).assert_outcomes(passed=1)


def test_the_fixtures_are_listed_once(run: Run) -> None:
    """However many classes inherit them, `--fixtures` has the first line of each."""
    result = run("    pass\n\nclass TestOn(Fixtures):\n    pass\n", "--fixtures")
    assert result.ret == 0
    names = [line.split(" -- ")[0] for line in result.outlines if "fixtures.py:" in line]
    assert names.count("dbsession") == names.count("committing") == 1
    told = "    Open a session of the database of the test, whose writes are undone when the test ends."
    assert told in result.outlines


def test_imports_are_spared_the_garbage_collector(run: Run) -> None:
    """It is not walked while the tests run, nor when they have ended."""
    gc.unfreeze()
    run(
        """
    pass

import gc
RESTED = not gc.isenabled()

def test_unit():
    assert RESTED
    assert gc.isenabled()
"""
    ).assert_outcomes(passed=1)
    assert gc.get_freeze_count() > len(sys.modules)
    run("    wrong\n").assert_outcomes(errors=1)
    assert gc.isenabled()


def test_objects_of_the_first_test_of_a_database_are_spared_too(run: Run) -> None:
    """Its mappers and statements stay, too."""
    run(
        """
    def test_it(self, dbsession):
        gc.unfreeze()

    def test_after(self, dbsession):
        assert gc.get_freeze_count() > len(sys.modules)

import gc, sys
"""
    ).assert_outcomes(passed=2)


def test_the_guard_goes_with_the_run(run: Run) -> None:
    """A run within a run leaves the observer of the outer one."""
    before = Database.observer
    run("    pass\n\ndef test_unit():\n    pass\n")
    assert Database.observer is before
