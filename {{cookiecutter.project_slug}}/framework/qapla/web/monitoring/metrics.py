"""The metrics of requests, and the view that Prometheus reads.

The view needs no permission of the project. In production it is there for a token of its own alone.
"""

import hmac
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.tweens import INGRESS

from qapla.database.database import Database
from qapla.ops.metrics.definitions import REQUEST_SECONDS, REQUESTS
from qapla.ops.metrics.exposition import expose, make_registry
from qapla.ops.metrics.outboxes import OutboxLag
from qapla.settings import MetricsSettings, Settings
from qapla.web.introspection import plain_pattern
from qapla.web.security.hosts import ANY_HOST
from qapla.web.security.policy import sent_token

_ROUTE = "qapla.route"
# A client may send any other method.
_METHODS = frozenset(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"])


def add_metrics(config: Any, settings: Settings, databases: Mapping[str, Database]) -> None:
    """Note the route of each request for `observe_request`, and add the view.

    Args:
        config: Pyramid's configurator.
        settings: The settings of the application.
        databases: Its databases by name.
    """
    config.add_tween(f"{__name__}.route_tween", under=INGRESS)
    metrics = settings.metrics
    if metrics.token is None and settings.environment != "development":
        return
    # The models of outboxes may be imported later than this.
    make = partial(_registry, databases, settings.health_timeout)
    config.add_route("metrics", metrics.path)
    config.add_view(
        _View(metrics, make),
        route_name="metrics",
        request_method="GET",
        permission=NO_PERMISSION_REQUIRED,
    )
    config.registry[ANY_HOST] = (metrics.path,)


def route_tween(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Return a handler that notes the route of a request for the metrics."""

    def note_route(request: Any) -> Any:
        try:
            return handler(request)
        finally:
            route = getattr(request, "matched_route", None)
            if route is not None:
                request.environ[_ROUTE] = plain_pattern(route.pattern)

    return note_route


def observe_request(environ: dict[str, Any], status: int, seconds: float) -> None:
    """Measure a request that has been answered, by the pattern of its route and never by its URL.

    Args:
        environ: The environment of the request.
        status: The status of the response.
        seconds: The time that the request took.
    """
    method = environ["REQUEST_METHOD"]
    if method not in _METHODS:
        method = "other"
    route = environ.get(_ROUTE, "none")
    REQUESTS.labels(route, method, status).inc()
    REQUEST_SECONDS.labels(route, method).observe(seconds)


class _View:
    """The view, whose registry is made with the first request."""

    def __init__(self, settings: MetricsSettings, make: Callable[[], CollectorRegistry]) -> None:
        token = settings.token
        self._token = None if token is None else token.get_secret_value().encode()
        self._make = make
        self._registry: CollectorRegistry | None = None

    def __call__(self, request: Any) -> Response:
        if not self._permits(request):
            headers = {"WWW-Authenticate": "Bearer"}
            return Response("a token is needed\n", 401, content_type="text/plain", headers=headers)
        if self._registry is None:
            self._registry = self._make()
        body, content_type = expose(self._registry, request.headers.get("Accept", ""))
        headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
        return Response(body, headers=headers)

    def _permits(self, request: Any) -> bool:
        if self._token is None:
            return True
        sent = sent_token(request) or ""
        return hmac.compare_digest(sent.encode(), self._token)


def _registry(databases: Mapping[str, Database], seconds: float) -> CollectorRegistry:
    return make_registry([OutboxLag(databases, seconds)])
