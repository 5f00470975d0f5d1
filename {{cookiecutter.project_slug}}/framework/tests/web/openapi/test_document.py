"""The OpenAPI document: the views that declare their result, by the schemas that they declare."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, Field
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNoContent
from webtest import TestApp

from qapla.web.resource import Filters, Identified, Input, PageOf
from qapla.web.security.policy import BearerPolicy

from support.tokens import Tokens

PROBLEM = {"$ref": "#/components/responses/Problem"}


class ShipCreate(Input):
    """Request body that creates a ship."""

    name: str = Field(min_length=1)
    launched: date | None = None


class ShipRead(ShipCreate, Identified):
    """A ship in a response."""


class Since(BaseModel):
    """Parameters of a view."""

    since: date
    limit: int = 3


class Ships:
    """Views of ships."""

    def __init__(self, request: Any) -> None:
        self.request = request

    def list_page(self) -> dict[str, object]:
        """List ships.

        A page at a time.
        """
        return {"items": [], "next": None}

    def create(self) -> dict[str, object]:
        """Create a ship."""
        return {"id": 7, "name": "Bortas", "launched": None}

    def delete(self) -> HTTPNoContent:
        """Delete a ship."""
        return HTTPNoContent()


def add_ships(config: Any) -> None:
    """Add the routes and views of ships."""
    config.add_route("ships", "/ships")
    config.add_route("ship", r"/ships/{id:\d{1,19}}/{code:[a-z]+}/{rest}")
    views: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        (
            "ships",
            "list_page",
            "GET",
            {"returns": PageOf[ShipRead], "query": Filters(ShipRead, "name")},
        ),
        ("ships", "create", "POST", {"returns": ShipRead, "body": ShipCreate, "status": 201}),
        (
            "ship",
            "create",
            "PATCH",
            {"returns": ShipRead, "body": ShipCreate, "permission": "write"},
        ),
        ("ship", "delete", "DELETE", {"returns": None}),
    )
    for route, attr, method, options in views:
        config.add_view(
            Ships, attr=attr, route_name=route, request_method=method, renderer="json", **options
        )


def served(*plugins: Callable[[Any], None], environment: str = "development") -> TestApp:
    """Return a web application with the document."""
    config = Configurator(package="qapla_sample")
    config.registry["environment"] = environment
    config.include("qapla.web")
    config.include("qapla.web.openapi")
    for plugin in plugins:
        plugin(config)
    return TestApp(config.make_wsgi_app())


@pytest.fixture
def document() -> dict[str, Any]:
    """Return the document of the ships."""
    found: dict[str, Any] = served(add_ships).get("/openapi.json").json
    return found


def test_operations_have_the_names_of_their_views(document: dict[str, Any]) -> None:
    """And the text of their docstrings."""
    found = document["paths"]["/ships"]["get"]
    assert (found["operationId"], found["tags"]) == ("ships.list_page", ["ships"])
    assert (found["summary"], found["description"]) == ("List ships", "A page at a time.")
    assert document["info"] == {"title": "qapla_sample", "version": "0"}
    assert list(document["paths"]["/ships"]) == ["get", "post"]


def test_a_body_and_a_result_are_references(document: dict[str, Any]) -> None:
    """To the schemas of the models, which are there once."""
    found = document["paths"]["/ships"]["post"]
    (body,) = found["requestBody"]["content"].values()
    assert body == {"schema": {"$ref": "#/components/schemas/ShipCreate"}}
    created = found["responses"]["201"]
    assert created["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/ShipRead"
    }
    assert created["headers"]["Location"]["required"]
    assert {"ShipCreate", "ShipRead", "Problem"} <= set(document["components"]["schemas"])


def test_the_failures_of_an_operation_are_problems(document: dict[str, Any]) -> None:
    """By name where they are expected, and by default."""
    paths = document["paths"]
    path = "/ships/{id}/{code}/{rest}"
    expected = {
        ("/ships", "get"): ["200", "400", "503", "default"],
        ("/ships", "post"): ["201", "400", "409", "413", "415", "503", "default"],
        (path, "patch"): ["200", "400", "404", "409", "413", "415", "503", "default"],
        (path, "delete"): ["204", "404", "409", "503", "default"],
    }
    for (url, method), statuses in expected.items():
        responses = paths[url][method]["responses"]
        assert list(responses) == statuses
        assert all(responses[status] == PROBLEM for status in statuses[1:])


def test_placeholders_of_a_path(document: dict[str, Any]) -> None:
    """Digits are a number, and another expression is a pattern."""
    found = document["paths"]["/ships/{id}/{code}/{rest}"]["delete"]["parameters"]
    assert [parameter["schema"] for parameter in found] == [
        {"type": "integer", "minimum": 0, "maximum": 10**19 - 1},
        {"type": "string", "pattern": "^[a-z]+$"},
        {"type": "string"},
    ]


def test_a_patch_takes_some_of_the_fields(document: dict[str, Any]) -> None:
    """None is required, and none has a default."""
    schema = document["components"]["schemas"]["ShipCreatePatch"]
    assert "required" not in schema
    assert schema["properties"]["name"] == {"minLength": 1, "title": "Name", "type": "string"}


def test_filters_are_parameters(document: dict[str, Any]) -> None:
    """Beside those of a page; lists are written with commas."""
    found = {it["name"]: it for it in document["paths"]["/ships"]["get"]["parameters"]}
    assert list(found) == [
        "size",
        "after",
        "sort",
        "name",
        "name__in",
        "name__ge",
        "name__le",
        "name__prefix",
    ]
    assert found["after"]["schema"] == {"type": "string"}
    assert found["sort"]["schema"]["items"]["enum"] == ["name", "-name"]
    assert (found["name__in"]["style"], found["name__in"]["explode"]) == ("form", False)


def test_a_model_of_a_query_is_parameters() -> None:
    """A field without a default is required."""

    def add_view(config: Any) -> None:
        config.add_route("since", "/since")
        view = {"route_name": "since", "request_method": "GET", "renderer": "json"}
        config.add_view(lambda request: {}, query=Since, returns=ShipRead, **view)

    (found,) = served(add_view).get("/openapi.json").json["paths"]["/since"].values()
    assert found["parameters"] == [
        {
            "name": "since",
            "in": "query",
            "required": True,
            "schema": {"format": "date", "type": "string"},
        },
        {
            "name": "limit",
            "in": "query",
            "required": False,
            "schema": {"default": 3, "type": "integer"},
        },
    ]


def test_views_that_declare_no_result_are_left_out() -> None:
    """Such as pages of HTML."""

    def add_view(config: Any) -> None:
        config.add_route("page", "/page")
        config.add_view(lambda request: {}, route_name="page", renderer="json")

    assert served(add_view).get("/openapi.json").json["paths"] == {}


def test_permissions_are_those_of_the_policy() -> None:
    """With bearer tokens a view with a permission is documented so, and without a policy not."""

    def add_policy(config: Any) -> None:
        config.set_security_policy(BearerPolicy(Tokens, "main"))

    document = served(add_ships, add_policy).get("/openapi.json").json
    patch = document["paths"]["/ships/{id}/{code}/{rest}"]["patch"]
    assert patch["security"] == [{"token": ["write"]}]
    assert {"401", "403"} <= set(patch["responses"])
    assert document["components"]["securitySchemes"] == {
        "token": {"type": "http", "scheme": "bearer"}
    }
    assert "security" not in document["paths"]["/ships"]["get"]


def test_a_declared_status_is_that_of_the_response() -> None:
    """The view itself does not set it."""
    webapp = served(add_ships)
    assert webapp.post("/ships").status_int == 201
    assert webapp.get("/ships").status_int == 200


def test_the_page_is_served_in_development() -> None:
    """With everything that it needs."""
    webapp = served(add_ships)
    page = webapp.get("/openapi")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    scripts = [it["src"] for it in page.html.find_all("script")]
    styles = [it["href"] for it in page.html.find_all("link")]
    for url in [*scripts, *styles]:
        assert webapp.get(f"/{url}").content_length
    served(add_ships, environment="production").get("/openapi", status=404)
