"""A session after the end of its request, where a streamed body is iterated."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyramid import scripting
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import text
from webtest import TestApp

from qapla.database.decorators import WithDatabase
from qapla.exceptions import SessionEnded

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship, ShipReadDriver, ShipWriteDriver

pytest_plugins = ["pytester"]

Serve = Callable[[Callable[[Any], Any]], SampleApplication]

ENDED = (
    "database 'main': the request GET /view has ended, and its session with it: call a driver's "
    "`stream()`, which has sessions of its own, or open one, "
    "`with application.dbs['main'].get_session() as session:`"
)


@pytest.fixture
def serve(make_sample: Callable[..., SampleApplication]) -> Serve:
    """Return a maker of an application with two ships whose `/view` is a function."""

    def serve(view: Callable[[Any], Any]) -> SampleApplication:
        def add_view(config: Any) -> None:
            config.add_route("view", "/view")
            config.add_view(view, route_name="view")

        application = make_sample(add_view)
        with application.dbs["main"].get_session() as session:
            session.add_all([Ship(name="Rotarran"), Ship(name="Bortas")])
            session.commit()
        return application

    return serve


def opened(application: SampleApplication) -> int:
    """Return how many connections of the database are in use."""
    return application.dbs["main"].engine.pool.checkedout()  # type: ignore[attr-defined,no-any-return]


def first_used_in_the_body(request: Any, use: Callable[[Any], object]) -> Iterator[bytes]:
    """Yield from a body that is the first to use the session."""
    use(request.main)
    yield b"used"


def opened_in_the_view(request: Any, use: Callable[[Any], object]) -> Iterator[bytes]:
    """Yield from a body that uses the session of the view."""
    session = request.main
    session.query(Ship).all()

    def body() -> Iterator[bytes]:
        use(session)
        yield b"used"

    return body()


def opened_in_both(request: Any, use: Callable[[Any], object]) -> Iterator[bytes]:
    """Yield from a body that asks the request again for the session that the view has used."""
    request.main.query(Ship).all()
    return first_used_in_the_body(request, use)


BODIES = [first_used_in_the_body, opened_in_the_view, opened_in_both]
USES: dict[str, Callable[[Any], object]] = {
    "execute": lambda session: session.execute(text("SELECT 1")),
    "driver": lambda session: ShipReadDriver(session).list_all(),
    "flush": lambda session: (session.add(Ship(name="late")), session.flush()),
    "transaction": lambda session: ShipWriteDriver(session).transaction().__enter__(),
    "connection": lambda session: session.connection(),
    "begin": lambda session: session.begin(),
    "commit": lambda session: session.commit(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("body", BODIES)
def test_a_body_cannot_use_the_session_of_its_request(serve: Serve, body: Any, use: Any) -> None:
    """The error names the request and the ways out, and no connection is left open."""
    application = serve(lambda request: Response(app_iter=body(request, use)))
    with pytest.raises(SessionEnded) as caught:
        TestApp(application.run_wsgi()).get("/view")
    assert str(caught.value) == ENDED
    assert opened(application) == 0


def test_many_bodies_in_a_row_exhaust_no_pool(serve: Serve) -> None:
    """More requests than the pool has connections fail each with the same error."""
    use = USES["execute"]
    application = serve(lambda request: Response(app_iter=first_used_in_the_body(request, use)))
    webapp = TestApp(application.run_wsgi())
    for _ in range(12):
        with pytest.raises(SessionEnded):
            webapp.get("/view")
    assert opened(application) == 0


@pytest.mark.parametrize("body", BODIES)
def test_a_body_can_stream_by_a_driver(serve: Serve, body: Any) -> None:
    """`stream()` has sessions of its own, wherever it is called and its driver is made."""
    names: list[str] = []

    def use(session: Any) -> None:
        names.extend(ship.name for ship in ShipReadDriver(session).stream(batch=1))

    application = serve(lambda request: Response(app_iter=body(request, use)))
    assert TestApp(application.run_wsgi()).get("/view").text == "used"
    assert names == ["Rotarran", "Bortas"]
    assert opened(application) == 0


def test_a_body_can_open_a_session_of_its_own(serve: Serve) -> None:
    """The way out that the error names works."""

    def body() -> Iterator[bytes]:
        with application.dbs["main"].get_session() as session:
            yield str(ShipReadDriver(session).count()).encode()

    application = serve(lambda request: Response(app_iter=body()))
    assert TestApp(application.run_wsgi()).get("/view").text == "2"
    assert opened(application) == 0


def test_a_request_may_be_invoked_again(serve: Serve) -> None:
    """A subrequest that has ended has sessions again when it is invoked once more."""

    def view(request: Any) -> Response:
        subrequest = Request.blank("/ships")
        answers = [request.invoke_subrequest(subrequest, use_tweens=True) for _ in range(2)]
        return Response(" ".join(str(len(answer.json)) for answer in answers))

    application = serve(view)
    assert TestApp(application.run_wsgi()).get("/view").text == "2 2"
    assert opened(application) == 0


def test_a_session_of_a_script_ends_with_its_block(serve: Serve) -> None:
    """The session of `scripting.prepare` is refused after the block, kept or asked for again."""
    application = serve(lambda request: Response())
    with scripting.prepare(registry=application.run_wsgi().registry) as env:
        kept = env["request"].main
        kept.execute(text("SELECT 1"))
    for session in (kept, env["request"].main):
        with pytest.raises(SessionEnded):
            session.execute(text("SELECT 1"))
    assert opened(application) == 0


def test_the_session_of_a_function_ends_with_its_call(serve: Serve) -> None:
    """A session that `WithDatabase` has passed is refused after the call."""
    application = serve(lambda request: Response())

    @WithDatabase(application, "main")
    def keep(main: Any) -> Any:
        return main

    with pytest.raises(SessionEnded) as caught:
        keep().execute(text("SELECT 1"))
    assert str(caught.value).startswith("database 'main': the function keep has ended")


STREAMING = """
    def test_it(self, application, dbsession):
        from pyramid.response import Response
        from qapla_sample.databases.main.ship import ShipReadDriver
        from webtest import TestApp

        def body(request):
            for ship in ShipReadDriver(request.main).stream():
                yield ship.name.encode()

        dbsession.add(Ship(name="Rotarran"))
        dbsession.commit()
        webapp = TestApp(application.run_wsgi())
        config = application.config
        config.add_route("stream", "/stream")
        config.add_view(lambda request: Response(app_iter=body(request)), route_name="stream")
        config.commit()
        assert webapp.get("/stream").text == "Rotarran"
"""


def test_a_test_of_a_streamed_body_passes(run: Callable[..., pytest.RunResult]) -> None:
    """A driver that is made in the body leaves no session open, which would fail the test."""
    run(STREAMING).assert_outcomes(passed=1)
