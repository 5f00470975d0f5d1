"""Problems that the fixtures report: lost writes, nested sessions, threads."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.database.dialects.label import DIRTY
from qapla.database.dialects.sqlite.server import SQLiteServer
from qapla.testing.run.run import DatabaseRun

from qapla_sample.application.app import (
    SampleApplication,
)
from qapla_sample.databases.analytics.event import Event
from qapla_sample.databases.main.ship import Ship, ShipReadDriver

pytest_plugins = ["pytester"]


def test_a_database_is_recreated_once_in_a_run(sqlite: Path) -> None:
    """Each database has its own mark, so that the second is not left stale."""
    application = SampleApplication().run_tests()
    run, main, analytics = DatabaseRun(), *application.dbs.values()
    for name in ("main", "analytics"):
        (sqlite / f"{name}_test.db").write_text("stale")
        SQLiteServer(sqlite / f"{name}_test.db").set_label(DIRTY)
    for _ in range(2):
        run.ensure_ready(main)
        with main.get_session() as session:
            session.add(Ship(name="Rotarran"))
            session.commit()
    with main.get_session() as session:
        assert len(ShipReadDriver(session).list_all()) == 2
    run.ensure_ready(analytics)
    with analytics.get_session() as session:
        assert session.query(Event).count() == 0
    for database in (main, analytics):
        database.dispose()
    run.close()


def reports(result: pytest.RunResult) -> list[str]:
    """Return the lines of a run that report problems of a database."""
    return [
        line.removeprefix("E").strip() for line in result.outlines if "database 'main':" in line
    ]


Run = Callable[..., pytest.RunResult]


@pytest.mark.parametrize("query", ["", "?redirect=1"])
def test_lost_writes_of_a_request_fail_the_test(run: Run, query: str) -> None:
    """The failure comes when the test is torn down, and names the request."""
    result = run(f"    def test_it(self, webapp):\n        webapp.get('/forget{query}')\n")
    result.assert_outcomes(passed=1, errors=1)
    assert reports(result) == [
        "database 'main': the request GET /forget ended with writes that nobody committed, and "
        "they are lost: commit the session, or write inside `with driver.transaction():`"
    ]


def test_lost_writes_of_a_function_fail_the_test(run: Run) -> None:
    """Writes of a function or a task fail it too, and the next test is not harmed."""
    result = run(
        """
    def test_it(self, application):
        from qapla.database.decorators import WithDatabase
        WithDatabase(application, "main")(write)()

    def test_after(self, dbsession):
        assert dbsession.query(Ship).count() == 0

def write(main):
    main.add(Ship(name="lost"))
"""
    )
    result.assert_outcomes(passed=2, errors=1)
    assert reports(result) == [
        "database 'main': the function write ended with writes that nobody committed, and "
        "they are lost: commit the session, or write inside `with driver.transaction():`"
    ]


def test_lost_writes_of_a_failed_request_are_no_failure(run: Run) -> None:
    """An exception rolls back on purpose."""
    result = run(
        """
    def test_it(self, webapp):
        with pytest.raises(RuntimeError):
            webapp.get("/forget?fail=1")
"""
    )
    result.assert_outcomes(passed=1)


def test_a_session_that_ends_before_a_later_one_is_an_error(run: Run) -> None:
    """The message names the two sessions, also when the code under test hides the error."""
    result = run(
        """
    def test_it(self, dbplugin):
        first, second = dbplugin.get_session("the first"), dbplugin.get_session("the second")
        first.execute(text("SELECT 1"))
        second.execute(text("SELECT 1"))
        with pytest.raises(Exception):
            first.close()

    def test_after(self, dbsession):
        assert dbsession.query(Ship).count() == 0
"""
    )
    result.assert_outcomes(passed=2, errors=1)
    assert reports(result) == [
        "database 'main': the first ended before the second, which began later: "
        "in a test the last session opened must end first"
    ]


def test_a_session_without_an_owner_is_named_by_its_place(
    run: Run, pytester: pytest.Pytester
) -> None:
    """The message says where it was opened."""
    result = run(
        """
    def test_it(self, dbplugin, dbsession):
        session = dbplugin.get_session()
        session.execute(text("SELECT 1"))
        dbsession.execute(text("SELECT 1"))
        with pytest.raises(Exception):
            session.close()
"""
    )
    (told,) = reports(result)
    (module,) = pytester.path.glob("*.py")
    line = module.read_text().splitlines().index("        session = dbplugin.get_session()") + 1
    begin, _, end = told.partition(f"{module}:{line}")
    assert begin == "database 'main': a session opened at "
    assert end == (
        " ended before the fixture dbsession, which began later: "
        "in a test the last session opened must end first"
    )


def test_a_statement_of_another_thread_is_an_error(run: Run) -> None:
    """The message names the fixture that lets threads work."""
    result = run(
        """
    def test_it(self, dbplugin, dbsession):
        dbsession.execute(text("SELECT 1"))
        errors = []
        def work():
            session = dbplugin.get_session()
            try:
                session.execute(text("SELECT 1"))
            except Exception as error:
                errors.append(type(error).__name__)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert errors == ["IsolationError"]
        assert dbsession.query(Ship).count() == 0

    def test_after(self, dbsession):
        assert dbsession.query(Ship).count() == 0
"""
    )
    result.assert_outcomes(passed=2, errors=1)
    assert reports(result) == [
        "database 'main': a statement came from another thread than the test's, and a test has "
        "one connection: ask for the fixture `committing`, with which sessions commit for real"
    ]


def test_threads_that_touch_a_database_first_prepare_it_once(run: Run) -> None:
    """The database is recreated before the first of them has its session, and not again."""
    result = run(
        """
    def test_it(self, committing, dbplugin):
        together = threading.Barrier(4, timeout=5)
        def work():
            together.wait()
            with dbplugin.get_session() as session:
                session.add(Ship(name="Rotarran"))
                session.commit()
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with dbplugin.get_session() as session:
            assert session.query(Ship).count() == 4

    def test_isolated(self, dbplugin):
        threads = [threading.Thread(target=lambda: dbplugin.get_session().close()) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert dbplugin.engine.pool.checkedout() == 1
"""
    )
    result.assert_outcomes(passed=2)


def test_a_test_that_fails_harms_no_other(run: Run) -> None:
    """Sessions that a failed test has left open are closed and rolled back."""
    result = run(
        """
    @pytest.mark.parametrize("attempt", [1, 2])
    def test_it(self, dbplugin, attempt):
        session = dbplugin.get_session()
        assert session.query(Ship).count() == 0
        session.add(Ship(name="left"))
        session.flush()
        assert False, "failed"
"""
    )
    result.assert_outcomes(failed=2)
    assert result.outlines.count("E       AssertionError: failed") == 2


def test_a_wrong_setting_is_told_to_every_test(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that names it is the error of the fixture."""
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", "staging")
    result = run("    def test_it(self, dbsession):\n        pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        "the variable QAPLA_SAMPLE_ENVIRONMENT is wrong: "
        "Input should be 'development' or 'production'"
    )
