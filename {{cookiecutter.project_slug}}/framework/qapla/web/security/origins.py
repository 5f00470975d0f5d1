"""Tween that lets pages of the origins in the setting `cors_origins` read responses.

They send tokens in a header: no response allows cookies.
Source: Fetch Standard, "CORS protocol".
"""

from collections.abc import Callable, Sequence
from typing import Any

from pyramid.interfaces import IRoutesMapper

from qapla.settings.origins import ANY
from qapla.web.errors.methods import methods_of_route

_ORIGINS = "qapla.origins"
_ALLOWED = {"Access-Control-Expose-Headers": "ETag, Link, Location, X-Request-ID"}
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Max-Age": "600",
}


def add_origins(config: Any, origins: Sequence[str]) -> None:
    """Add the headers of CORS to every response, and answer preflight requests.

    Args:
        config: Pyramid's configurator.
        origins: The setting `cors_origins`.
    """
    config.registry[_ORIGINS] = frozenset(origins)
    config.add_tween(f"{__name__}.origin_tween")


def origin_tween(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Return a handler that adds the headers."""
    origins: frozenset[str] = registry[_ORIGINS]
    is_any = ANY in origins

    def add_headers(request: Any) -> Any:
        origin = ANY if is_any else request.environ.get("HTTP_ORIGIN")
        is_allowed = origin in origins
        is_preflight = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.environ
        if is_allowed and is_preflight and request.method == "OPTIONS":
            response = _preflight(request)
        else:
            response = handler(request)
        if not is_any:
            # For a cache, responses to two origins differ.
            response.vary = sorted({*(response.vary or ()), "Origin"})
        if is_allowed:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers.update(_ALLOWED)
        return response

    return add_headers


def _preflight(request: Any) -> Any:
    """Answer before any view, as a preflight request has no token."""
    response = request.response
    response.status_int = 204
    response.content_type = None
    response.headers.update(_PREFLIGHT)
    response.headers["Access-Control-Allow-Methods"] = ", ".join(_methods(request)) or ANY
    return response


def _methods(request: Any) -> list[str]:
    """Return the methods of the route of a request; none for any method."""
    mapper = request.registry.queryUtility(IRoutesMapper)
    try:
        route = mapper and mapper(request)["route"]
    except UnicodeDecodeError:
        # The URL is not encoded in UTF-8, which the response to the request says.
        return []
    return methods_of_route(request.registry, route.name) if route else []
