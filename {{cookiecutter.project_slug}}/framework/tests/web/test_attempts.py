"""A view with several attempts runs again after a conflict, as long as nothing has left the process."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyramid.exceptions import ConfigurationError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from webtest import TestApp

from qapla.database.database import Database

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.analytics.event import Event
from qapla_sample.databases.main.ship import Ship, ShipReadDriver, ShipWriteDriver
from qapla_sample.tasks.ships import create_ship
from support.pools import checked_out

Serve = Callable[..., TestApp]
View = Callable[[Any], Any]

every_engine = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)


@pytest.fixture
def serve(
    make_sample: Callable[..., SampleApplication],
    place: Callable[..., Database],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Serve]:
    """Return a maker of a web application whose `/view` is a function with three attempts."""
    database = place("attempts_test")
    database.drop()
    database.create()
    url = database.url.render_as_string(hide_password=False)
    # After the fixture of the sample, which names another one.
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", url)
    applications: list[SampleApplication] = []

    def serve(view: View, attempts: int = 3, **options: Any) -> TestApp:
        def add_view(config: Any) -> None:
            config.include("qapla.web")
            config.add_route("view", "/view")
            options.update(renderer="json", attempts=attempts)
            config.add_view(view, route_name="view", **options)

        applications.append(make_sample(add_view))
        return TestApp(applications[-1].run_wsgi())

    yield serve
    for application in applications:
        assert checked_out(application) == [0, 0]
        for database in application.dbs.values():
            database.dispose()


def conflict(session: Session) -> None:
    """Fail as the victim of a deadlock does, by the server's own error."""
    dialect = session.get_bind().dialect.name
    if dialect == "sqlite":
        locked = sqlite3.OperationalError("database is locked")
        locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise OperationalError("UPDATE", {}, locked)
    deadlock = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$"
    if dialect != "postgresql":
        deadlock = "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213"
    session.execute(text(deadlock))


class Runs:
    """A view that writes, and then fails in its first runs."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.sessions: list[Session] = []

    def __call__(self, request: Any) -> Any:
        """Create a ship, and commit unless a failure is left."""
        self.sessions.append(request.main)
        number = len(self.sessions)
        request.response.headers.add("Attempt", str(number))
        request.add_response_callback(lambda _, answer: answer.headers.add("Callback", str(number)))
        with ShipWriteDriver(request.main).transaction():
            ShipWriteDriver(request.main).create(name=f"attempt {number}")
            if number <= self.failures:
                conflict(request.main)
        return [ship.name for ship in ShipReadDriver(request.main).list_all()]


@every_engine
def test_a_conflict_repeats_the_view(serve: Serve) -> None:
    """With a new session; nothing of the runs before is left, neither rows nor headers."""
    view = Runs(failures=2)
    answer = serve(view).get("/view")
    assert answer.json == ["attempt 3"]
    assert (answer.headers.getall("Attempt"), answer.headers.getall("Callback")) == (["3"], ["3"])
    assert len(set(map(id, view.sessions))) == 3


def test_an_attempt_is_taken_back_in_both_databases(serve: Serve) -> None:
    """Of each there is the work of the last attempt alone."""
    begun: list[int] = []

    def view(request: Any) -> None:
        begun.append(1)
        request.analytics.add(Event(name="launched"))
        request.analytics.flush()
        ShipWriteDriver(request.main).create(name="Bortas")
        if len(begun) == 1:
            conflict(request.main)
        request.analytics.commit()
        request.main.commit()

    webapp = serve(view)
    webapp.get("/view")
    assert webapp.get("/both").json == [1, 1]


def test_the_last_attempt_has_the_declared_status(serve: Serve) -> None:
    """The response of an attempt before is thrown away."""
    serve(Runs(failures=1), status=201).get("/view", status=201)


@every_engine
def test_the_attempts_are_bounded(serve: Serve) -> None:
    """The last conflict is the error of the request."""
    view = Runs(failures=9)
    serve(view).get("/view", status=503)
    assert len(view.sessions) == 3


def test_a_view_runs_once_by_default(serve: Serve) -> None:
    """Only a view that says so is repeated."""
    view = Runs(failures=1)
    serve(view, attempts=1).get("/view", status=503)
    assert len(view.sessions) == 1


def test_another_error_is_not_repeated(serve: Serve) -> None:
    """A fault stays one."""
    runs: list[int] = []

    def fail(request: Any) -> None:
        runs.append(1)
        raise ValueError

    serve(fail).get("/view", status=500)
    assert runs == [1]


def commit(request: Any) -> None:
    """Commit a part of the work."""
    ShipWriteDriver(request.main).create(name="part")
    request.main.commit()


def send(request: Any) -> None:
    """Send a task."""
    create_ship.delay("sent")


def savepoint(request: Any) -> None:
    """Release a savepoint, which nobody else can see."""
    with request.main.begin_nested():
        ShipWriteDriver(request.main).create(name="part")


@pytest.mark.parametrize(("work", "runs"), [(commit, 1), (send, 1), (savepoint, 3)])
def test_nothing_that_has_left_the_process_is_repeated(
    serve: Serve, work: Callable[[Any], None], runs: int
) -> None:
    """A commit and a task leave it, and a savepoint does not."""
    begun: list[int] = []

    def view(request: Any) -> None:
        begun.append(1)
        work(request)
        conflict(request.main)

    serve(view).get("/view", status=503)
    assert len(begun) == runs


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_real_serialization_failure(serve: Serve) -> None:
    """Of two transactions that change what both have read, the second one begins again."""
    begun: list[int] = []

    def view(request: Any) -> str:
        request.main.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        (ship,) = request.main.query(Ship)
        if not begun:
            with request.registry["dbs"]["main"].get_session() as other:
                ShipWriteDriver(other).update(ship.id, name="theirs")
                other.commit()
        begun.append(1)
        ship.name += " and ours"
        request.main.commit()
        return str(ship.name)

    webapp = serve(view)
    webapp.get("/add?name=first")
    assert webapp.get("/view").json == "theirs and ours"
    assert len(begun) == 2


@pytest.mark.parametrize("attempts", [0, "many", 1.5])
def test_attempts_are_a_positive_number(serve: Serve, attempts: Any) -> None:
    """Anything else is refused when the application starts."""
    with pytest.raises(ConfigurationError, match=f"not {attempts!r}"):
        serve(lambda request: None, attempts=attempts)
