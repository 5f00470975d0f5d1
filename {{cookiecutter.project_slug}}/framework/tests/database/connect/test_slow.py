"""Statements that take long are logged, with the line of the project that has sent them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from webtest import TestApp

from qapla.database.database import Database
from qapla.exceptions import SettingsError

from qapla_sample import views
from qapla_sample.application.app import SampleApplication

pytestmark = pytest.mark.unguarded_databases

At = Callable[..., Database]


@pytest.fixture
def at(fleet: Database) -> Iterator[At]:
    """Return a maker of the database with a threshold."""
    made: list[Database] = []

    def at(seconds: float, package: str = "no_package") -> Database:
        target = replace(fleet.target, slow_seconds=seconds, package=package)
        made.append(fleet.at(target))
        return made[-1]

    yield at
    for database in made:
        database.dispose()


def test_a_slow_statement_is_logged(at: At, caplog: pytest.LogCaptureFixture) -> None:
    """On one line, with its placeholders and none of its values."""
    database = at(1e-9)
    caplog.clear()
    with database.get_session() as session:
        session.execute(text("SELECT 1\n  WHERE 'x' <> :word"), {"word": "secret"})
    (line,) = [record.getMessage() for record in caplog.records if "WHERE" in record.getMessage()]
    start, _, rest = line.partition(": a statement took ")
    assert start == f"database {database.name!r}"
    assert " SELECT 1 WHERE 'x' <> " in rest
    assert f" seconds, from {__file__}:" in rest
    assert "secret" not in line


def test_the_line_of_the_project_is_named(
    make_sample: Callable[..., SampleApplication],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is the innermost one, and none of the framework or of the libraries around."""
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__SLOW_STATEMENT_SECONDS", "1e-9")
    client = TestApp(make_sample().run_wsgi())
    caplog.clear()
    client.get("/ships")
    (line,) = [message for message in caplog.messages if "SELECT ships" in message]
    assert f"from {views.__file__}:{views.ships.__code__.co_firstlineno + 2}: " in line


def test_a_fast_statement_is_not_logged(at: At, caplog: pytest.LogCaptureFixture) -> None:
    """Below the threshold there is no line."""
    with at(3600).engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert "a statement took" not in caplog.text


@pytest.mark.parametrize(("seconds", "listens"), [(0, False), (1.0, True)])
def test_a_threshold_of_zero_costs_nothing(at: At, seconds: float, listens: bool) -> None:
    """No listener is there."""
    dispatch: Any = at(seconds).engine.dispatch
    assert bool(dispatch.before_cursor_execute) is listens
    assert bool(dispatch.after_cursor_execute) is listens


@pytest.mark.usefixtures("sqlite")
def test_the_setting_of_a_database_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """By default it is a second."""
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__SLOW_STATEMENT_SECONDS", "0.25")
    databases = SampleApplication().run_command().dbs
    seconds = [database.target.slow_seconds for database in databases.values()]
    assert seconds == [0.25, 1.0]


@pytest.mark.parametrize("wrong", ["-1", "fast", "nan", "inf"])
@pytest.mark.usefixtures("sqlite")
def test_a_wrong_threshold_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """It names its variable."""
    name = "QAPLA_SAMPLE_DATABASES__MAIN__SLOW_STATEMENT_SECONDS"
    monkeypatch.setenv(name, wrong)
    with pytest.raises(SettingsError, match=rf"the variable {name} is wrong: Input should be"):
        SampleApplication().run_command()


@pytest.mark.usefixtures("sqlite")
def test_production_shows_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """The option that would show them in errors and in the log is refused there."""
    name = "QAPLA_SAMPLE_DATABASES__MAIN__OPTIONS__HIDE_PARAMETERS"
    monkeypatch.setenv(name, "false")
    SampleApplication().run_command()
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", "production")
    with pytest.raises(SettingsError) as refused:
        SampleApplication().run_command()
    assert str(refused.value) == (
        f"the variable {name} is wrong: production logs no values of statements, remove it"
    )
