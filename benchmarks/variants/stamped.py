"""A resource as the template stamps it, over two tables of the measurements."""

from typing import Any

from pydantic import Field

from qapla.web.resource import (
    Filters,
    Identified,
    Input,
    PageQuery,
    locate,
    page_of,
    read_body,
    read_query,
)

from benchmarks.models import CopyWriteDriver, ShipReadDriver


class ShipCreate(Input):
    """Request body that creates a ship."""

    name: str = Field(min_length=1, max_length=200)
    crew: int


class ShipRead(ShipCreate, Identified):
    """A ship in a response."""


FILTERS = Filters(ShipRead, "id", "name")


class ShipController:
    """Views that list, create and show ships."""

    def __init__(self, request: Any) -> None:
        self.request = request
        self.reads = ShipReadDriver(request.main)
        self.writes = CopyWriteDriver(request.main)

    def list_page(self) -> dict[str, object]:
        """List a page of ships."""
        query = read_query(self.request, PageQuery)
        filters = FILTERS.read(self.request)
        columns = ShipRead.model_fields
        page = self.reads.page_rows(*columns, size=query.size, after=query.after, **filters)
        return page_of(self.request, query, ShipRead, page)

    def create(self) -> dict[str, Any]:
        """Create a copy from the request body."""
        body = read_body(self.request, ShipCreate)
        with self.writes.transaction():
            ship = ShipRead.of(self.writes.create(**body.model_dump()))
        locate(self.request, ship["id"])
        return ship

    def get(self) -> dict[str, Any]:
        """Show a ship."""
        key = int(self.request.matchdict["id"])
        return ShipRead.of(self.reads.get_row(key, *ShipRead.model_fields))


def includeme(config: Any) -> None:
    """Add the routes and views."""
    for name in ("ships", "copies"):
        config.add_route(f"{name}.all", f"/{name}")
        config.add_route(name, f"/{name}/{{id:[0-9]{{1,19}}}}")
    for route, method, attribute in (
        ("ships.all", "GET", "list_page"),
        ("copies.all", "POST", "create"),
        ("ships", "GET", "get"),
    ):
        config.add_view(
            ShipController,
            attr=attribute,
            route_name=route,
            request_method=method,
            renderer="json",
        )
