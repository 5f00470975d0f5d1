"""The URLs; controllers name their routes."""

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add a route for each URL."""
