"""Request classes and factories of a project, with the sessions of ours."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pyramid import scripting
from pyramid.exceptions import ConfigurationExecutionError
from pyramid.request import Request
from sqlalchemy import text
from sqlalchemy.orm import Session
from webtest import TestApp

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship
from support.pools import checked_out
from support.serving import answer

Make = Callable[..., SampleApplication]

View = Callable[[Any], Any]

Serve = Callable[..., tuple[TestApp, SampleApplication]]


class OwnRequest(Request):  # type: ignore[misc]
    """A request class of the user's own."""

    captain = "Martok"


def own_factory(environ: dict[str, Any]) -> Request:
    """Return a request as a factory function of the user's own would."""
    request = Request(environ)
    request.captain = "Martok"
    return request


@pytest.mark.parametrize("factory", [OwnRequest, own_factory])
def test_a_request_factory_of_the_users_own(serve: Serve, factory: Any) -> None:
    """A class or function of the user keeps its attributes."""
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
    """A request costs no class of its own, as with `reify`."""
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
