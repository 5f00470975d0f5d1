"""The web: routes, controllers, and what clients send and get."""

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add the routes and views of the project, and the framework's error responses."""
    config.include("qapla.web.errors")
    config.include(".routes")
    config.scan()
