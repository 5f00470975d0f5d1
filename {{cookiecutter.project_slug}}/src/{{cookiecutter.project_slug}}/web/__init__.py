"""The web: the request, routes and controllers."""

from pyramid.config import Configurator

from {{ cookiecutter.project_slug }}.web.request import Request


def includeme(config: Configurator) -> None:
    """Add the project's request, routes and views, and the framework's error responses."""
    config.set_request_factory(Request)
    config.include("qapla.web.errors")
    config.include(".routes")
    config.scan()
