"""The web: routes, controllers, and what clients send and get."""

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add the routes and views of the project."""
    config.include(".routes")
    config.scan()
