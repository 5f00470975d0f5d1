"""The sessions of a request: opened at first use, closed at its end, lost writes reported."""

from collections.abc import Callable
from typing import Any

import pytest
from pyramid import scripting
from pyramid.events import NewResponse
from pyramid.paster import bootstrap
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import text
from sqlalchemy.orm import Session
from webtest import TestApp

from qapla.database.observer import Observer

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.analytics.event import Event
from qapla_sample.databases.main.ship import Ship, ShipWriteDriver
from support.pools import checked_out

Make = Callable[..., SampleApplication]

View = Callable[[Any], Any]

Serve = Callable[..., tuple[TestApp, SampleApplication]]


def test_a_session_is_opened_at_first_use_and_kept(serve: Serve) -> None:
    """A request has one session for each database, and closes it when it ends."""
    seen: list[Any] = []

    def view(request: Any) -> None:
        seen.append("main" in request.__dict__)
        seen.append(request.main is request.main is request.database)
        request.main.execute(text("SELECT 1"))
        seen.append((checked_out(application), request.main))

    webapp, application = serve(view)
    webapp.get("/view")
    assert seen[:2] == [False, True]
    assert seen[2][0] == [1, 0]
    assert checked_out(application) == [0, 0]
    assert not seen[2][1].in_transaction()


def test_a_request_that_touches_no_database_opens_no_session(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a session nor an engine is made for it."""
    webapp, _ = serve(lambda request: sorted(request.__dict__))
    opened: list[Any] = []
    monkeypatch.setattr(Observer, "session_requested", lambda _, database: opened.append(database))
    assert not [key for key in webapp.get("/view").json if "qapla" in key]
    assert opened == []


def test_two_databases_in_one_request(serve: Serve) -> None:
    """Each database has a session of its own."""

    def view(request: Any) -> list[Any]:
        request.main.add(Ship(name="Rotarran"))
        request.analytics.add(Event(name="launched"))
        request.main.commit()
        request.analytics.commit()
        return [request.main.query(Ship).count(), request.analytics.query(Event).count()]

    webapp, application = serve(view)
    assert webapp.get("/view").json == [1, 1]
    assert checked_out(application) == [0, 0]


def test_an_error_in_a_view_closes_the_sessions(serve: Serve) -> None:
    """A request that fails gives its connections back, and its writes are gone."""

    def view(request: Any) -> None:
        ShipWriteDriver(request.main).create(name="Rotarran")
        request.analytics.execute(text("SELECT 1"))
        raise RuntimeError("failed")

    webapp, application = serve(view)
    with pytest.raises(RuntimeError):
        webapp.get("/view")
    assert checked_out(application) == [0, 0]
    assert webapp.get("/ships").json == []


def test_an_exception_view_may_use_the_sessions(serve: Serve) -> None:
    """A session that an exception view opens is closed too."""

    def on_error(error: Exception, request: Any) -> Response:
        request.analytics.execute(text("SELECT 1"))
        return Response("handled")

    def view(request: Any) -> None:
        request.main.execute(text("SELECT * FROM no_such"))

    webapp, application = serve(view, lambda config: config.add_exception_view(on_error))
    assert webapp.get("/view").text == "handled"
    assert checked_out(application) == [0, 0]


def test_an_error_in_one_close_leaves_no_other_session_open(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """A session that does not close is logged, and the others are closed."""

    def failing_close() -> None:
        raise RuntimeError("no close")

    def view(request: Any) -> str:
        request.main.execute(text("SELECT 1"))
        request.analytics.execute(text("SELECT 1"))
        request.analytics.close = failing_close
        held.append(request.analytics)
        return "answered"

    held: list[Session] = []
    webapp, application = serve(view)
    assert webapp.get("/view").json == "answered"
    assert checked_out(application)[0] == 0
    assert "database 'analytics': the request's session did not close" in caplog.text
    held[0].rollback()


def test_a_finished_callback_that_raises_leaks_nothing(serve: Serve) -> None:
    """The sessions are closed although a callback of the user's own fails."""

    def fail(request: Any) -> None:
        raise RuntimeError("callback failed")

    def view(request: Any) -> None:
        request.add_finished_callback(fail)
        request.main.execute(text("SELECT 1"))
        request.analytics.execute(text("SELECT 1"))

    webapp, application = serve(view)
    with pytest.raises(RuntimeError, match="callback failed"):
        webapp.get("/view")
    assert checked_out(application) == [0, 0]


def test_a_finished_callback_may_use_the_sessions(serve: Serve) -> None:
    """A callback has the request's sessions, and one that it opens is closed too."""
    found: list[Any] = []

    def finish(request: Any) -> None:
        found.append((request.main is session[0], request.analytics.query(Event).count()))

    session: list[Session] = []

    def view(request: Any) -> None:
        session.append(request.main)
        request.add_finished_callback(finish)

    webapp, application = serve(view)
    webapp.get("/view")
    assert found == [(True, 0)]
    assert checked_out(application) == [0, 0]


def test_a_callback_that_is_the_first_to_open_a_session_leaks_nothing(serve: Serve) -> None:
    """The session is closed although the request itself had none."""

    def view(request: Any) -> None:
        request.add_finished_callback(lambda request: request.main.execute(text("SELECT 1")))

    webapp, application = serve(view)
    webapp.get("/view")
    assert checked_out(application) == [0, 0]


def test_a_response_callback_may_use_the_sessions(serve: Serve) -> None:
    """Response callbacks and subscribers come before the end of the sessions."""
    found: list[int] = []

    def subscriber(event: NewResponse) -> None:
        found.append(event.request.main.query(Ship).count())

    webapp, application = serve(
        lambda request: None, lambda config: config.add_subscriber(subscriber, NewResponse)
    )
    webapp.get("/view")
    assert found == [0]
    assert checked_out(application) == [0, 0]


def test_a_subrequest_has_sessions_of_its_own(serve: Serve) -> None:
    """A bare `Request` gets the attributes too, and leaves its parent's session alone."""

    def view(request: Any) -> list[Any]:
        ship = ShipWriteDriver(request.main).create(name="Rotarran")
        request.main.commit()
        answer = request.invoke_subrequest(Request.blank("/ships")).json
        request.main.refresh(ship)
        return [ship.name, *answer]

    webapp, application = serve(view)
    assert webapp.get("/view").json == ["Rotarran", "Rotarran"]
    assert checked_out(application) == [0, 0]


def test_a_session_is_on_a_request_outside_of_the_router(sample: SampleApplication) -> None:
    """`pshell` and scripts make a request by themselves; leaving the block closes its session."""
    with scripting.prepare(registry=sample.run_wsgi().registry) as env:
        session = env["request"].main
        assert session.query(Ship).count() == 0
        assert checked_out(sample) == [1, 0]
    assert checked_out(sample) == [0, 0]


def test_bootstrap_gives_a_request_with_sessions(sqlite: Any, tmp_path: Any) -> None:
    """`pyramid.paster.bootstrap`, which pshell and p-scripts use, works on an ini file."""
    ini = tmp_path / "probe.ini"
    ini.write_text("[app:main]\npaste.app_factory = qapla_sample.served:factory\n")
    with bootstrap(str(ini)) as env:
        application = env["registry"]["dbs"]
        assert env["request"].main.scalar(text("SELECT 7")) == 7
    assert application["main"].engine.pool.checkedout() == 0
    application["main"].dispose()
