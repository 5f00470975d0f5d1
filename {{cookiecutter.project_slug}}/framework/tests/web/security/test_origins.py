"""Responses to pages of the origins in the setting `cors_origins`, and of others."""

from collections.abc import Callable
from typing import Any

import pytest
from pyramid.response import Response
from webtest import TestApp

from qapla.exceptions import DatabaseNotFound, ObjectNotFound

Serve = Callable[..., TestApp]

APP = "https://app.example.com"
LISTED = f'["{APP}", "http://localhost:3000", "https://KRONOS.org", "http://[::1]:8080"]'


def view(request: Any) -> Any:
    """Answer in the way that the path names."""
    errors = {
        "missing": ObjectNotFound("Ship", 7),
        "away": DatabaseNotFound("away"),
        "broken": ValueError("broken"),
    }
    kind = request.matchdict["kind"]
    if kind in errors:
        raise errors[kind]
    return Response("varied", vary=["Accept"]) if kind == "varied" else "served"


@pytest.fixture
def serve(make_sample: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Return a maker of a web application for some origins."""

    def add_views(config: Any) -> None:
        config.include("qapla.web.errors")
        config.add_route("some", "/some/{kind}")
        for methods in (("GET", "PATCH"), "DELETE"):
            config.add_view(view, route_name="some", request_method=methods, renderer="json")
        config.add_route("any", "/any/{kind}")
        config.add_view(view, route_name="any", request_method="GET", renderer="json")
        config.add_view(view, route_name="any", renderer="json", permission="write")

    def serve(origins: str = LISTED) -> TestApp:
        monkeypatch.setenv("QAPLA_SAMPLE_CORS_ORIGINS", origins)
        return TestApp(make_sample(add_views).run_wsgi())

    return serve


def preflight(webapp: TestApp, path: str, origin: str | None = APP, **options: Any) -> Any:
    """Return the response to a preflight request of a page."""
    headers = {"Access-Control-Request-Method": "PATCH", **({"Origin": origin} if origin else {})}
    return webapp.options(path, headers=headers, **options)


def cors_headers(response: Any) -> dict[str, str]:
    """Return the headers of CORS of a response."""
    return {
        name: value
        for name, value in response.headers.items()
        if name.startswith("Access-Control-") or name == "Vary"
    }


READABLE = {"Vary": "Origin", "Access-Control-Expose-Headers": "ETag, Link, Location, X-Request-ID"}


@pytest.mark.parametrize(
    "origin", [APP, "http://localhost:3000", "https://kronos.org", "http://[::1]:8080"]
)
def test_a_listed_origin_may_read(serve: Serve, origin: str) -> None:
    """Of the headers, those of a resource; cookies are not allowed."""
    response = serve().get("/some/ship", headers={"Origin": origin})
    assert response.json == "served"
    assert cors_headers(response) == {**READABLE, "Access-Control-Allow-Origin": origin}


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "*",
        "https://evil.com",
        "http://app.example.com",
        f"{APP}:8443",
        f"{APP}/",
        f"{APP}.evil.com",
        "https://evil.app.example.com",
        f"{APP}, {APP}",
        f"{APP}\r\nX-Injected: 1",
        "\xff",
    ],
)
def test_another_origin_may_not_read(serve: Serve, origin: str | None) -> None:
    """The view is served, and no header names an origin; a cache keeps the response for none."""
    webapp = serve()
    environ = {} if origin is None else {"HTTP_ORIGIN": origin}
    assert cors_headers(webapp.get("/some/ship", extra_environ=environ)) == {"Vary": "Origin"}
    response = preflight(webapp, "/some/ship", None, extra_environ=environ)
    assert (response.status_int, cors_headers(response)) == (204, {"Vary": "Origin"})


def test_any_origin_may_read(serve: Serve) -> None:
    """By `*`, which is the same for all, so that the response does not vary; a null origin too."""
    webapp = serve('["*"]')
    for headers in ({}, {"Origin": "null"}, {"Origin": "https://evil.com"}):
        response = webapp.get("/some/ship", headers=headers)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Vary" not in response.headers
    allowed = preflight(webapp, "/some/ship", "https://evil.com", status=204)
    assert allowed.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/some/missing", 404), ("/nowhere", 404), ("/some/broken", 500), ("/some/away", 503)],
)
def test_an_error_may_be_read(serve: Serve, path: str, status: int) -> None:
    """The page sees the problem document."""
    response = serve().get(path, headers={"Origin": APP}, status=status)
    assert response.content_type == "application/problem+json"
    assert cors_headers(response) == {**READABLE, "Access-Control-Allow-Origin": APP}


def test_a_response_that_varies_already(serve: Serve) -> None:
    """It varies by the origin, too."""
    assert serve().get("/some/varied").headers["Vary"] == "Accept, Origin"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/some/missing", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/any/ship", "*"),
        ("/nowhere", "*"),
        ("/some/%ff", "*"),
    ],
)
def test_a_preflight_request_is_answered_before_any_view(
    serve: Serve, path: str, methods: str
) -> None:
    """With the methods of the route; where these are unknown, the response to the request says more."""
    response = preflight(serve(), path, status=204)
    assert response.body == b""
    assert cors_headers(response) == {
        **READABLE,
        "Access-Control-Allow-Origin": APP,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
        "Access-Control-Max-Age": "600",
    }


def test_options_without_a_method_is_no_preflight_request(serve: Serve) -> None:
    """Its response lists the methods, as it does without the setting."""
    response = serve().options("/some/ship", headers={"Origin": APP}, status=204)
    assert response.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"
    assert "Access-Control-Allow-Methods" not in response.headers


def test_no_origin_may_read_by_default(serve: Serve) -> None:
    """No response has a header of CORS."""
    webapp = serve("[]")
    assert cors_headers(webapp.get("/some/ship", headers={"Origin": APP})) == {}
    assert cors_headers(preflight(webapp, "/some/ship", status=204)) == {}


def test_a_host_is_checked_first(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request for an unknown one is 400, whatever its origin."""
    monkeypatch.setenv("QAPLA_SAMPLE_HOSTS", '["example.com"]')
    webapp = serve()
    assert preflight(webapp, "/some/ship", status=400).json["detail"] == "unknown host"
    assert (
        preflight(webapp, "/some/ship", extra_environ={"HTTP_HOST": "example.com"}).status_int
        == 204
    )
