"""The URLs of the Django variant: one view, which is set later."""

from typing import Any

from django.urls import path

urlpatterns: list[Any] = []


def set_view(view: Any, route: str = "") -> None:
    """Serve a view at a route, by default the root."""
    urlpatterns.append(path(route, view))
