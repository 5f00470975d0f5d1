"""The parts of the framework that every web application has."""

from typing import TYPE_CHECKING, Any

from qapla.app import TESTS
from qapla.ops.databases import database_probes
from qapla.ops.metrics.wanted import wants_metrics
from qapla.ops.probes import Probes
from qapla.ops.traces.wanted import wants_traces
from qapla.web.monitoring.access import Observe, add_access_log
from qapla.web.monitoring.health import add_health
from qapla.web.rendering import add_json_renderer
from qapla.web.requests import add_request_sessions

if TYPE_CHECKING:
    from qapla.database.application import DatabaseApplication


def add_web(application: "DatabaseApplication") -> None:
    """Add the sessions of requests, monitoring, the renderer of JSON, and the checks of hosts and origins.

    Args:
        application: The application, whose configurator is new.
    """
    config: Any = application.config
    add_request_sessions(config, application.dbs)
    _add_monitoring(application, config)
    add_json_renderer(config)
    config.registry["application"] = application
    config.registry["dbs"] = application.dbs
    config.registry["environment"] = application.settings.environment
    _add_checks(application, config)


def _add_monitoring(application: "DatabaseApplication", config: Any) -> None:
    settings = application.settings
    observe: Observe | None = None
    # Imported here: each needs an extra.
    if wants_metrics(application):
        from qapla.web.monitoring.metrics import add_metrics, observe_request

        add_metrics(config, settings, application.dbs)
        observe = observe_request
    add_access_log(config, observe)
    if wants_traces(application):
        from qapla.web.monitoring.traces import add_traces

        add_traces(config, settings.metrics.path)
    probes = {**database_probes(application.dbs), **application.probes}
    add_health(config, Probes(probes, settings.health_timeout, application.dbs.notice_use))


def _add_checks(application: "DatabaseApplication", config: Any) -> None:
    settings = application.settings
    if settings.cors_origins:
        from qapla.web.security.origins import add_origins

        add_origins(config, settings.cors_origins)
    # The last tween is the first to see a request.
    if settings.hosts:
        from qapla.web.security.hosts import add_host_check

        # WebTest asks `localhost`.
        tested = ["localhost"] if application.purpose == TESTS else []
        add_host_check(config, [*settings.hosts, *tested])
