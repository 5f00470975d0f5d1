"""Requests for hosts that are in the setting `hosts`, and for others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyramid.interfaces import ITweens
from pyramid.request import Request
from pyramid.response import Response
from webtest import TestApp

from qapla_sample.application.app import SampleApplication

Ask = Callable[[str | None], Response]

HOSTS = '["example.com", ".kronos.org", "[::1]", "LOCALHOST.", "10.0.0.1"]'


@pytest.fixture
def ask(make_sample: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Return a function that sends a request with a header `Host`, or with none."""
    monkeypatch.setenv("QAPLA_SAMPLE_HOSTS", HOSTS)

    def add_view(config: Any) -> None:
        config.add_route("view", "/view")
        config.add_view(lambda request: "served", route_name="view", renderer="json")

    webapp = make_sample(add_view).run_wsgi()

    def ask(host: str | None) -> Response:
        request = Request.blank("/view")
        del request.environ["HTTP_HOST"]
        if host is not None:
            request.environ["HTTP_HOST"] = host
        return request.get_response(webapp)

    return ask


KNOWN = [
    "example.com",
    "EXAMPLE.com",
    "example.com.",
    "example.com:6543",
    "example.com.:6543",
    "example.com:",
    "kronos.org",
    "first.city.Kronos.org:80",
    "[::1]",
    "[::1]:6543",
    "localhost",
    "10.0.0.1:80",
]


@pytest.mark.parametrize("host", KNOWN)
def test_a_known_host_is_served(ask: Ask, host: str) -> None:
    """Neither case nor port nor the dot of the root counts; a leading dot allows subdomains."""
    assert ask(host).json == "served"


UNKNOWN = [
    None,
    "",
    "evil.com",
    "www.example.com",
    "example.com.evil.com",
    "evilkronos.org",
    ".kronos.org",
    "a..kronos.org",
    "kronos.org..",
    "::1",
    "[::2]",
    "[::1",
    "example.com:x",
    "example.com:80:80",
    "example.com, example.com",
    "user@example.com",
    "example.com/",
    " example.com",
    "example.com\r\nX-Injected: 1",
    "example.com\n",
    "example.com\x00",
    "\xff\xe9",
    "9" * 10_000,
]


@pytest.mark.parametrize("host", UNKNOWN, ids=lambda host: repr(host)[:30])
def test_an_unknown_host_is_400(ask: Ask, host: str | None) -> None:
    """A missing or garbled one too; the problem document repeats nothing of it."""
    response = ask(host)
    assert (response.status_int, response.content_type) == (400, "application/problem+json")
    assert response.json == {"title": "Bad Request", "status": 400, "detail": "unknown host"}
    assert "X-Injected" not in response.headers


def test_hosts_are_not_checked_by_default(sample: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request passes no tween of ours, where it is not measured either."""
    monkeypatch.setattr("qapla.ops.metrics.wanted.find_spec", lambda name: None)
    sample.run_wsgi()
    names = [name for name, _ in sample.config.registry.getUtility(ITweens).implicit()]
    assert names == ["pyramid.tweens.excview_tween_factory"]


@pytest.mark.parametrize(("purpose", "status"), [("tests", 404), ("command", 400)])
def test_tests_may_ask_localhost(
    sqlite: Path, monkeypatch: pytest.MonkeyPatch, purpose: str, status: int
) -> None:
    """As WebTest does; other purposes may not."""
    monkeypatch.setenv("QAPLA_SAMPLE_HOSTS", '["example.com"]')
    application = getattr(SampleApplication(), f"run_{purpose}")()
    TestApp(application.run_wsgi()).get("/nowhere", status=status)
