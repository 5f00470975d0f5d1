"""The page that shows an API and sends requests to it: Swagger UI, served from here, in development."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pyramid.response import FileResponse

# The package has the files of Swagger UI, and is in the development group of a project.
_ASSETS = "swagger_ui"
_PAGE = Path(__file__).with_name("static") / "index.html"
# Swagger UI has styles in its elements, and images in its styles.
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


def add_page(config: Any) -> None:
    """Serve the page at `/openapi` where the files of Swagger UI are installed.

    Args:
        config: Pyramid's configurator, of a project in development.
    """
    if find_spec(_ASSETS) is None:
        return
    config.add_route("openapi", "/openapi")
    config.add_view(_page, route_name="openapi", request_method="GET")
    config.add_static_view("openapi/assets", f"{_ASSETS}:static")
    config.add_static_view("openapi/page", "qapla.web.openapi:static")


def _page(request: Any) -> FileResponse:
    response = FileResponse(str(_PAGE), request=request, content_type="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    return response
