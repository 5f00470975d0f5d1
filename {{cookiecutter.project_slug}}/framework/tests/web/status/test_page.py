"""The page: where it is, who sees it, and its sections."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from pyramid.response import Response
from pyramid.security import Denied
from webtest import TestApp

from qapla.exceptions import SettingsError

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship, ShipReadDriver

Serve = Callable[..., tuple[TestApp, SampleApplication]]
Page = Callable[..., Any]

SECTIONS = ["Databases", "Last requests", "Tasks", "Schema"]


def idle(request: Any) -> str:
    """Touch no database."""
    return "idle"


def texts(response: Any, selector: str) -> list[str]:
    """Return the texts of the elements of a name, without their marks and spaces."""
    found = re.findall(rf"<{selector}\b[^>]*>(.*?)</{selector}>", response.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", text).split()) for text in found]


def test_its_sections(page: Page) -> None:
    """Databases with their models, requests, tasks and the schema."""
    response = page(idle)
    assert texts(response, "h2") == SECTIONS
    assert texts(response, "h3")[:2] == ["main not ready", "analytics not ready"]
    assert "Models of main" in texts(response, "caption")
    assert "GET /view 200 0 SQL" in texts(response, "summary")[0]


def test_it_works_under_a_strict_policy(page: Page) -> None:
    """No script, no style inside, nothing of another host, and nobody keeps it."""
    response = page(idle)
    assert not re.search(r"<script|<style|\bstyle=|\bon\w+=|(?:href|src)=.(?!/|#)", response.text)
    headers = response.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; ")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_its_files_are_served(serve: Serve) -> None:
    """The style sheet is called by its version."""
    client, _ = serve(idle)
    links = re.findall(r'<link [^>]*href="([^"]+)"', client.get("/").text)
    assert re.fullmatch(r"/_status/status\.css\?[0-9a-f]{12}", links[1])
    types = [client.get(link).content_type for link in links]
    assert types == ["image/svg+xml", "text/css"]


@pytest.mark.parametrize("path", ["/<script>alert(1)</script>", "/view?<b>"])
def test_values_are_escaped(serve: Serve, path: str) -> None:
    """A path, and the fault of a probe."""

    def away(seconds: float) -> str:
        raise ConnectionError("<img src=x>")

    client, application = serve(idle)
    application.probes["search"] = away
    client = TestApp(application.run_wsgi({}, again="yes"))
    client.get(path, expect_errors=True)
    text = client.get("/").text
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;img src=x&gt;" in text


def test_a_model_is_linked_to_its_resource(serve: Serve) -> None:
    """By the names of its routes; the part of the API's page has the name of its tag."""

    def plugin(config: Any) -> None:
        config.include("qapla.web.openapi")
        config.add_route("main.ship.all", "/all-ships")

    client, _ = serve(idle, plugin)
    text = client.get("/").text
    assert '<a href="/all-ships">/all-ships</a>' in text
    assert 'href="/openapi#/main.ship"' in text


def test_dead_databases_and_brokers(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page answers, names them with their reasons, and has no password."""
    url = "postgresql+psycopg://worf:gowron@127.0.0.1:1/x"
    serve(idle)
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__ANALYTICS__URL", url)
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_URL", "amqp://kang:gowron@127.0.0.1:1//")
    text = TestApp(SampleApplication().run_wsgi()).get("/").text
    assert "Not ready: the database main, the database analytics, the broker" in text
    assert "port 1 failed: Connection refused" in text
    assert "worf:***@127.0.0.1:1/x" in text
    assert "not asked, as the broker is not ready" in text
    assert "gowron" not in text


@pytest.mark.parametrize("kind", ["route", "pattern", "view"])
def test_a_page_of_the_project_wins(serve: Serve, kind: str) -> None:
    """By a route, by one that matches every path, or by a view without a route."""

    def plugin(config: Any) -> None:
        if kind != "view":
            config.add_route("home", {"route": "/", "pattern": "/*path"}[kind])
        route = None if kind == "view" else "home"
        config.add_view(lambda request: Response("ours"), route_name=route)

    client, application = serve(idle, plugin)
    assert client.get("/").text == "ours"
    assert not application.config.get_routes_mapper().get_route("status")


def test_it_is_no_part_of_the_api(serve: Serve) -> None:
    """The document of the API does not have it."""
    client, _ = serve(idle, lambda config: config.include("qapla.web.openapi"))
    assert client.get("/openapi.json").json["paths"] == {}


def test_another_method_is_refused(serve: Serve) -> None:
    """As of any other view."""
    client, _ = serve(idle, lambda config: config.include("qapla.web.errors"))
    assert client.post("/", status=405).headers["Allow"] == "GET, HEAD, OPTIONS"


def test_it_is_off_in_production(production: Serve) -> None:
    """`/` is not there, and no statement is listened to."""
    client, application = production(idle)
    client.get("/", status=404)
    client.get("/_status/status.css", status=404)
    assert not application.instruments


@pytest.mark.parametrize(("value", "status"), [("true", 200), ("false", 404)])
def test_a_setting_turns_it_on_and_off(
    production: Serve, monkeypatch: pytest.MonkeyPatch, value: str, status: int
) -> None:
    """In production too, where the faults have no names of hosts."""
    url = "postgresql+psycopg://worf:gowron@127.0.0.1:1/x"
    production(idle)
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__ANALYTICS__URL", url)
    monkeypatch.setenv("QAPLA_SAMPLE_STATUS_PAGE", value)
    response = TestApp(SampleApplication().run_wsgi()).get("/", status=status)
    if status == 200:
        assert '<p class="fault">unreachable (OperationalError)</p>' in response.text


class Nobody:
    """A security policy that permits nothing."""

    def identity(self, request: Any) -> None:
        """Return no identity."""

    authenticated_userid = identity

    def permits(self, request: Any, context: Any, permission: str) -> Denied:
        """Deny each permission."""
        return Denied(permission)


@pytest.mark.parametrize(("environment", "status"), [("development", 200), ("production", 403)])
def test_in_production_it_needs_a_permission(
    production: Serve, monkeypatch: pytest.MonkeyPatch, environment: str, status: int
) -> None:
    """Where the project has a security policy; in development everybody may see it."""
    monkeypatch.setenv("QAPLA_SAMPLE_STATUS_PAGE", "true")
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", environment)

    def plugin(config: Any) -> None:
        config.include("qapla.web.errors")
        config.set_security_policy(Nobody())
        config.set_default_permission("read")

    client, _ = production(idle, plugin)
    client.get("/", status=status)


def test_tests_do_not_see_it(serve: Serve) -> None:
    """They see the application of production."""
    application = SampleApplication().run_tests()
    TestApp(application.run_wsgi()).get("/", status=404)


def test_a_wrong_setting_is_one_line(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the variable."""
    monkeypatch.setenv("QAPLA_SAMPLE_STATUS_PAGE", "perhaps")
    with pytest.raises(SettingsError, match=r"QAPLA_SAMPLE_STATUS_PAGE.*boolean") as caught:
        SampleApplication().run_command()
    assert "\n" not in str(caught.value)


def test_rows_are_counted(serve: Serve) -> None:
    """At each look."""
    client, application = serve(idle)
    with application.dbs["main"].get_session() as session:
        session.add_all(Ship(name=str(number)) for number in range(1234))
        session.commit()
        assert len(ShipReadDriver(session).list_all()) == 1234
    assert '<td class="number">1,234</td>' in client.get("/").text
