"""Fields of every type in the OpenAPI document: their formats, values and limits, and NULL."""

from typing import Any

import pytest
from pyramid.config import Configurator
from webtest import TestApp

from qapla.web.resource import PageOf

from qapla_sample.cargo_resource import FILTERS, CargoCreate, CargoRead

INT32 = {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
INT64 = {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1}
TYPES: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "maxLength": 40},
    "notes": {"type": "string"},
    "count": INT32,
    "mass": INT64,
    "volume": {"type": "number"},
    "fragile": {"type": "boolean"},
    "packed_on": {"type": "string", "format": "date"},
    "sent_at": {"type": "string", "format": "date-time"},
    "code": {"type": "string", "format": "uuid"},
    "image": {"type": "string", "format": "base64url"},
    "state": {"type": "string", "enum": ["packed", "sent", "lost"]},
    "port_id": INT64,
}
MAYBE = {name for name in CargoRead.model_fields if name.startswith("maybe")}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the document of a resource of cargoes."""
    config = Configurator(package="qapla_sample")
    config.include("qapla.web")
    config.include("qapla.web.openapi")
    config.add_route("cargoes", "/cargoes")
    options: dict[str, Any] = {"route_name": "cargoes", "renderer": "json"}
    listed = {"returns": PageOf[CargoRead], "query": FILTERS}
    config.add_view(lambda request: {}, request_method="GET", **listed, **options)
    made = {"returns": CargoRead, "body": CargoCreate}
    config.add_view(lambda request: {}, request_method="POST", **made, **options)
    found: dict[str, Any] = TestApp(config.make_wsgi_app()).get("/openapi.json").json
    return found


@pytest.mark.parametrize("model", ["CargoCreate", "CargoRead"])
def test_fields(document: dict[str, Any], model: str) -> None:
    """Each has its type, in a body and in a response; one that may be NULL says so."""
    schemas = document["components"]["schemas"]
    found = {
        name: {key: value for key, value in field.items() if key != "title"}
        for name, field in schemas[model]["properties"].items()
    }
    assert {name: found[name] for name in TYPES} == TYPES
    assert MAYBE.isdisjoint(schemas[model]["required"])
    for name in MAYBE - {"maybe_price", "maybe_papers"}:
        expected = TYPES[name.removeprefix("maybe_")]
        assert found[name] == {"anyOf": [expected, {"type": "null"}], "default": None}


def test_a_decimal_is_a_text_in_a_response(document: dict[str, Any]) -> None:
    """A body may have a number too."""
    schemas = document["components"]["schemas"]
    assert schemas["CargoRead"]["properties"]["price"]["type"] == "string"
    options = schemas["CargoCreate"]["properties"]["price"]["anyOf"]
    assert [option["type"] for option in options] == ["number", "string"]


def test_json_is_any_value(document: dict[str, Any]) -> None:
    """Its schema has no limits."""
    assert document["components"]["schemas"]["JsonValue"] == {}


def test_filters(document: dict[str, Any]) -> None:
    """Parameters have the types of the fields, and a prefix is of a text."""
    found = {it["name"]: it["schema"] for it in document["paths"]["/cargoes"]["get"]["parameters"]}
    for name in ("fragile", "packed_on", "sent_at", "code", "state"):
        assert found[name] == TYPES[name]
        assert found[f"{name}__in"]["items"] == TYPES[name]
        assert f"{name}__prefix" not in found
    assert "name__prefix" in found
