"""The web: the request, routes and controllers."""

from pyramid.config import Configurator

from {{ cookiecutter.project_slug }}.web.request import Request


def includeme(config: Configurator) -> None:
    """Add the project's request, routes and views, and the framework's parts of the web."""
    config.set_request_factory(Request)
    config.include("qapla.web")
    config.include("qapla.web.openapi")
    config.include(".routes")
    config.scan()
