"""`/metrics`, and the metrics of requests."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pyramid.request import Request
from pyramid.response import Response
from webtest import TestApp

from qapla.ops.metrics.engines import measure_engine

from qapla_sample.application.app import SampleApplication

Serve = Callable[..., tuple[TestApp, SampleApplication]]
Make = Callable[..., SampleApplication]

TOKEN = "a-token-of-the-test"  # noqa: S105 (no secret)


def requests(route: str, method: str = "GET", status: int = 200) -> float:
    """Return how many requests of this process were counted."""
    labels = {"route": route, "method": method, "status": str(status)}
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0


def add_routes(config: Any) -> None:
    """Add a route with a placeholder, one that fails, and one that streams."""
    config.include("qapla.web.errors")
    config.add_route("metered", r"/metered/{id:\d{1,3}}/*rest")
    config.add_view(lambda request: Response("x"), route_name="metered")
    config.add_route("streamed", "/streamed")
    config.add_view(lambda request: Response(app_iter=iter([b"x"])), route_name="streamed")


def test_requests_go_by_their_route(serve: Serve) -> None:
    """The pattern without its expressions, and never the URL; subrequests are no requests."""

    def view(request: Any) -> Any:
        if "fail" in request.GET:
            raise RuntimeError("failed")
        return request.invoke_subrequest(Request.blank("/metered/1/a"), use_tweens=True).text

    client, _ = serve(view, add_routes)
    routes = [
        ("/metered/{id}/{rest}", "GET", 200),
        ("/streamed", "GET", 200),
        ("/view", "GET", 200),
        ("/view", "GET", 500),
        ("none", "GET", 404),
        ("none", "other", 404),
    ]
    before = [requests(*route) for route in routes]
    client.get("/metered/1/a")
    client.get("/metered/22/b/c?d=e")
    client.get("/streamed")
    client.get("/view")
    client.get("/view?fail", status=500)
    client.get("/metered/x/y", status=404)
    client.request("/nothing", method="TRACE", status=404)
    counted = [requests(*route) - then for route, then in zip(routes, before, strict=True)]
    assert counted == [2, 1, 1, 1, 1, 1]


def test_an_error_without_a_view_is_a_500(serve: Serve) -> None:
    """The server answers it."""
    client, _ = serve(lambda request: 1 / 0)
    before = requests("/view", status=500)
    with pytest.raises(ZeroDivisionError):
        client.get("/view")
    assert requests("/view", status=500) == before + 1


def test_the_view_shows_statements_and_pools(serve: Serve) -> None:
    """In development without a token; it is kept by nobody."""
    client, _ = serve(
        lambda request: request.main.connection().exec_driver_sql("SELECT 1").scalar()
    )
    client.get("/view")
    response = client.get("/metrics")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    lines = response.text.splitlines()
    assert 'database_connections_limit{database="main"} 3.0' in lines
    assert 'database_connections_in_use{database="main"} 0.0' in lines
    name = 'database_query_duration_seconds_count{database="main"}'
    (line,) = [line for line in lines if line.startswith(name)]
    assert float(line.rpartition(" ")[2]) >= 1


def test_production_needs_a_token(make_sample: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the setting there is no view; with it, a request without the token is 401."""
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", "production")
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_URL", "filesystem://localhost")
    monkeypatch.setenv("QAPLA_SAMPLE_METRICS__PORT", "9")
    TestApp(make_sample().run_wsgi()).get("/metrics", status=404)
    monkeypatch.setenv("QAPLA_SAMPLE_METRICS__TOKEN", TOKEN)
    monkeypatch.setenv("QAPLA_SAMPLE_HOSTS", json.dumps(["example.com"]))
    client = TestApp(make_sample().run_wsgi(), {"HTTP_HOST": "10.0.0.1:6543"})
    refused = client.get("/metrics", status=401)
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}é"}, status=401)
    found = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert "http_requests_total" in found.text
    client.get("/metrics/x", status=400)


def test_another_path(make_sample: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a project with a model Metric, whose resource is `/metrics`."""
    monkeypatch.setenv("QAPLA_SAMPLE_METRICS__PATH", "/-/metrics")
    client = TestApp(make_sample().run_wsgi())
    client.get("/-/metrics")
    client.get("/metrics", status=404)


def test_without_the_package(make_sample: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is measured, and no engine is listened to."""
    monkeypatch.setattr("qapla.ops.metrics.wanted.find_spec", lambda name: None)
    application = make_sample()
    TestApp(application.run_wsgi()).get("/metrics", status=404)
    assert measure_engine not in application.instruments
