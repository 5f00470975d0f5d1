"""The views of an application by its routes, as Pyramid describes them.

Source: Pyramid, "Pyramid Configuration Introspection".
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

# A placeholder of a pattern with its regular expression, which may have braces of its own.
PLACEHOLDER = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})*))?\}|\*(\w+)")


def views_of_routes(registry: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Yield each view of a route, in the order of the routes: the route, the view and its permission.

    A view without a permission of its own has the default one of the application, and one that
    everybody may call has None.

    Args:
        registry: Pyramid's registry, of a configuration that is committed.
    """
    introspector = registry.introspector
    default = next(iter(introspector.get_category("default permission") or ()), None)
    usual = default and default["introspectable"]["value"]
    views: dict[str, list[Any]] = {}
    for entry in introspector.get_category("views") or ():
        view = entry["introspectable"]
        permission = _permission(entry["related"]) or usual
        asked = None if permission == NO_PERMISSION_REQUIRED else permission
        views.setdefault(view["route_name"], []).append((view, asked))
    for entry in introspector.get_category("routes") or ():
        route = entry["introspectable"]
        for view, permission in views.get(route["name"], ()):
            yield route, view, permission


def permissions_of(registry: Any) -> set[str]:
    """Return the permissions of the views, and the default one.

    Args:
        registry: Pyramid's registry, of a configuration that is committed.
    """
    entries = registry.introspector.get_category("permissions") or ()
    return {entry["introspectable"]["value"] for entry in entries} - {NO_PERMISSION_REQUIRED}


def methods_of(view: Any) -> tuple[str, ...]:
    """Return the methods that a view names, without HEAD, which Pyramid adds to GET."""
    named = view["request_methods"] or ()
    listed = (named,) if isinstance(named, str) else tuple(named)
    return tuple(method for method in listed if method != "HEAD")


@lru_cache(maxsize=1000)
def plain_pattern(pattern: str) -> str:
    """Return the pattern of a route without the regular expressions of its placeholders."""
    return PLACEHOLDER.sub(lambda found: f"{{{found[1] or found[3]}}}", pattern)


def _permission(related: Iterable[Any]) -> Any:
    """Return the permission of a view, which Pyramid describes apart from it."""
    return next((it["value"] for it in related if it.category_name == "permissions"), None)
