"""Rows and pages in responses, and the headers that go with them."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import PlainSerializer, computed_field, field_serializer
from pydantic_core import PydanticSerializationError
from pyramid.request import Request
from pyramid.testing import DummyRequest
from webtest import TestApp

from qapla.driver import Page
from qapla.web.resource import Identified, Input, PageQuery, locate, page_of, stream_lines

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship, ShipReadDriver
from support.pools import checked_out


class Cargo(Input):
    """Values of the types of columns."""

    name: str
    weight: Decimal
    loaded: date
    takes: timedelta
    seal: bytes
    crate: UUID


class CargoRead(Cargo, Identified):
    """Cargo in a response."""


class ShipRead(Identified):
    """A ship in a response."""

    name: str


def asked(path: str) -> Any:
    """Return a request."""
    return DummyRequest(path=path)


def test_a_row_is_json() -> None:
    """The id comes first; each type has the form that the renderer `json` gives it."""
    row = SimpleNamespace(
        id=7,
        name="gagh",
        weight=Decimal("1.50"),
        loaded=date(2375, 1, 2),
        takes=timedelta(hours=1),
        seal=b"\xff",
        crate=UUID(int=1),
        secret="not a field",  # noqa: S106 (of no server)
    )
    assert list(CargoRead.of(row).items()) == [
        ("id", 7),
        ("name", "gagh"),
        ("weight", "1.50"),
        ("loaded", "2375-01-02"),
        ("takes", "PT1H"),
        ("seal", "_w=="),
        ("crate", "00000000-0000-0000-0000-000000000001"),
    ]


def test_a_row_may_be_a_dict_with_more_than_the_fields() -> None:
    """As a read driver returns one that was asked for another column too."""
    assert ShipRead.list_of([{"id": 7, "name": "Bortas", "secret": 1}]) == [
        {"id": 7, "name": "Bortas"}
    ]


def test_serializers_of_a_schema_take_part() -> None:
    """In the annotation of a field, or as a method, and computed fields."""

    class Shouted(ShipRead):
        crew: Annotated[int, PlainSerializer(lambda crew: f"{crew} warriors")]

    class Named(Shouted):
        @field_serializer("name")
        def shout(self, name: str) -> str:
            return name.upper()

        @computed_field
        def title(self) -> str:
            return f"the {self.name}"

    row = {"id": 7, "name": "Bortas", "crew": 3}
    assert Shouted.of(row) == {"id": 7, "name": "Bortas", "crew": "3 warriors"}
    assert Named.of(row) == {
        "id": 7,
        "name": "BORTAS",
        "crew": "3 warriors",
        "title": "the Bortas",
    }


def test_a_value_that_json_cannot_have_fails_at_once() -> None:
    """In a transaction that is before the commit."""

    class Odd(Identified):
        thing: Any

    with pytest.raises(PydanticSerializationError):
        Odd.of(SimpleNamespace(id=1, thing=object()))


def test_a_page_links_the_next_one() -> None:
    """By the size, the filters and an encoded cursor."""
    request = asked("/ships")
    request.GET = {"sort": "-name\r\n", "after": "before"}
    document = page_of(
        request, PageQuery(size=2), ShipRead, Page([{"id": 1, "name": "Bortas"}], "a&b")
    )
    assert document == {"items": [{"id": 1, "name": "Bortas"}], "next": "a&b"}
    link = '</ships?sort=-name%0D%0A&after=a%26b&size=2>; rel="next"'
    assert request.response.headers["Link"] == link


def test_the_last_page_has_no_link() -> None:
    """And an empty one has none either."""
    request = asked("/ships")
    assert page_of(request, PageQuery(), ShipRead, Page([], None)) == {"items": [], "next": None}
    assert "Link" not in request.response.headers


@pytest.mark.parametrize("path", ["/ships", "/ships/"])
def test_the_location_of_a_new_row(path: str) -> None:
    """It is below the path of all rows."""
    request = asked(path)
    locate(request, 7)
    assert request.response.headers["Location"] == "/ships/7"


def filled(make_sample: Callable[..., SampleApplication], count: int) -> SampleApplication:
    """Return an application that streams its ships, of which there are so many."""

    def add_view(config: Any) -> None:
        config.add_route("lines", "/lines")
        config.add_view(
            lambda request: stream_lines(
                ShipRead.of(row) for row in ShipReadDriver(request.main).stream_rows(batch=10)
            ),
            route_name="lines",
        )

    application = make_sample(add_view)
    with application.dbs["main"].get_session() as session:
        session.add_all(Ship(name=f"Bird {number}") for number in range(count))
        session.commit()
    return application


def test_rows_are_streamed_as_lines(make_sample: Callable[..., SampleApplication]) -> None:
    """Each is JSON of its own."""
    response = TestApp(filled(make_sample, 25).run_wsgi()).get("/lines")
    assert response.content_type == "application/jsonl"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    lines = [json.loads(line) for line in response.body.splitlines()]
    assert [line["name"] for line in lines] == [f"Bird {number}" for number in range(25)]


def test_a_client_that_goes_away_holds_no_connection(
    make_sample: Callable[..., SampleApplication],
) -> None:
    """The server closes the body, which then reads no further batch."""
    application = filled(make_sample, 25)
    response = Request.blank("/lines").get_response(application.run_wsgi())
    body = iter(response.app_iter)
    assert next(body).startswith(b'{"id":1,')
    assert checked_out(application) == [0, 0]
    response.app_iter.close()
    assert list(body) == []
    assert checked_out(application) == [0, 0]
