"""The status page: `/` shows databases, models, the last requests, workers, outboxes and the schema.

It is off in production unless the setting `status_page` is on, and gives way to a `/` of the project.
"""

from typing import Any

from pyramid.interfaces import IException
from pyramid.security import NO_PERMISSION_REQUIRED

from qapla.ops.overview.overview import Overview
from qapla.web.health import LIVE, READY
from qapla.web.status.page import ASSETS, Page, Place
from qapla.web.status.recorder import Recorder

# The permission of the page in production, where the project has a security policy.
PERMISSION = "status"
_PATH = "/"
# pyramid_debugtoolbar, whose page asks again and again.
_TOOLBAR = "/_debug_toolbar/"


def add_status(config: Any, overview: Overview, place: Place) -> bool:
    """Serve the page, unless the project has a route or a view of its own for `/`.

    Args:
        config: Pyramid's configurator, with every route and view of the project.
        overview: The state of the application.
        place: The names and paths that the page shows.

    Returns:
        Whether the page is there.
    """
    config.commit()
    if _is_taken(config):
        return False
    config.add_static_view(ASSETS, "qapla.web.status:static", cache_max_age=3600)
    config.add_route("status", _PATH)
    recorder = Recorder((_PATH, f"/{ASSETS}/", LIVE, READY, _TOOLBAR))
    recorder.install(config.registry)
    config.add_view(
        Page(overview, recorder, place),
        route_name="status",
        request_method="GET",
        permission=PERMISSION if place.is_production else NO_PERMISSION_REQUIRED,
    )
    return True


def _is_taken(config: Any) -> bool:
    """Whether the project has a route that matches `/`, or a view there without a route."""
    if any(route.match(_PATH) is not None for route in config.get_routes_mapper().get_routes()):
        return True
    entries = config.registry.introspector.get_category("views") or ()
    views = [entry["introspectable"] for entry in entries]
    return any(
        not view["route_name"] and not view["name"] and not _is_error(view) for view in views
    )


def _is_error(view: Any) -> bool:
    """Whether a view is that of an exception."""
    context = view["context"]
    if isinstance(context, type):
        return issubclass(context, BaseException)
    # An interface.
    return context is not None and context.isOrExtends(IException)
