"""Versions of rows in the headers of requests and responses."""

from typing import Any

import pytest
from pyramid.httpexceptions import HTTPPreconditionFailed
from pyramid.testing import DummyRequest
from webtest import TestApp

from qapla.exceptions import StaleObject
from qapla.web.resource import expected_version, tag

from qapla_sample.application.app import SampleApplication


def asked(**headers: str) -> Any:
    """Return a request with headers."""
    return DummyRequest(headers={name.replace("_", "-"): text for name, text in headers.items()})


def test_the_version_is_the_tag() -> None:
    """A strong one, in quotes."""
    request = asked()
    tag(request, 3)
    assert request.response.headers["ETag"] == '"3"'


@pytest.mark.parametrize(
    ("headers", "version"),
    [({}, {}), ({"If_Match": "*"}, {}), ({"If_Match": ' "12" '}, {"version": 12})],
)
def test_the_version_of_if_match(headers: dict[str, str], version: dict[str, int]) -> None:
    """It is an argument of `update` and `delete`, by the name of its column."""
    assert expected_version(asked(**headers)) == version
    named = expected_version(asked(**headers), "edition")
    assert list(named.items()) == [("edition", number) for number in version.values()]


@pytest.mark.parametrize("header", ["12", 'W/"12"', '"x"', '"1", "2"', "", '"' + "9" * 40 + '"'])
def test_a_tag_that_no_row_has(header: str) -> None:
    """A weak tag does not match either."""
    with pytest.raises(HTTPPreconditionFailed, match="send its ETag"):
        expected_version(asked(If_Match=header))


@pytest.mark.parametrize(("headers", "status"), [({}, 409), ({"If-Match": '"1"'}, 412)])
def test_a_lost_race_is_a_failed_precondition_where_one_was_asked_for(
    make_sample: Any, headers: dict[str, str], status: int
) -> None:
    """And a conflict otherwise."""

    def view(request: Any) -> None:
        raise StaleObject("Ship", 7)

    def add_view(config: Any) -> None:
        config.include("qapla.web.errors")
        config.add_route("view", "/view")
        config.add_view(view, route_name="view")

    application: SampleApplication = make_sample(add_view)
    webapp = TestApp(application.run_wsgi())
    assert webapp.get("/view", headers=headers, status=status).json["status"] == status
