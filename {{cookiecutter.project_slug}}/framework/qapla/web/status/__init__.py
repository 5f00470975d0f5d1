"""The status page: `/` shows databases, models, the last requests, workers, outboxes and the schema.

It is off in production unless the setting `status_page` is on, and gives way to a `/` of the project.
"""

from typing import TYPE_CHECKING, Any

from pyramid.interfaces import IException
from pyramid.security import NO_PERMISSION_REQUIRED

from qapla.ops.overview.overview import Overview
from qapla.web.monitoring.health import LIVE, READY
from qapla.web.status.page import ASSETS, Page, Place
from qapla.web.status.recorder import Recorder
from qapla.web.status.statements import gather

if TYPE_CHECKING:
    from qapla.database.application import DatabaseApplication

# The permission of the page in production, where the project has a security policy.
PERMISSION = "status"
_PATH = "/"
# The embedded server may have to start first, and the revisions of the files to be read.
_PATIENCE = 5.0
# pyramid_debugtoolbar, whose page asks again and again.
_TOOLBAR = "/_debug_toolbar/"


def add_status(application: "DatabaseApplication") -> None:
    """Serve the page, unless the project has a route or a view of its own for `/`.

    Args:
        application: The application, whose configurator has every route and view of the project.
    """
    config: Any = application.config
    config.commit()
    if _is_taken(config):
        return
    metrics = application.settings.metrics.path
    recorder = Recorder((_PATH, f"/{ASSETS}/", LIVE, READY, metrics, _TOOLBAR))
    recorder.install(config.registry)
    place = _place_of(application)
    application.instrument(gather(place.package, masked=place.is_production))
    config.add_static_view(ASSETS, "qapla.web.status:static")
    config.add_route("status", _PATH)
    config.add_view(
        Page(_overview_of(application), recorder, place),
        route_name="status",
        request_method="GET",
        permission=PERMISSION if place.is_production else NO_PERMISSION_REQUIRED,
    )


def _place_of(application: "DatabaseApplication") -> Place:
    return Place(
        application.package,
        application.settings.environment,
        application.paths["root"],
        application.settings_loader.variable("status_page"),
    )


def _overview_of(application: "DatabaseApplication") -> Overview:
    settings = application.settings
    is_production = settings.environment == "production"
    patience = 0 if is_production else _PATIENCE
    return Overview(
        application.dbs,
        application.probes,
        application.ask_workers,
        max(settings.health_timeout, patience),
        detailed=not is_production,
    )


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
