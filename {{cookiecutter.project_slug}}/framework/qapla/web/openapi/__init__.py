"""OpenAPI: the document of the views that declare their result, and a page to try them.

`pyramid_openapi3` checks each request and response against a document that is a file: it takes 4 ms for a
row and 9 ms for a page of a hundred, several times as long as the request, whose body and query the
schemas of the document have parsed already.
"""

from typing import Any

from pyramid.interfaces import ISecurityPolicy
from pyramid.response import Response

from qapla.web.openapi.document import document
from qapla.web.openapi.operations import operations
from qapla.web.openapi.page import add_page
from qapla.web.rendering import NOSNIFF

_CACHE = "qapla.openapi"


def includeme(config: Any) -> None:
    """Serve the document at `/openapi.json`, and in development the page at `/openapi`.

    Args:
        config: Pyramid's configurator.
    """
    config.add_route("openapi.json", "/openapi.json")
    view = _Document(config.registry.package_name)
    config.add_view(view, route_name="openapi.json", request_method="GET")
    if config.registry.get("environment") != "production":
        add_page(config)


class _Document:
    """The view of the document, which is made at the first request."""

    def __init__(self, package: str) -> None:
        self.package = package

    def __call__(self, request: Any) -> Response:
        registry = request.registry
        if _CACHE not in registry:
            policy = registry.queryUtility(ISecurityPolicy)
            scheme = getattr(policy, "openapi_scheme", None)
            registry[_CACHE] = document(self.package, operations(registry), scheme)
        response = Response(json_body=registry[_CACHE])
        response.headers.update([NOSNIFF])
        return response
