"""Error responses: the exception views, and the problem documents that they answer."""

from typing import Any


def includeme(config: Any) -> None:
    """Add the exception views.

    Args:
        config: Pyramid's configurator.
    """
    config.include("qapla.web.errors.exceptions")
