"""Pyramid: options of views, rendering, error responses, OpenAPI and the server."""

from typing import Any


def includeme(config: Any) -> None:
    """Add the options of views and the error responses.

    Args:
        config: Pyramid's configurator.
    """
    config.include("qapla.web.views")
    config.include("qapla.web.errors")
