"""Sessions and connections that a test leaves open."""

from collections.abc import Callable

import pytest

from support.pytest_runs import problems

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]


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


def test_leaks_of_a_failed_test_are_not_reported(run: Run) -> None:
    """Its own error is enough."""
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


def test_leaks_of_a_skipped_test_are_reported(run: Run) -> None:
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
