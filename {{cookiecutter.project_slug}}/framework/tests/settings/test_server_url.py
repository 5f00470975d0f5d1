"""The URL of a server, on which databases without a URL are."""

from collections.abc import Callable

import pytest

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database

from support.errors import error_of

Project = Callable[..., DatabaseApplication]

VARIABLE = "PROBE_SERVER_URL"


def url_of(database: Database) -> str:
    """Return the URL of a database with its password."""
    return database.target.url.render_as_string(hide_password=False)


def test_databases_without_a_url_are_on_the_server(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their names are those that they have on the embedded server; production takes it too."""
    monkeypatch.setenv("PROBE_ENVIRONMENT", "production")
    monkeypatch.setenv(VARIABLE, "postgresql+psycopg://worf:gagh@db:5433?sslmode=require")
    monkeypatch.setenv("PROBE_DATABASES__ANALYTICS__URL", "sqlite:////x/analytics.db")
    dbs = project().run_command().dbs
    assert url_of(dbs["main"]) == (
        "postgresql+psycopg://worf:gagh@db:5433/probe_main?sslmode=require"
    )
    assert url_of(dbs["analytics"]) == "sqlite:////x/analytics.db"
    assert dbs["main"].target.embedded is None


def test_test_databases_are_on_the_server(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their names have the suffix of every test database."""
    monkeypatch.setenv(VARIABLE, "postgresql://db")
    dbs = project().run_tests(suffix="_gw1").dbs
    assert dbs["main"].target.url.database == "probe_main_test_gw1"


@pytest.mark.parametrize("url", ["postgresql://worf:gagh@db/main", "sqlite://", "sqlite:///x.db"])
def test_the_url_of_a_database_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """All databases would be that one."""
    monkeypatch.setenv(VARIABLE, url)
    assert error_of(project()) == (
        "the variable PROBE_SERVER_URL names a database: write the URL of a server, such as "
        "postgresql+psycopg://user:password@host:5432"
    )


def test_another_text_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line has the variable, and nothing of its value."""
    monkeypatch.setenv(VARIABLE, "gagh")
    assert error_of(project()) == (
        "the variable PROBE_SERVER_URL is not a database URL: write "
        "postgresql+psycopg://user:password@host:5432/name, or sqlite:///path/to/file.db"
    )


def test_an_unmanaged_database_is_not_on_the_server(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owners have it elsewhere, so that production asks for its URL."""
    monkeypatch.setenv("PROBE_ENVIRONMENT", "production")
    monkeypatch.setenv(VARIABLE, "postgresql://db")
    application = project(databases=("main",), unmanaged=("legacy",))
    assert error_of(application) == (
        "production does not use the defaults of development; set:\n"
        "    PROBE_DATABASES__LEGACY__URL: database 'legacy' has no URL, and production has no "
        "embedded server"
    )
