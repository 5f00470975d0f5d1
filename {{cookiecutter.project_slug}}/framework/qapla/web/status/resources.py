"""The URLs of models, by the names of the routes that `qapla add model` writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pyramid.interfaces import IRoutesMapper

from qapla.ops.overview.state import DatabaseState
from qapla.scaffold.names.model import ModelName

_API, _TOOLBAR = "openapi", "debugtoolbar"


@dataclass(frozen=True)
class Link:
    """A link.

    Args:
        href: The URL.
        text: The text of the link.
        api: The URL of its part of the API's page, or an empty text without that page.
    """

    href: str
    text: str
    api: str = ""


def links_to_models(
    request: Any, databases: Iterable[DatabaseState]
) -> dict[tuple[str, str], Link]:
    """Return the links to the lists of models, by the names of the database and the class."""
    mapper = request.registry.getUtility(IRoutesMapper)
    page = request.route_path(_API) if mapper.get_route(_API) else ""
    links = {}
    for database in databases:
        for model in database.models.mappers:
            name = model.class_.__name__
            tag = f"{database.name}.{ModelName(database.name, name).snake}"
            route = mapper.get_route(f"{tag}.all")
            # A list has no placeholder.
            if route is not None and not set(route.pattern) & set("{*:"):
                href = request.route_path(route.name)
                api = f"{page}#/{quote(tag)}" if page else ""
                links[database.name, name] = Link(href, route.pattern, api)
    return links


def links_to_pages(request: Any) -> list[Link]:
    """Return the links to the other pages of development."""
    mapper = request.registry.getUtility(IRoutesMapper)
    pages = ((_API, "API"), (_TOOLBAR, "Toolbar"))
    found = ((name, text) for name, text in pages if mapper.get_route(name))
    # The pattern of the toolbar ends in a placeholder.
    return [Link(request.route_path(name, subpath=()), text) for name, text in found]
