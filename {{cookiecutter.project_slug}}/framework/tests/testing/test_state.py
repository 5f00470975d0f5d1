"""The state of databases between tests, runs and workers."""

import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.dialects.label import DIRTY, Label
from qapla.database.dialects.server import Server
from qapla.database.dialects.sqlite.server import SQLiteServer
from qapla.exceptions import IsolationError
from qapla.testing.provisioning.provision import Mode, provision
from qapla.testing.run.run import DatabaseRun

from qapla_sample.paths import MIGRATIONS
from support.pytest_runs import problems

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]


def tables(path: Path) -> list[str]:
    """Return the tables of an SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]


def test_commits_of_an_isolated_test_need_no_other_undoing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is rolled back: the database is made once, and not again after each test."""
    made: list[Database] = []

    def counted(database: Database, mode: Mode, server: Server) -> Label:
        made.append(database)
        return provision(database, mode, server)

    monkeypatch.setattr("qapla.testing.run.run.provision", counted)
    run(
        """
    @pytest.mark.parametrize("attempt", [1, 2])
    def test_it(self, dbsession, attempt):
        dbsession.add(Ship(name="Rotarran"))
        dbsession.commit()
        assert dbsession.query(Ship).count() == 1
"""
    ).assert_outcomes(passed=2)
    assert len(made) == 1


def test_commits_of_a_connection_past_the_test_are_gone(run: Run) -> None:
    """A database that was written to without a session is made anew, in the next run too."""
    insert = """
    def test_it(self, dbplugin):
        with dbplugin.engine.begin() as connection:
            connection.execute(text("INSERT INTO ships (name) VALUES ('Rotarran')"))
"""
    after = (
        "    def test_after(self, dbsession):\n        assert dbsession.query(Ship).count() == 0\n"
    )
    run(f"{insert}\n{after}").assert_outcomes(passed=2)
    run(insert).assert_outcomes(passed=1)
    run(after, "--reuse-db").assert_outcomes(passed=1)


def test_a_run_that_is_killed_while_it_commits_leaves_no_clean_database(
    run: Run, sqlite: Path
) -> None:
    """The label says so meanwhile, and is the old one again when the run has ended."""
    database = SQLiteServer(sqlite / "main_test.db")
    body = """
    def test_before(self, dbsession):
        dbsession.execute(text("SELECT 1"))

    def test_it(self, committing, application):
        assert str(application.dbs["main"].server.label()).endswith("not clean")
"""
    run(body).assert_outcomes(passed=2)
    assert database.label() not in (None, DIRTY)


def test_recreate_migrates_once_for_all_workers(
    run: Run, sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workers of a run share its identifier; the next run has another one."""
    body = "    def test_it(self, dbsession):\n        dbsession.execute(text('SELECT 1'))\n"
    times = []
    for worker, name in (("gw0", "one"), ("gw1", "one"), ("gw0", "another")):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", name)
        run(body, "--recreate").assert_outcomes(passed=1)
        (template,) = sqlite.glob("main_test_template_*.db")
        times.append(template.stat().st_mtime_ns)
    assert times[0] == times[1] < times[2]


@pytest.mark.parametrize("reuse", ["", "--reuse-db"])
def test_a_change_of_the_schema_by_a_committing_test_is_gone(
    run: Run, sqlite: Path, reuse: str
) -> None:
    """A table that a test makes is gone before the next one, and in the next run."""
    body = """
    def test_it(self, committing, dbplugin):
        with dbplugin.engine.begin() as connection:
            connection.execute(text("CREATE TABLE sign (id INTEGER)"))
"""
    run(body).assert_outcomes(passed=1)
    after = "    def test_it(self, dbsession):\n        dbsession.execute(text('{}'))\n"
    run(after.format("CREATE TABLE sign (id INTEGER)"), *[reuse] * bool(reuse)).assert_outcomes(
        passed=1
    )
    assert "sign" not in tables(sqlite / "main_test.db")


def test_a_database_that_is_made_anew_in_a_run_is_cloned(run: Run, sqlite: Path) -> None:
    """The migrations run into a template then, however many tests change the schema."""
    body = """
    def test_it(self, committing, dbplugin):
        with dbplugin.engine.begin() as connection:
            connection.execute(text("CREATE TABLE sign (id INTEGER)"))

    def test_after(self, dbsession):
        pass
"""
    run(body).assert_outcomes(passed=2)
    assert len(list(sqlite.glob("main_test_template_*.db"))) == 1


def test_rows_of_migrations_are_there_after_a_committing_test(
    run: Run, sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Emptying would lose it, so that the database is made anew."""
    source = MIGRATIONS
    migrations = Path(shutil.copytree(source, tmp_path / "migrations"))
    monkeypatch.setenv("QAPLA_SAMPLE_PATHS__MIGRATIONS", str(migrations))
    revision = migrations / "versions" / "0001_ships.py"
    insert = "\n    op.execute(\"INSERT INTO ships VALUES (1, 'Rotarran')\")\n\n\ndef downgrade"
    revision.write_text(revision.read_text().replace("\n\n\ndef downgrade", insert))
    run(
        """
    @pytest.mark.parametrize("attempt", [1, 2])
    def test_it(self, committing, dbsession, attempt):
        assert dbsession.query(Ship).count() == 1
        dbsession.add(Ship(name="Bortas"))
        dbsession.commit()
"""
    ).assert_outcomes(passed=2)


def test_reuse_db_keeps_the_databases_of_the_last_run(run: Run, sqlite: Path) -> None:
    """`--reuse-db` keeps the very file, a run without it or with `--recreate` does not."""
    body = "    def test_it(self, dbsession):\n        pass\n"
    run(body)
    sign = "CREATE TABLE IF NOT EXISTS sign (id INTEGER)"
    for options, kept in (
        (["--reuse-db"], True),
        ([], False),
        (["--recreate", "--reuse-db"], False),
    ):
        with closing(sqlite3.connect(sqlite / "main_test.db")) as connection:
            connection.execute(sign)
        run(body, *options).assert_outcomes(passed=1)
        assert ("sign" in tables(sqlite / "main_test.db")) is kept


def test_each_worker_has_a_database_of_its_own(
    run: Run, sqlite: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pytest-xdist's workers share nothing but the template."""
    monkeypatch.setenv("PYTHONPATH", ":".join(path for path in sys.path if path))
    path = pytester.makepyfile(
        """
import pytest
from qapla.testing import BaseApplicationFixture
from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship

class TestIt(BaseApplicationFixture):
    APP_CLASS = SampleApplication

    @pytest.mark.parametrize("number", range(8))
    def test_it(self, committing, dbplugin, number):
        with dbplugin.get_session() as session:
            assert session.query(Ship).count() == 0
            session.add(Ship(name="Rotarran"))
            session.commit()
"""
    )
    options = ["-p", "qapla.testing.plugin", "-p", "no:cacheprovider", "-n", "2"]
    pytester.runpytest_subprocess(*options, path).assert_outcomes(passed=8)
    names = sorted(found.stem for found in sqlite.glob("*.db"))
    assert names[:2] == ["main_test_gw0", "main_test_gw1"]
    assert [name[:19] for name in names[2:]] == ["main_test_template_"]


def test_the_suffix_of_a_worker_is_in_the_settings_from_the_start(
    project: Callable[..., DatabaseApplication],
) -> None:
    """Preparing for tests is enough; for any other purpose the name is the configured one."""
    tests, command = project().run_tests(suffix="_gw3"), project().run_command()
    assert tests.dbs["main"].target.url.database == "probe_main_test_gw3"
    assert command.dbs["main"].target.url.database == "probe_main"


def test_mariadb_is_asked_for_no_ddl_inside_a_test(
    run: Run, mariadb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would commit the writes of the test, so that the error names the fixture to ask for."""
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", f"{mariadb}_ddl")
    body = """
    def test_it(self, dbsession):
        dbsession.execute(text("CREATE TABLE more (id INTEGER)"))
"""
    result = run(body)
    result.assert_outcomes(failed=1, errors=1)
    assert problems(result)[0] == (
        "database 'main': MariaDB commits the transaction of the test at `CREATE TABLE more (id "
        "INTEGER)`: ask for the fixture `committing`, with which sessions commit for real"
    )
    run(body.replace("self, ", "self, committing, ")).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("options", "watches"),
    [("--dist load", True), ("-n 1", False), ("-n 1 --collect-only", True)],
)
def test_a_process_that_only_hands_tests_out_watches_none(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: str, watches: bool
) -> None:
    """The workers of pytest-xdist do, so that it imports no fixtures."""
    monkeypatch.setenv("PYTHONPATH", ":".join(path for path in sys.path if path))
    pytester.makeconftest(
        """
def pytest_terminal_summary(terminalreporter, config):
    watches = config.pluginmanager.has_plugin("qapla.testing.hooks")
    terminalreporter.write_line(f"watches: {watches}")
"""
    )
    path = pytester.makepyfile("def test_unit():\n    pass\n")
    plugin = ["-p", "qapla.testing.plugin"]
    result = pytester.runpytest_subprocess(*plugin, *options.split(), path)
    result.stdout.fnmatch_lines(f"watches: {watches}")
    assert result.ret == 0


def test_a_run_without_the_plugin_is_told_to_load_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixtures need to know which test runs."""
    monkeypatch.setattr(DatabaseRun, "running", None)
    with pytest.raises(IsolationError) as caught:
        DatabaseRun.now()
    assert str(caught.value) == (
        "the plugin of the databases is not loaded: add `-p qapla.testing.plugin` to "
        "`addopts` in pyproject.toml"
    )
