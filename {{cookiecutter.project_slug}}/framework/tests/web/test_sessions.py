"""The sessions of a request: opened at first use, closed at its end, lost writes reported."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pyramid import scripting
from pyramid.events import NewResponse
from pyramid.exceptions import ConfigurationExecutionError
from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.paster import bootstrap
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import event, insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webtest import TestApp

from qapla.database.observer import Observer

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.analytics.event import Event
from qapla_sample.databases.main.ship import Ship, ShipWriteDriver

Make = Callable[..., SampleApplication]
View = Callable[[Any], Any]


@pytest.fixture
def serve(make_sample: Make) -> Callable[..., tuple[TestApp, SampleApplication]]:
    """Return a maker of a web application whose `/view` is a function, and its application."""

    def serve(view: View, *plugins: Callable[[Any], None]) -> tuple[TestApp, SampleApplication]:
        def add_view(config: Any) -> None:
            config.add_route("view", "/view")
            config.add_view(view, route_name="view", renderer="json")

        application = make_sample(add_view, *plugins)
        return TestApp(application.run_wsgi()), application

    return serve


Serve = Callable[..., tuple[TestApp, SampleApplication]]


def checked_out(application: SampleApplication) -> list[int]:
    """Return how many connections of each database are in use."""
    return [database.engine.pool.checkedout() for database in application.dbs.values()]  # type: ignore[attr-defined]


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
    """What an exception view opens is closed too."""

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


class OwnRequest(Request):  # type: ignore[misc]
    """A request class of the user's own."""

    captain = "Martok"


def answer(request: Any) -> list[Any]:
    """Return what only the user's factory and only ours give."""
    return [request.captain, request.main.query(Ship).count(), request.database is request.main]


def own_factory(environ: dict[str, Any]) -> Request:
    """Return a request as a factory function of the user's own would."""
    request = Request(environ)
    request.captain = "Martok"
    return request


@pytest.mark.parametrize("factory", [OwnRequest, own_factory])
def test_a_request_factory_of_the_users_own(serve: Serve, factory: Any) -> None:
    """A class or function that the user configured keeps what it gives."""
    webapp, application = serve(answer, lambda config: config.set_request_factory(factory))
    assert webapp.get("/view").json == ["Martok", 0, True]
    assert checked_out(application) == [0, 0]


def test_a_request_class_that_has_the_name_of_a_database(serve: Serve) -> None:
    """An attribute of the user's own is not replaced silently."""

    class Clashing(Request):  # type: ignore[misc]
        analytics = "mine"

    with pytest.raises(ConfigurationExecutionError) as caught:
        serve(answer, lambda config: config.set_request_factory(Clashing))
    assert str(caught.value.evalue) == (
        "the request factory Clashing has an attribute 'analytics', which is the name of a "
        "session: rename the attribute"
    )


@pytest.mark.parametrize("reify", [True, False])
def test_request_methods_of_the_users_own(serve: Serve, reify: bool) -> None:
    """`config.add_request_method` works beside ours, in a subrequest too."""

    def fleet(request: Any) -> int:
        return int(request.main.query(Ship).count())

    def plugin(config: Any) -> None:
        config.add_request_method(fleet, "fleet", property=True, reify=reify)
        config.add_request_method(lambda request: "Qapla!", "greet")

    def view(request: Any) -> list[Any]:
        session = request.main
        return [request.fleet, request.fleet, request.greet(), request.main is session]

    webapp, application = serve(view, plugin)
    assert webapp.get("/view").json == [0, 0, "Qapla!", True]
    assert checked_out(application) == [0, 0]


def test_the_request_class_is_made_once(serve: Serve) -> None:
    """A request costs no class of its own, which is what `reify` would."""
    classes: list[type] = []
    webapp, _ = serve(lambda request: classes.append(type(request)))
    webapp.get("/view")
    webapp.get("/view")
    assert classes[0] is classes[1]


def test_two_threads_never_share_a_session(serve: Serve) -> None:
    """Requests at the same time have different sessions."""
    sessions: list[Session] = []
    together = threading.Barrier(2, timeout=5)

    def view(request: Any) -> None:
        sessions.append(request.main)
        request.main.execute(text("SELECT 1"))
        together.wait()

    webapp, application = serve(view)
    threads = [threading.Thread(target=webapp.get, args=["/view"]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(session) for session in sessions}) == 2
    assert checked_out(application) == [0, 0]


def test_a_database_may_have_the_name_of_the_default(
    project: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`request.database` is the first database's session, unless a database has that name."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", "sqlite:////x/main.db")
    monkeypatch.setenv("PROBE_DATABASES__DATABASE__URL", "sqlite:////x/database.db")
    application = project(databases=("main", "database"))
    with scripting.prepare(registry=application.run_wsgi().registry) as env:
        request = env["request"]
        assert request.main.get_bind() is application.dbs["main"].engine
        assert request.database.get_bind() is application.dbs["database"].engine


LOST = (
    "database 'main': the request GET /view ended with writes that nobody committed, and they are "
    "lost: commit the session, or write inside `with driver.transaction():`"
)


def _flush(session: Session) -> None:
    session.add(Ship(name="lost"))
    session.flush()


def _new(session: Session) -> None:
    session.add(Ship(name="lost"))


def _dirty(session: Session) -> None:
    session.query(Ship).one().name = "changed"


def _deleted(session: Session) -> None:
    session.delete(session.query(Ship).one())


def _orm_dml(session: Session) -> None:
    session.execute(insert(Ship).values(name="lost"))


def _core_dml(session: Session) -> None:
    session.execute(update(Ship.__table__).values(name="lost"))  # type: ignore[arg-type]


def _query_dml(session: Session) -> None:
    session.query(Ship).delete()


def _textual_dml(session: Session) -> None:
    session.execute(text("  update ships SET name = 'lost'"))


def _textual_dml_after_a_comment(session: Session) -> None:
    session.execute(text("-- a comment\n/* another */ DELETE FROM ships"))


def _textual_dml_in_a_cte(session: Session) -> None:
    session.execute(text("WITH x AS (SELECT 1) DELETE FROM ships"))


def _connection_dml(session: Session) -> None:
    session.connection().execute(insert(Ship).values(name="lost"))


def _bulk(session: Session) -> None:
    session.bulk_save_objects([Ship(name="lost")])


def _after_a_commit(session: Session) -> None:
    session.commit()
    _flush(session)


def _in_a_released_savepoint(session: Session) -> None:
    with session.begin_nested():
        _flush(session)


def _before_a_savepoint_rolled_back(session: Session) -> None:
    session.add(Ship(name="lost"))
    session.begin_nested().rollback()


def _before_a_statement_that_failed(session: Session) -> None:
    _flush(session)
    _failed(session)


@pytest.mark.parametrize(
    "write",
    [
        _flush,
        _new,
        _dirty,
        _deleted,
        _orm_dml,
        _core_dml,
        _query_dml,
        _textual_dml,
        _textual_dml_after_a_comment,
        _textual_dml_in_a_cte,
        _connection_dml,
        _bulk,
        _after_a_commit,
        _in_a_released_savepoint,
        _before_a_savepoint_rolled_back,
        _before_a_statement_that_failed,
    ],
)
def test_lost_writes_are_reported(
    serve: Serve, caplog: pytest.LogCaptureFixture, write: Callable[[Session], None]
) -> None:
    """A request that ends well with writes that nobody committed is warned about."""
    webapp, application = serve(lambda request: write(request.main))
    with application.dbs["main"].get_session() as session:
        session.add(Ship(name="Rotarran"))
        session.commit()
    webapp.get("/view")
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [LOST]


def _committed(session: Session) -> None:
    _flush(session)
    session.commit()


def _rolled_back(session: Session) -> None:
    _flush(session)
    session.rollback()


def _read(session: Session) -> None:
    session.execute(text("SELECT * FROM ships WHERE name = 'INSERT'")).all()


def _savepoint_rolled_back(session: Session) -> None:
    savepoint = session.begin_nested()
    _flush(session)
    savepoint.rollback()


def _savepoint_rolled_back_after_an_error(session: Session) -> None:
    try:
        with session.begin_nested():
            _flush(session)
            raise RuntimeError("failed")
    except RuntimeError:
        pass


def _failed(session: Session) -> None:
    with pytest.raises(IntegrityError):
        session.execute(insert(Ship).values(name=None))


def _set_to_the_same(session: Session) -> None:
    ship = session.query(Ship).one()
    ship.name = str(ship.name)


@pytest.mark.parametrize(
    "write",
    [
        _committed,
        _rolled_back,
        _read,
        _savepoint_rolled_back,
        _savepoint_rolled_back_after_an_error,
        _failed,
        _set_to_the_same,
    ],
)
def test_nothing_lost_is_not_reported(
    serve: Serve, caplog: pytest.LogCaptureFixture, write: Callable[[Session], None]
) -> None:
    """A commit, a rollback or a read leaves nothing to lose."""
    webapp, application = serve(lambda request: write(request.main))
    with application.dbs["main"].get_session() as session:
        session.add(Ship(name="Rotarran"))
        session.commit()
    webapp.get("/view")
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == []


@pytest.mark.parametrize("raised", [True, False])
def test_a_redirect_is_no_excuse_for_lost_writes(
    serve: Serve, caplog: pytest.LogCaptureFixture, raised: bool
) -> None:
    """A redirect, raised or returned, is how many a view ends well."""

    def view(request: Any) -> Any:
        _flush(request.main)
        if raised:
            raise HTTPFound("/idle")
        return HTTPFound("/idle")

    webapp, _ = serve(view)
    webapp.get("/view", status=302)
    assert LOST in caplog.messages


@pytest.mark.parametrize("error", [RuntimeError("failed"), HTTPNotFound()])
def test_an_exception_takes_its_writes_back_silently(
    serve: Serve, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """A request that fails has not lost its writes: that is what a rollback is for."""

    def view(request: Any) -> None:
        _flush(request.main)
        raise error

    webapp, _ = serve(
        view, lambda config: config.add_exception_view(lambda exc, request: Response("handled"))
    )
    webapp.get("/view", expect_errors=True)
    assert caplog.messages == []


def test_a_request_inside_of_an_except_block_is_not_a_failed_one(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """The exception that the caller is handling has nothing to do with the request."""
    webapp, _ = serve(lambda request: _flush(request.main))
    try:
        raise RuntimeError("of the caller")
    except RuntimeError:
        webapp.get("/view")
    assert LOST in caplog.messages


def test_a_session_that_was_closed_by_hand_stays_usable(serve: Serve) -> None:
    """What a view does to its session breaks nothing at the end of the request."""

    def view(request: Any) -> int:
        request.main.close()
        return int(request.main.query(Ship).count())

    webapp, application = serve(view)
    assert webapp.get("/view").json == 0
    assert checked_out(application) == [0, 0]


def test_what_a_finished_callback_writes_is_watched_too(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Writes of a callback are lost like those of a view."""
    webapp, _ = serve(
        lambda request: request.add_finished_callback(lambda request: _flush(request.main))
    )
    webapp.get("/view")
    assert LOST in caplog.messages


def test_the_events_of_a_session_are_those_of_one_factory(sample: SampleApplication) -> None:
    """A listener of the user's own on the factory sees the sessions of requests."""
    seen: list[Session] = []
    event.listen(
        sample.dbs["main"].sessions, "after_begin", lambda session, *_: seen.append(session)
    )
    TestApp(sample.run_wsgi()).get("/ships")
    assert len(seen) == 1
