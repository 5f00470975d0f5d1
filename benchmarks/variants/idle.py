"""Answer requests that touch no database, without a server between."""

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")

from pyramid.config import Configurator  # noqa: E402
from pyramid.request import Request  # noqa: E402
from sqlalchemy import make_url  # noqa: E402

from qapla.database.database import Database  # noqa: E402
from qapla.database.places.target import Target  # noqa: E402
from qapla.database.registry import Databases  # noqa: E402
from qapla.exceptions import NotPrepared  # noqa: E402
from qapla.web.requests import add_request_sessions  # noqa: E402

REQUESTS = 20_000


def idle(request: Any) -> dict[str, str]:
    """Answer without a database."""
    return {"hello": "world"}


def application(kind: str) -> Callable[..., Any]:
    """Return a WSGI application with one view; ours has the sessions of two databases."""
    config = Configurator()
    if kind == "qapla":
        databases = Databases(NotPrepared)
        databases.fill(_databases())
        add_request_sessions(config, databases)
    config.add_route("idle", "/")
    config.add_view(idle, route_name="idle", renderer="json")
    made: Callable[..., Any] = config.make_wsgi_app()
    return made


def _databases() -> list[Database]:
    target = Target(make_url("postgresql+psycopg://localhost/none"), Path())
    return [Database("main").at(target), Database("analytics").at(target)]


def main(kind: str) -> None:
    """Time many requests."""
    app = application(kind)
    environ = Request.blank("/").environ
    start = time.perf_counter()
    for _ in range(REQUESTS):
        list(app(dict(environ), lambda status, headers: None))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(sys.argv[1])
