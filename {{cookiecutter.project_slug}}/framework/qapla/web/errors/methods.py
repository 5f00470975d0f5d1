"""The methods that the views of a route allow, for 405, OPTIONS and CORS."""

from typing import Any

_CACHE = "qapla.methods"


def allowed_methods(request: Any) -> list[str]:
    """Return the methods of the route that a request has matched; none where it has matched none."""
    route = getattr(request, "matched_route", None)
    return [] if route is None else methods_of_route(request.registry, route.name)


def methods_of_route(registry: Any, route: str) -> list[str]:
    """Return the methods of a route; none where a view of it serves every method."""
    known: dict[str, list[str]] = registry.setdefault(_CACHE, {})
    if route not in known:
        known[route] = sorted(_methods(registry.introspector, route))
    return known[route]


def _methods(introspector: Any, route: str) -> set[str]:
    methods: set[str] = set()
    for entry in introspector.get_category("views") or ():
        view = entry["introspectable"]
        if view["route_name"] == route and not view.get("context"):
            named = view["request_methods"]
            if not named:
                return set()
            methods.update([named] if isinstance(named, str) else named)
    # Pyramid serves HEAD by the view of GET, and ours answers OPTIONS.
    return {*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])} if methods else methods
