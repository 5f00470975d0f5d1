"""The setting of a pooler, the settings that go with it, and the URLs that follow from it."""

from collections.abc import Callable

import pytest

from qapla.database.application import DatabaseApplication
from qapla.exceptions import SettingsError

Project = Callable[..., DatabaseApplication]
MAIN = "PROBE_DATABASES__MAIN__"
POOLER, URL, DEFAULT_URL = f"{MAIN}POOLER", f"{MAIN}URL", f"{MAIN}DEFAULT_URL"
ARGUMENTS = f"{MAIN}OPTIONS__CONNECT_ARGS__"
POOLED = "postgresql+psycopg://worf:gowron@pool:6432/probe"
DIRECT = "postgresql+psycopg://admin:khan@server:5433/postgres?sslmode=require"


@pytest.fixture
def prepared(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., DatabaseApplication]:
    """Return a function that makes a project with the variables of a pooler, and others."""

    def prepared(**variables: str) -> DatabaseApplication:
        for name, value in {POOLER: "transaction", **variables}.items():
            monkeypatch.setenv(name, value)
        return project()

    return prepared


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        (
            {URL: POOLED},
            f"the variable {POOLER} needs the URL of the server itself, which locks and migrations "
            f"use: set the variable {DEFAULT_URL}",
        ),
        ({}, f"the variable {POOLER} needs the URL of the pooler: set the variable {URL}"),
        (
            {URL: POOLED, DEFAULT_URL: "postgresql+psycopg://admin@pool:6432/postgres"},
            f"the variable {DEFAULT_URL} names the pooler: write the host and the port of the server "
            "itself",
        ),
        (
            {URL: f"{POOLED}?options=-csearch_path%3Dapp", DEFAULT_URL: DIRECT},
            f"the variable {URL} has start-up options, which a pooler refuses: remove `options`, and "
            "type `ALTER ROLE worf IN DATABASE probe SET ...` on the server",
        ),
        (
            {URL: POOLED, DEFAULT_URL: DIRECT, f"{ARGUMENTS}PREPARE_THRESHOLD": "5"},
            f"the variable {ARGUMENTS}PREPARE_THRESHOLD is wrong: a pooler of transactions keeps no "
            "prepared statements: remove it",
        ),
        (
            {URL: "sqlite:///probe.db"},
            f"the variable {POOLER} is wrong: expected a URL of PostgreSQL, postgresql+psycopg://..., "
            "and not of sqlite",
        ),
        (
            {URL: POOLED, DEFAULT_URL: DIRECT, POOLER: "session"},
            f"the variable {POOLER} is wrong: Input should be 'transaction'",
        ),
    ],
)
def test_settings_that_do_not_go_with_a_pooler(
    prepared: Callable[..., DatabaseApplication], variables: dict[str, str], line: str
) -> None:
    """Each is refused before anything connects, and names the variable to set."""
    with pytest.raises(SettingsError) as caught:
        prepared(**variables).run_command()
    assert str(caught.value) == line


def test_the_pooler_serves_and_the_server_itself_migrates(
    prepared: Callable[..., DatabaseApplication],
) -> None:
    """Migrations go there as the role of the application, which owns the tables."""
    main = prepared(**{URL: POOLED, DEFAULT_URL: DIRECT}).run_command().dbs["main"]
    assert main.url.render_as_string(hide_password=False) == POOLED
    assert main.connections.direct_url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://worf:gowron@server:5433/probe?sslmode=require"
    )
    assert main.target.options["connect_args"] == {"prepare_threshold": None, "options": ""}
    assert main.target.reader


def test_tests_go_to_the_server_itself(prepared: Callable[..., DatabaseApplication]) -> None:
    """A pooler keeps connections to databases that are cloned, and knows no new ones."""
    main = prepared(**{URL: POOLED, DEFAULT_URL: DIRECT}).run_tests().dbs["main"]
    assert (main.url.host, main.url.port) == ("server", 5433)
    assert str(main.url.database).startswith("probe_test")
    assert main.target.options == {}
    assert main.target.direct is None
