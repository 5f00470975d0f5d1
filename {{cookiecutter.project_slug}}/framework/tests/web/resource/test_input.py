"""Request bodies and query strings, parsed, or refused with the place of each fault."""

from typing import Any

import pytest
from pydantic import BaseModel, Field
from pyramid.httpexceptions import HTTPRequestEntityTooLarge, HTTPUnsupportedMediaType
from pyramid.request import Request

from qapla.exceptions import InvalidInput
from qapla.web.resource import Input, PageQuery, read_body, read_patch, read_query


class Berth(BaseModel):
    """A berth at a dock."""

    dock: str
    metres: int = Field(ge=1)


class Arrival(BaseModel):
    """A ship that arrives, with its berths."""

    name: str = Field(max_length=5)
    berths: list[Berth] = []


def posted(body: bytes, content_type: str = "application/json") -> Any:
    """Return a request with a body."""
    return Request.blank("/ships", POST=body, content_type=content_type)


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", "application/a+json"]
)
def test_a_body_of_json(content_type: str) -> None:
    """By any type of JSON, or without one."""
    body = b'{"name": "Bird", "berths": [{"dock": "a", "metres": 3}]}'
    assert read_body(posted(body, content_type), Arrival).berths[0].metres == 3


def test_a_body_of_another_type() -> None:
    """A form of a browser, say, is not parsed."""
    with pytest.raises(HTTPUnsupportedMediaType, match="application/json"):
        read_body(posted(b'{"name": "a"}', "text/plain"), Arrival)


def test_a_large_body_is_not_parsed() -> None:
    """It is refused by its length."""
    with pytest.raises(HTTPRequestEntityTooLarge, match="at most 1048576 bytes"):
        read_body(posted(b" " * (1 << 20) + b"{}"), Arrival)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b"{", ["#"]),
        (b"", ["#"]),
        (b"[]", ["#"]),
        (b'{"name": "too long"}', ["#/name"]),
        (b'{"berths": [{"dock": "a", "metres": 0}, {}]}', ["#/name", "#/berths/0/metres"]),
        (b'{"name": "a\\u0000"}', ["#/name"]),
    ],
)
def test_each_fault_of_a_body_has_a_pointer(body: bytes, pointers: list[str]) -> None:
    """A fault of the whole body has the pointer of the document."""
    with pytest.raises(InvalidInput, match="the body is invalid") as caught:
        read_body(posted(body), Arrival)
    assert [fault["pointer"] for fault in caught.value.faults][: len(pointers)] == pointers
    assert all(fault["detail"] for fault in caught.value.faults)


def test_each_fault_of_a_query_has_its_parameter() -> None:
    """The text of the fault has no value that a client has sent."""
    request: Any = Request.blank("/ships?size=secret&after=x")
    with pytest.raises(InvalidInput, match="the query is invalid") as caught:
        read_query(request, PageQuery)
    (fault,) = caught.value.faults
    assert fault["parameter"] == "size"
    assert "secret" not in str(caught.value.args)


def test_a_key_with_a_slash_is_escaped() -> None:
    """As RFC 6901 has it, in an object whose keys are the client's."""

    class Cargo(BaseModel):
        weights: dict[str, int]

    with pytest.raises(InvalidInput) as caught:
        read_body(posted(b'{"weights": {"a/b~c": "heavy"}}'), Cargo)
    assert caught.value.faults[0]["pointer"] == "#/weights/a~1b~0c"


class Docking(Input):
    """A body in which an unknown field is a fault."""

    dock: str = Field(min_length=1)
    metres: int = 10
    note: str | None = None


def test_a_patch_has_the_given_fields_alone() -> None:
    """Neither a required field nor a default is needed; null is a value where the field allows it."""
    assert read_patch(posted(b"{}"), Docking) == {}
    assert read_patch(posted(b'{"metres": 3}'), Docking) == {"metres": 3}
    assert read_patch(posted(b'{"note": null}'), Docking) == {"note": None}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"dock": ""}', "#/dock"),
        (b'{"dock": null}', "#/dock"),
        (b'{"metres": "far"}', "#/metres"),
        (b'{"dok": "a"}', "#/dok"),
    ],
)
def test_a_field_of_a_patch_is_validated(body: bytes, pointer: str) -> None:
    """As in the whole body: null is no text, and an unknown field is a slip."""
    with pytest.raises(InvalidInput) as caught:
        read_patch(posted(body), Docking)
    assert [fault["pointer"] for fault in caught.value.faults] == [pointer]
