"""A request that fails is rolled back before anything else uses its sessions."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import text
from webtest import TestApp

from qapla.database.database import Database

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.analytics.event import Event
from qapla_sample.databases.main.ship import Ship, ShipWriteDriver

Serve = Callable[..., TestApp]

ENGINES = ["postgresql", "sqlite", "mariadb"]
every_engine = pytest.mark.parametrize("place", ENGINES, indirect=True)


@pytest.fixture
def serve(
    make_sample: Callable[..., SampleApplication],
    place: Callable[..., Database],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Serve]:
    """Return a maker of a web application whose `/view` is a function, on the engine of `place`."""
    database = place("failed_test")
    database.drop()
    database.create()
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", url)
    applications: list[SampleApplication] = []

    def serve(view: Callable[[Any], Any], *plugins: Callable[[Any], None]) -> TestApp:
        def add_view(config: Any) -> None:
            config.add_route("view", "/view")
            config.add_view(view, route_name="view", renderer="json")

        applications.append(make_sample(add_view, *plugins))
        return TestApp(applications[-1].run_wsgi())

    yield serve
    for application in applications:
        for prepared in application.dbs.values():
            prepared.dispose()


def fail(request: Any) -> None:
    """Write half of the work, and raise."""
    ShipWriteDriver(request.main).create(name="half of the work")
    raise RuntimeError("failed")


def audit(error: Exception, request: Any) -> Response:
    """Write an audit row and commit it, as an exception view."""
    with ShipWriteDriver(request.main).transaction():
        ShipWriteDriver(request.main).create(name="audit")
    return Response("audited")


def with_audit(config: Any) -> None:
    """Register the exception view."""
    config.add_exception_view(audit, context=RuntimeError)


@every_engine
def test_an_exception_view_commits_nothing_of_the_view(serve: Serve) -> None:
    """Only the row of the exception view is there."""
    webapp = serve(fail, with_audit)
    assert webapp.get("/view").text == "audited"
    assert webapp.get("/ships").json == ["audit"]


@every_engine
def test_nothing_is_left_in_either_database(serve: Serve) -> None:
    """A request that wrote to both is rolled back in both."""

    def view(request: Any) -> None:
        request.analytics.add(Event(name="launched"))
        request.analytics.flush()
        fail(request)

    webapp = serve(view, with_audit)
    webapp.get("/view")
    # The audit row is that of the exception view.
    assert webapp.get("/both").json == [1, 0]


@every_engine
def test_an_exception_view_can_use_the_session_after_a_failed_statement(serve: Serve) -> None:
    """The failed transaction, in which PostgreSQL accepts no statement, is over."""

    def view(request: Any) -> None:
        request.main.execute(text("SELECT * FROM no_such"))

    webapp = serve(view, lambda config: config.add_exception_view(audit))
    assert webapp.get("/view").text == "audited"
    assert webapp.get("/ships").json == ["audit"]


@every_engine
def test_an_exception_view_can_use_the_session_after_its_connection_is_lost(serve: Serve) -> None:
    """The rollback on a dead connection does not hide the error, and the pool gives another one."""

    def view(request: Any) -> None:
        ShipWriteDriver(request.main).create(name="half of the work")
        request.main.connection().connection.dbapi_connection.close()
        raise RuntimeError("failed")

    webapp = serve(view, with_audit)
    assert webapp.get("/view").text == "audited"
    assert webapp.get("/ships").json == ["audit"]


def test_an_answer_that_cannot_be_rendered_is_rolled_back(serve: Serve) -> None:
    """The error of a renderer is one of the request."""

    def view(request: Any) -> object:
        ShipWriteDriver(request.main).create(name="half of the work")
        return object()

    webapp = serve(view, lambda config: config.add_exception_view(audit, context=TypeError))
    assert webapp.get("/view").text == "audited"
    assert webapp.get("/ships").json == ["audit"]


def audit_tween(handler: Callable[[Any], Response], registry: Any) -> Callable[[Any], Response]:
    """Return a tween around all exception views that writes an audit row after an error."""

    def tween(request: Any) -> Response:
        try:
            return handler(request)
        except RuntimeError as error:
            return audit(error, request)

    return tween


def test_a_tween_commits_nothing_of_a_view_that_no_exception_view_matches(serve: Serve) -> None:
    """The rollback comes before the search for an exception view."""
    webapp = serve(fail, lambda config: config.add_tween(f"{__name__}.audit_tween"))
    assert webapp.get("/view").text == "audited"
    assert webapp.get("/ships").json == ["audit"]


class OwnRequest(Request):  # type: ignore[misc]
    """A request class of the user's own that extends `invoke_exception_view`."""

    def invoke_exception_view(self, *args: Any, **options: Any) -> Any:
        """Note that the method was called."""
        response = super().invoke_exception_view(*args, **options)
        response.headers["X-Own"] = "called"
        return response


def own_factory(environ: dict[str, Any]) -> Request:
    """Return a request as a factory function of the user's own would."""
    return OwnRequest(environ)


@pytest.mark.parametrize("factory", [OwnRequest, own_factory])
def test_a_request_factory_of_the_users_own_keeps_its_method(serve: Serve, factory: Any) -> None:
    """Both the user's `invoke_exception_view` and the rollback run."""
    webapp = serve(fail, with_audit, lambda config: config.set_request_factory(factory))
    answer = webapp.get("/view")
    assert (answer.text, answer.headers["X-Own"]) == ("audited", "called")
    assert webapp.get("/ships").json == ["audit"]


def test_a_view_that_invokes_an_exception_view_by_hand_is_rolled_back(serve: Serve) -> None:
    """`request.invoke_exception_view()` within `except` treats the request as failed."""

    def view(request: Any) -> Response:
        try:
            fail(request)
        except RuntimeError:
            return request.invoke_exception_view()
        raise AssertionError

    webapp = serve(view, with_audit)
    assert webapp.get("/view").text == "audited"
    assert webapp.get("/ships").json == ["audit"]


LOST = (
    "database 'main': the request GET /view ended with writes that nobody committed, and they are "
    "lost: commit the session, or write inside `with driver.transaction():`"
)


def test_an_exception_view_that_does_not_commit_is_reported(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """The writes of an exception view are lost like those of a view."""

    def forget(error: Exception, request: Any) -> Response:
        ShipWriteDriver(request.main).create(name="audit")
        return Response("forgotten")

    webapp = serve(fail, lambda config: config.add_exception_view(forget, context=RuntimeError))
    webapp.get("/view")
    assert caplog.messages == [LOST]


@pytest.mark.parametrize(("error", "reported"), [(HTTPFound("/"), [LOST]), (HTTPNotFound(), [])])
def test_an_http_exception_rolls_back_too(
    serve: Serve, caplog: pytest.LogCaptureFixture, error: Exception, reported: list[str]
) -> None:
    """A raised redirect loses its writes with a warning, once; a raised 404 was meant to fail."""

    def view(request: Any) -> None:
        ShipWriteDriver(request.main).create(name="half of the work")
        raise error

    webapp = serve(view, lambda config: config.add_exception_view(audit, context=type(error)))
    webapp.get("/view")
    assert caplog.messages == reported
    assert webapp.get("/ships").json == ["audit"]


def test_committed_writes_stay(serve: Serve) -> None:
    """A rollback takes back nothing that the view has committed before it failed."""

    def view(request: Any) -> None:
        request.main.add(Ship(name="committed"))
        request.main.commit()
        fail(request)

    webapp = serve(view, with_audit)
    webapp.get("/view")
    assert webapp.get("/ships").json == ["committed", "audit"]
