"""The views of an application, as its routes lead to them."""

from pyramid.authorization import ACLHelper
from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from qapla.web.introspection import views_of_routes


class Policy:
    """A policy that lets nobody in."""

    permits = ACLHelper().permits


def ship(request: object) -> Response:
    """Return an empty response."""
    return Response()


def permissions(config: Configurator) -> list[str | None]:
    """Return the permissions of the routes' views."""
    config.commit()
    return [permission for _, _, permission in views_of_routes(config.registry)]


def add_views(config: Configurator) -> None:
    """Add a view with the permission of its application, one for everybody, and one of its own."""
    for name, options in {
        "plain": {},
        "open": {"permission": NO_PERMISSION_REQUIRED},
        "own": {"permission": "write"},
    }.items():
        config.add_route(name, f"/{name}")
        config.add_view(ship, route_name=name, **options)


def test_the_permissions_of_views() -> None:
    """Everybody may call a view by its own word, or where there is no default permission."""
    with Configurator() as config:
        add_views(config)
        assert permissions(config) == [None, None, "write"]
    with Configurator(security_policy=Policy(), default_permission="read") as config:
        add_views(config)
        assert permissions(config) == ["read", None, "write"]
