"""Databases of an application that would be one."""

import logging
from collections.abc import Callable

import pytest

from qapla.database.application import DatabaseApplication
from qapla.exceptions import (
    DatabaseError,
)

Project = Callable[..., DatabaseApplication]


def test_two_databases_of_one_name(project: Project) -> None:
    """A name is used once."""
    with pytest.raises(DatabaseError) as caught:
        project(databases=("main", "analytics", "main")).run_command()
    assert str(caught.value) == "database 'main' is listed twice: rename one of them"


@pytest.mark.parametrize(
    ("main", "analytics"),
    [
        ("sqlite:////x/main.db", "sqlite:////x/main.db"),
        ("sqlite:////x/main.db", "sqlite:////x/y/../main.db"),
        ("postgresql://localhost/x", "postgresql+psycopg://worf:a@127.0.0.1:5432/x"),
        ("postgresql://localhost/x", "postgresql:///x?host=localhost&port=5432"),
        ("postgresql://LOCALHOST/x", "postgresql://localhost/x?application_name=y"),
        ("postgresql://h/x", "postgresql://h/x?options=-c statement_timeout=5"),
        ("postgresql://h/x?options=-csearch_path=a", "postgresql://h/x?options=-c search_path%3Da"),
    ],
)
def test_two_databases_on_one_schema(
    project: Project, monkeypatch: pytest.MonkeyPatch, main: str, analytics: str
) -> None:
    """The same schema of the same server is refused, however the two URLs are written."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", main)
    monkeypatch.setenv("PROBE_DATABASES__ANALYTICS__URL", analytics)
    with pytest.raises(DatabaseError) as caught:
        project().run_command()
    assert str(caught.value) == (
        "databases 'main' and 'analytics' reach the same schema of the same server: "
        "give 'analytics' a database of its own"
    )


@pytest.mark.parametrize("door", ["run_command", "run_tests"])
def test_a_database_that_is_the_test_database_of_another(
    project: Project, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    """It is refused, for every purpose, before a test drops it."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", "postgresql://h/x")
    monkeypatch.setenv("PROBE_DATABASES__ANALYTICS__URL", "postgresql://h/x_test")
    with pytest.raises(DatabaseError) as caught:
        getattr(project(), door)()
    assert str(caught.value) == (
        "the tests of database 'main' would drop database 'analytics', as theirs is called x_test: "
        "give 'analytics' another name"
    )


@pytest.mark.parametrize(
    ("main", "analytics"),
    [
        ("sqlite:////x/main.db", "sqlite:////y/main.db"),
        ("postgresql://h/x", "postgresql://h/y"),
        ("postgresql://h/x", "postgresql://i/x"),
        ("postgresql://h/x", "postgresql://h:5433/x"),
        ("postgresql://h/x?options=-csearch_path=a", "postgresql://h/x?options=-csearch_path=b"),
        ("postgresql://h/x?options=-csearch_path=a", "postgresql://h/x"),
    ],
)
def test_two_databases_on_two_schemas(
    project: Project, monkeypatch: pytest.MonkeyPatch, main: str, analytics: str
) -> None:
    """Another name, server, port or schema is another place."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", main)
    monkeypatch.setenv("PROBE_DATABASES__ANALYTICS__URL", analytics)
    assert len(project().run_command().dbs) == 2


@pytest.mark.parametrize(
    "url", ["postgresql://localhost", "sqlite://", "sqlite:///:memory:", "sqlite:///x?mode=memory"]
)
def test_a_url_without_a_database(
    project: Project, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """A database in memory or without a name cannot be shared, created or given a suffix."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", url)
    with pytest.raises(DatabaseError) as caught:
        project().run_command()
    assert str(caught.value) == (
        "database 'main': its URL names no database that several connections can share: write for "
        "example postgresql+psycopg://user:password@host:5432/name, or sqlite:///path/to/file.db"
    )


def test_logging_starts_with_the_preparation(project: Project) -> None:
    """The setting `logging` is configured, but not in tests, where pytest has the handlers."""
    settings = {
        "version": 1,
        "disable_existing_loggers": False,
        "loggers": {"probe": {"level": "ERROR"}},
    }
    project(f"SETTINGS = {{'logging': {settings}}}").run_tests()
    assert logging.getLogger("probe").level == logging.NOTSET
    project(f"SETTINGS = {{'logging': {settings}}}").run_command()
    assert logging.getLogger("probe").level == logging.ERROR
    logging.getLogger("probe").setLevel(logging.NOTSET)
