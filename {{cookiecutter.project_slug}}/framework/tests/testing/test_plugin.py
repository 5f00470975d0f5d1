"""The plugin of pytest: what a test may touch, what it must close, and the options of a run."""

import gc
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

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]
REMEDY = (
    "ask for the fixture `dbsession` (or `application`), with which all is undone when the test "
    "ends; or mock the driver"
)


def problems(result: pytest.RunResult) -> list[str]:
    """Return what a run tells of a database, without the directory of its module."""
    lines = [line.removeprefix("E").strip() for line in result.outlines]
    found = [line for line in lines if "database 'main':" in line]
    return [
        " ".join(Path(word).name if "/" in word else word for word in line.split())
        for line in found
    ]


def tables(path: Path) -> list[str]:
    """Return the tables of an SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]


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


@pytest.mark.parametrize("use", ["get_session()", "engine", "reader", "sessions"])
def test_a_unit_test_that_touches_a_database_is_told_what_to_use(run: Run, use: str) -> None:
    """Also when another test has prepared the application; the next test is not harmed."""
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


def test_what_was_imported_is_spared_the_garbage_collector(run: Run) -> None:
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


def test_so_is_what_the_first_test_of_a_database_has_made(run: Run) -> None:
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


def test_a_session_that_nobody_closed_fails_the_test(run: Run) -> None:
    """The message says where it was opened, and the next test is not harmed."""
    result = run(
        """
    def test_it(self, dbplugin):
        session = dbplugin.get_session()
        assert session.query(Ship).count() == 0

    def test_after(self, dbsession):
        assert dbsession.query(Ship).count() == 0
"""
    )
    result.assert_outcomes(passed=2, errors=1)
    name = "test_a_session_that_nobody_closed_fails_the_test.py"
    assert problems(result) == [
        f"database 'main': a session was opened at {name}:18 and not closed: write "
        "`with database.get_session() as session:`, or close it"
    ]


def test_a_session_that_was_lost_from_sight_fails_the_test(run: Run) -> None:
    """Nobody holds it any more, and it is open all the same."""
    result = run(
        """
    @pytest.mark.parametrize("committing", ["committing", "dbplugin"])
    def test_it(self, request, dbplugin, committing):
        request.getfixturevalue(committing)
        dbplugin.get_session("the test").query(Ship).count()
"""
    )
    result.assert_outcomes(passed=2, errors=2)
    assert [line.partition(" was")[0] for line in problems(result)] == [
        "database 'main': the test",
        "database 'main': the test",
    ]


@pytest.mark.parametrize("engine", ["engine", "reader"])
def test_a_connection_that_nobody_closed_fails_the_test(
    run: Run, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    """The message says where it was opened, and the next test is not harmed."""
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__READER", "true")
    result = run(
        f"""
    def test_it(self, dbplugin):
        type(self).connection = dbplugin.{engine}.connect()
        self.connection.execute(text("SELECT * FROM ships"))

    def test_after(self, committing, dbplugin):
        with dbplugin.get_session() as session:
            session.add(Ship(name="Rotarran"))
            session.commit()
"""
    )
    result.assert_outcomes(passed=2, errors=1)
    name = "test_a_connection_that_nobody_closed_fails_the_test.py"
    assert problems(result) == [
        f"database 'main': a connection was opened at {name}:18 and not closed: write "
        "`with engine.connect() as connection:`, or close it"
    ]


def test_what_a_failed_test_left_open_is_no_news(run: Run) -> None:
    """Its own error is what matters."""
    result = run(
        """
    def test_it(self, dbplugin):
        session = dbplugin.get_session()
        session.execute(text("SELECT 1"))
        connection = dbplugin.engine.connect()
        raise RuntimeError("failed")
"""
    )
    result.assert_outcomes(failed=1)


def test_what_a_skipped_test_left_open_is_told(run: Run) -> None:
    """A skip is no fault that would have left it open."""
    result = run(
        """
    def test_it(self, dbplugin):
        self.left = dbplugin.get_session()
        pytest.skip("half-way")
"""
    )
    result.assert_outcomes(skipped=1, errors=1)
    assert "was opened at" in " ".join(problems(result))


def test_what_an_isolated_test_committed_needs_no_other_undoing(
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


def test_what_a_connection_committed_past_the_test_is_gone(run: Run) -> None:
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
def test_what_a_committing_test_did_to_the_schema_is_gone(
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


def test_what_the_migrations_put_into_tables_is_there_after_a_committing_test(
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
    """It would commit what the test has written, so that the test is told what to ask for."""
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
    """The workers of pytest-xdist do, so that it need not import what they need."""
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
