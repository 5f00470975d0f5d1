"""Answer requests that read one row, without a server between."""

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

warnings.simplefilter("ignore")

from pyramid.config import Configurator  # noqa: E402
from pyramid.request import Request  # noqa: E402
from sqlalchemy import Engine, create_engine  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from qapla.database.registry import Databases  # noqa: E402
from qapla.exceptions import NotPrepared  # noqa: E402
from qapla.web.requests import add_request_sessions  # noqa: E402

from benchmarks.models import Ship, ShipReadDriver  # noqa: E402
from benchmarks.server import database, url  # noqa: E402

REQUESTS = 3000
Application = Callable[..., Any]


def qapla() -> Application:
    """Return an application whose view asks a read driver in the request's session."""

    def view(request: Any) -> dict[str, object]:
        ship = ShipReadDriver(request.main).get_by_id(7)
        return {"id": ship.id, "name": ship.name, "crew": ship.crew}

    databases = Databases(NotPrepared)
    databases.fill([database(reader=True)])
    config = Configurator()
    add_request_sessions(config, databases)
    return _application(config, view)


def pyramid() -> Application:
    """Return an application whose view opens a session by hand, on an engine with pre-ping."""
    return _by_hand(create_engine(url(), pool_pre_ping=True))


def plain_engine() -> Application:
    """Return the same, on an engine with SQLAlchemy's own defaults: no ping."""
    return _by_hand(create_engine(url()))


def django() -> Application:
    """Return a plain view of Django's, on a persistent connection in autocommit."""
    from benchmarks.variants.django_app import set_up

    model = set_up()
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpRequest, JsonResponse

    from benchmarks.variants import django_urls

    def view(request: HttpRequest) -> JsonResponse:
        ship = model.objects.get(pk=7)
        return JsonResponse({"id": ship.id, "name": ship.name, "crew": ship.crew})

    django_urls.set_view(view)
    handler: Application = WSGIHandler()
    return handler


def _by_hand(engine: Engine) -> Application:
    def view(request: Any) -> dict[str, object]:
        with Session(engine) as session:
            ship = session.get_one(Ship, 7)
            return {"id": ship.id, "name": ship.name, "crew": ship.crew}

    return _application(Configurator(), view)


def _application(config: Any, view: Callable[[Any], dict[str, object]]) -> Application:
    config.add_route("ship", "/")
    config.add_view(view, route_name="ship", renderer="json")
    made: Application = config.make_wsgi_app()
    return made


def main(kind: str) -> None:
    """Time many requests, after a few that warm up."""
    app = globals()[kind]()
    environ = Request.blank("/").environ

    def ask(times: int) -> None:
        for _ in range(times):
            response = app(dict(environ), lambda status, headers, exc_info=None: None)
            assert b"ship 0000006" in b"".join(response)
            if close := getattr(response, "close", None):
                close()

    ask(50)
    start = time.perf_counter()
    ask(REQUESTS)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(sys.argv[1])
