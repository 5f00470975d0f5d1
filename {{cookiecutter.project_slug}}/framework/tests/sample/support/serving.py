"""Views for the tests of requests."""

from collections.abc import Callable
from typing import Any

from qapla_sample.databases.main.ship import Ship


def answer(request: Any) -> list[Any]:
    """Return an attribute of the user's factory, and two of ours."""
    return [request.captain, request.main.query(Ship).count(), request.database is request.main]


def plugins(view: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Return the web plugins of an application with the error responses and a view."""

    def append_web_plugins(application: Any) -> None:
        application.add_database_web()
        application.config.include("qapla.web.errors")
        application.config.add_route("view", "/view")
        application.config.add_view(view, route_name="view", renderer="json")

    return append_web_plugins
