"""The URLs of the Django variant: one view, which is set later."""

from typing import Any

from django.urls import path

urlpatterns: list[Any] = []


def set_view(view: Any) -> None:
    """Serve a view at the root."""
    urlpatterns.append(path("", view))
