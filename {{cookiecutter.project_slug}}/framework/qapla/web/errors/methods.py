"""The methods that the views of a route allow, for 405 and OPTIONS."""

from typing import Any

_CACHE = "qapla.methods"


def allowed_methods(request: Any) -> list[str]:
    """Return the methods of the route that a request has matched; none where it has matched none."""
    route = getattr(request, "matched_route", None)
    if route is None:
        return []
    known: dict[str, list[str]] = request.registry.setdefault(_CACHE, {})
    if route.name not in known:
        known[route.name] = sorted(_methods(request.registry.introspector, route.name))
    return known[route.name]


def _methods(introspector: Any, route: str) -> set[str]:
    methods: set[str] = set()
    for entry in introspector.get_category("views") or ():
        view = entry["introspectable"]
        if view["route_name"] == route and not view.get("context"):
            named = view["request_methods"] or ()
            methods.update([named] if isinstance(named, str) else named)
    # Pyramid serves HEAD by the view of GET, and ours answers OPTIONS.
    return {*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])} if methods else methods
