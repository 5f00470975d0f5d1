"""Views that use the sessions of a request in every way."""

from typing import Any

from pyramid.httpexceptions import HTTPFound
from pyramid.request import Request
from sqlalchemy import text

from qapla_sample.databases.analytics.event import Event
from qapla_sample.databases.main.ship import Ship, ShipReadDriver


def ships(request: Any) -> list[str]:
    """List the names of the ships."""
    return [ship.name for ship in ShipReadDriver(request.main).list_all()]


def contract(request: Any) -> list[str]:
    """List the names of the ships, by the session itself and by the default database."""
    assert request.main.query(Ship).all() == ShipReadDriver(request.database).list_all()
    return [ship.name for ship in request.main.query(Ship).all()]


def add(request: Any) -> str:
    """Add a ship and commit."""
    request.main.add(Ship(name=request.params["name"]))
    request.main.commit()
    return "added"


def forget(request: Any) -> str:
    """Add a ship and forget to commit; redirect when asked to."""
    request.main.add(Ship(name="lost"))
    request.main.flush()
    if "redirect" in request.params:
        raise HTTPFound("/idle")
    if "fail" in request.params:
        raise RuntimeError("failed")
    return "forgotten"


def both(request: Any) -> list[int]:
    """Count the rows of both databases."""
    return [request.main.query(Ship).count(), request.analytics.query(Event).count()]


def idle(request: Any) -> str:
    """Touch no database."""
    return "idle"


def outer(request: Any) -> list[str]:
    """Ask a subrequest, and then go on with a session of one's own."""
    first = request.main.query(Ship).first()
    response = request.invoke_subrequest(Request.blank("/ships"))
    request.main.refresh(first)
    return [first.name, *response.json]


def missing(request: Any) -> None:
    """Ask for a table that does not exist."""
    request.main.execute(text("SELECT * FROM no_such_table"))


def includeme(config: Any) -> None:
    """Register a route for each view."""
    for view in (ships, contract, add, forget, both, idle, outer, missing):
        config.add_route(view.__name__, f"/{view.__name__}")
        config.add_view(view, route_name=view.__name__, renderer="json")
