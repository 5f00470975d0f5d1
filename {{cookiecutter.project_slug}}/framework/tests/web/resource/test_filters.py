"""Filters and orders from a query string: typed, and only by the columns that are allowed."""

from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel
from pyramid.request import Request

from qapla.driver import Between, Equals, OneOf, StartsWith
from qapla.exceptions import InvalidInput, UnknownAttribute
from qapla.web.resource import Filters


class Ship(BaseModel):
    """A ship in a response."""

    id: int
    name: str
    launched: date | None = None
    secret: str = ""


COLUMNS = ("id", "name", "launched")


def filters(query: str) -> dict[str, Any]:
    """Return the arguments of a query string."""
    return Filters(Ship, *COLUMNS).read(Request.blank(f"/ships?{query}"))


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        ("", {}),
        ("size=3&after=x", {}),
        ("name=Rotarran", {"name": Equals("Rotarran")}),
        ("id=7", {"id": Equals(7)}),
        ("id__in=1,2", {"id": OneOf([1, 2])}),
        ("id__ge=1&id__le=9", {"id": Between(1, 9)}),
        ("launched__ge=2375-01-02", {"launched": Between(date(2375, 1, 2))}),
        ("name__prefix=Rot", {"name": StartsWith("Rot")}),
        ("sort=-name,id", {"order_by": ["-name", "id"]}),
    ],
)
def test_a_query_is_typed(query: str, arguments: dict[str, Any]) -> None:
    """By the field of the pydantic model."""
    assert filters(query) == arguments


KNOWN = "unknown; known: size, after, sort, id, name, launched"
NAME = "unknown; known: name, name__in, name__ge, name__le, name__prefix"


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("secret=x", "secret", KNOWN),
        ("nmae=x", "nmae", KNOWN),
        ("name__like=x", "name__like", NAME),
        ("id__prefix=1", "id__prefix", "unknown; known: id, id__in, id__ge, id__le"),
        (
            "launched__prefix=2375",
            "launched__prefix",
            "unknown; known: launched, launched__in, launched__ge, launched__le",
        ),
        ("name__=x", "name__", NAME),
        ("sort=secret", "sort", "expected id, name, launched, with - for descending"),
        ("sort=", "sort", "expected id, name, launched, with - for descending"),
        ("name=a&name__prefix=b", "name", "expected one criterion, or __ge and __le"),
        ("name=a&name=b", "name", "is given twice"),
    ],
)
def test_a_wrong_parameter_is_named(query: str, parameter: str, detail: str) -> None:
    """The fault lists the parameters that there are, of a known column its own."""
    with pytest.raises(InvalidInput, match="the query is invalid") as caught:
        filters(query)
    assert caught.value.faults == [{"parameter": parameter, "detail": detail}]


@pytest.mark.parametrize("query", ["id=x", "id__in=1,x", "launched__le=yesterday", "id__ge=1.5"])
def test_a_value_of_another_type_is_a_fault(query: str) -> None:
    """Of its parameter; the text of the fault does not have the value."""
    with pytest.raises(InvalidInput) as caught:
        filters(query)
    (fault,) = caught.value.faults
    assert fault["parameter"] == query.partition("=")[0]
    assert "yesterday" not in fault["detail"]


def test_a_filter_is_a_field_of_the_model() -> None:
    """A misspelt one fails where it is written, and not in a request."""
    with pytest.raises(UnknownAttribute) as caught:
        Filters(Ship, "nmae")
    assert str(caught.value) == ("Ship has no attribute 'nmae'; known: id, name, launched, secret")
