"""The operations of an API: the views of routes that declare with `returns` the schema of their result."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qapla.web.introspection import PLACEHOLDER, methods_of, views_of_routes
from qapla.web.resource.input import partial

_DIGITS = re.compile(r"(?:\\d|\[0-9\])(?:[+*]|\{(?:\d+,)?(\d+)\})?")


@dataclass(frozen=True)
class Operation:
    """A view of a route for one method."""

    route: str
    path: str
    # The JSON schema of each placeholder of the path.
    path_parameters: dict[str, dict[str, Any]]
    method: str
    name: str
    text: str
    body: Any
    query: Any
    returns: Any
    status: int
    permission: str | None


def operations(registry: Any) -> Iterator[Operation]:
    """Yield the operations of an application, in the order of its routes.

    Args:
        registry: Pyramid's registry, of a configuration that is committed.
    """
    for route, view, permission in views_of_routes(registry):
        if "returns" in view:
            for method in methods_of(view):
                yield _operation(route, view, method, permission)


def _operation(route: Any, view: Any, method: str, permission: str | None) -> Operation:
    path, parameters = _path(route["pattern"])
    function = view["callable"]
    name = view["attr"] or function.__name__
    body = view.get("body")
    returns = view["returns"]
    return Operation(
        route=route["name"],
        path=path,
        path_parameters=parameters,
        method=method.lower(),
        name=f"{route['name']}.{name}",
        text=inspect.getdoc(getattr(function, view["attr"]) if view["attr"] else function) or name,
        body=partial(body) if body is not None and method == "PATCH" else body,
        query=view.get("query"),
        returns=returns,
        status=view.get("status", 204 if returns is None else 200),
        permission=permission,
    )


def _path(pattern: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return a route's pattern as a path of OpenAPI, and the schemas of its placeholders."""
    parameters: dict[str, dict[str, Any]] = {}

    def replace(found: re.Match[str]) -> str:
        name = found[1] or found[3]
        parameters[name] = _schema(found[2])
        return f"{{{name}}}"

    return "/" + PLACEHOLDER.sub(replace, pattern).lstrip("/"), parameters


def _schema(expression: str | None) -> dict[str, Any]:
    if expression is None:
        return {"type": "string"}
    digits = _DIGITS.fullmatch(expression)
    if digits is None:
        return {"type": "string", "pattern": f"^{expression}$"}
    most = {"maximum": 10 ** int(digits[1]) - 1} if digits[1] else {}
    return {"type": "integer", "minimum": 0, **most}
