"""Fixtures of tests without a class: the application of an option, the database of a marker."""

import os
import sys
from collections.abc import Callable

import pytest

from support.modules import RunModule

pytest_plugins = ["pytester"]

HEAD = """
import pytest
from sqlalchemy import text
from qapla_sample.databases.analytics.event import Event
from qapla_sample.databases.main.ship import Ship

"""
PLUGIN = ("-p", "qapla.testing.plugin", "-p", "no:cacheprovider")
NONE = (
    "the fixtures need an application, and {}: set qapla_application = "
    '"<package>:main" in [tool.pytest.ini_options] of pyproject.toml, or APP_CLASS in the class '
    "of the test"
)
Functions = Callable[..., pytest.RunResult]


@pytest.fixture
def elsewhere(sqlite: object, no_worker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Share the modules of this process with the others that it starts, on SQLite."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))


@pytest.fixture
def functions(pytester: pytest.Pytester, elsewhere: None, run_module: RunModule) -> Functions:
    """Return a function that runs test functions in a process of their own, on SQLite."""

    def run(body: str, *options: str, application: str = "qapla_sample:main") -> pytest.RunResult:
        pytester.makeini(f"[pytest]\nqapla_application = {application}\n")
        path = pytester.makepyfile(f"{HEAD}{body}")
        done = run_module(
            "pytest", *PLUGIN, *options, str(path), directory=pytester.path, environment=os.environ
        )
        lines, errors = done.stdout.splitlines(), done.stderr.splitlines()
        return pytest.RunResult(done.returncode, lines, errors, 0.0)

    return run


def test_a_function_has_the_first_database(functions: Functions) -> None:
    """Its writes are undone when it ends, as those of a test in a class."""
    functions(
        """
@pytest.mark.parametrize("attempt", [1, 2])
def test_it(dbsession, dbplugin, attempt):
    assert dbplugin.name == "main"
    assert dbsession.query(Ship).count() == 0
    dbsession.add(Ship(name="Rotarran"))
    dbsession.commit()
"""
    ).assert_outcomes(passed=2)


def test_a_marker_names_another_database(functions: Functions) -> None:
    """The marker of a function, a class or a module."""
    functions(
        """
@pytest.mark.database("analytics")
def test_it(dbsession, dbplugin):
    assert dbplugin.name == "analytics"
    dbsession.add(Event(name="launched"))
    dbsession.commit()

@pytest.mark.database("analytics")
class TestIt:
    def test_it(self, factory, dbsession):
        factory(Event).create_sync()
        assert dbsession.query(Event).count() == 1
"""
    ).assert_outcomes(passed=2)


def test_a_parameter_names_the_database(functions: Functions) -> None:
    """One test runs on several databases."""
    functions(
        """
@pytest.mark.parametrize("dbsession", ["main", "analytics"], indirect=True)
def test_it(dbsession):
    assert dbsession.scalar(text("SELECT 1")) == 1
"""
    ).assert_outcomes(passed=2)


def test_all_databases_by_name(functions: Functions) -> None:
    """`dbs` has each of them, isolated from the tests after it."""
    functions(
        """
@pytest.mark.parametrize("attempt", [1, 2])
def test_it(dbs, attempt):
    assert list(dbs) == ["main", "analytics"]
    with dbs["main"].get_session() as main, dbs["analytics"].get_session() as analytics:
        assert (main.query(Ship).count(), analytics.query(Event).count()) == (0, 0)
        main.add(Ship(name="Rotarran"))
        analytics.add(Event(name="launched"))
        main.commit()
        analytics.commit()
"""
    ).assert_outcomes(passed=2)


def test_the_ready_made_tests_of_migrations_need_no_class_of_the_application(
    functions: Functions,
) -> None:
    """They have the application of the option too."""
    result = functions("from qapla.testing import BaseMigrationTests as TestMigrations\n")
    assert result.parseoutcomes()["passed"] >= 8


@pytest.mark.parametrize(
    ("application", "given"),
    [
        ("", "none is named"),
        ("nowhere:main", "'nowhere:main' is no application"),
        ("qapla_sample", "'qapla_sample' is no application"),
        ("qapla_sample:DATABASES", "'qapla_sample:DATABASES' is no application"),
    ],
)
def test_an_application_that_is_missing(functions: Functions, application: str, given: str) -> None:
    """The error has both ways to name one."""
    result = functions("def test_it(dbsession):\n    pass\n", application=application)
    result.assert_outcomes(errors=1)
    assert f"UsageError: {NONE.format(given)}" in " ".join(
        line.removeprefix("E").strip() for line in result.outlines
    )


def test_the_plugin_is_missing(pytester: pytest.Pytester, elsewhere: None) -> None:
    """A class of the contract names the option that loads it."""
    path = pytester.makepyfile(
        """
        from qapla.testing import BaseApplicationFixture

        class TestIt(BaseApplicationFixture):
            def test_it(self, dbsession):
                pass
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", path)
    result.assert_outcomes(errors=1)
    text = (
        "the plugin of the databases is not loaded: add `-p qapla.testing.plugin` to `addopts` in "
        "pyproject.toml"
    )
    assert text in " ".join(line.removeprefix("E").strip() for line in result.outlines)
