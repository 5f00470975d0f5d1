"""Settings that are refused, in one line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.database.application import DatabaseApplication

from support.errors import error_of

Project = Callable[..., DatabaseApplication]

PG = "postgresql://worf:{}@localhost/probe"


def test_a_missing_default_module(project: Project) -> None:
    """The error names the module and the missing name."""
    assert error_of(project(default=None)) == (
        "the settings module probe.application.settings.default is missing: "
        "write it, with a dict named SETTINGS"
    )


def test_a_missing_tests_module(project: Project) -> None:
    """Tests never run on the settings of something else."""
    assert error_of(project(tests=None), tests=True) == (
        "the settings module probe.application.settings.tests is missing: "
        "write it, with a dict named SETTINGS"
    )


def test_a_module_with_a_missing_import(project: Project) -> None:
    """A module that cannot be imported is no missing module."""
    assert error_of(project("import no_such_module")) == (
        "the settings module probe.application.settings.default cannot be imported: "
        "ModuleNotFoundError: No module named 'no_such_module'"
    )


def test_a_module_that_is_broken_is_told_in_one_line(project: Project) -> None:
    """Whatever the import raises, the message has one line."""
    assert error_of(project("raise ValueError('one\\n  two')")) == (
        "the settings module probe.application.settings.default cannot be imported: "
        "ValueError: one two"
    )


def test_a_broken_package_of_settings(project: Project, tmp_path: Path) -> None:
    """An error of the package around the modules is told in the same way."""
    application = project()
    (tmp_path / "probe" / "application" / "settings" / "__init__.py").write_text("1 / 0")
    assert error_of(application) == (
        "the settings module probe.application.settings.default cannot be imported: "
        "ZeroDivisionError: division by zero"
    )


def test_a_module_without_settings(project: Project) -> None:
    """A module must hold a dict named SETTINGS."""
    assert error_of(project("SETTING = {}")) == (
        "the settings module probe.application.settings.default has no dict named SETTINGS: "
        "write SETTINGS = {}"
    )


def test_an_unknown_variable(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable with the project's prefix is refused, and the known ones listed."""
    monkeypatch.setenv("PROBE_DATABASE__MAIN__URL", PG.format("gowron"))
    assert error_of(project()) == (
        "the variable PROBE_DATABASE__MAIN__URL is unknown; known: "
        "PROBE_ENVIRONMENT, PROBE_SERVER_URL, PROBE_DATABASES, PROBE_PATHS, PROBE_LOGGING, PROBE_CELERY, "
        "PROBE_HOSTS, PROBE_CORS_ORIGINS, PROBE_HEALTH_TIMEOUT, "
        "PROBE_METRICS, PROBE_TRACES, PROBE_STATUS_PAGE"
    )


def test_an_unknown_variable_in_dotenv(project: Project) -> None:
    """The file `.env` is held to the same rule."""
    assert error_of(project(dotenv="PROBE_DEBUG=1\n")).startswith(
        "the variable PROBE_DEBUG is unknown; known: "
    )


def test_an_unknown_key_of_a_database(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database has a URL, a maintenance URL and options, and nothing else."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__PASSWORD", "gowron")
    assert error_of(project()) == (
        "the variable PROBE_DATABASES__MAIN__PASSWORD is unknown; "
        "known: url, default_url, options, reader, pooler, slow_statement_seconds"
    )


def test_an_unknown_database_in_a_variable(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt database is not added silently."""
    monkeypatch.setenv("PROBE_DATABASES__MIAN__URL", PG.format("gowron"))
    assert error_of(project()) == (
        "the variable PROBE_DATABASES__MIAN__URL: there is no database 'mian'; "
        "known: main, analytics"
    )


def test_an_unknown_database_in_a_module(project: Project) -> None:
    """The same for a database in the module `default`."""
    assert error_of(project("SETTINGS = {'databases': {'mian': {}}}")) == (
        "the setting databases.mian: there is no database 'mian'; known: main, analytics"
    )


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        ("PROBE_PATHS__VRA", "there", "is unknown: the path is called var"),
        ("PROBE_PATHS__HEARTBEAT", "there", "is unknown: the path is called heartbeats"),
        ("PROBE_PATHS__VAR", "", "is wrong: expected a path"),
    ],
)
def test_a_wrong_path(
    project: Project, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, text: str
) -> None:
    """A misspelt one would be ignored, and an empty one would be the root of the project."""
    monkeypatch.setenv(variable, value)
    assert error_of(project()) == f"the variable {variable} {text}"


def test_a_path_of_the_projects_own(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other name is the project's."""
    monkeypatch.setenv("PROBE_PATHS__UPLOADS", "there")
    assert project().run_command().paths["uploads"].name == "there"


def test_a_wrong_type(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value of the wrong type is named by its variable."""
    monkeypatch.setenv("PROBE_ENVIRONMENT", "staging")
    assert error_of(project()) == (
        "the variable PROBE_ENVIRONMENT is wrong: Input should be 'development' or 'production'"
    )


def test_a_wrong_type_in_a_module(project: Project) -> None:
    """A value of a module is named by its key, for there is no variable."""
    assert error_of(project("SETTINGS = {'databases': {'main': {'options': 5}}}")) == (
        "the setting databases.main.options is wrong: Input should be a valid dictionary"
    )


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("PROBE_DATABASES", "it is not valid JSON"),
        (
            "PROBE_DATABASES__MAIN",
            "Input should be a valid dictionary or instance of DatabaseSettings",
        ),
        ("PROBE_DATABASES__MAIN__OPTIONS", "it is not valid JSON"),
    ],
)
def test_bad_json_is_told_without_the_value(
    project: Project, monkeypatch: pytest.MonkeyPatch, variable: str, message: str
) -> None:
    """A value that is no JSON object is named, and not shown."""
    monkeypatch.setenv(variable, '{"gowron')
    assert error_of(project()) == f"the variable {variable} is wrong: {message}"


@pytest.mark.parametrize(
    "host",
    ["", ".", "*", "*.a.org", "http://a.org", "a.org/", "a.org:80", "::1", "[a]", "..a.org", "a b"],
)
def test_a_wrong_host(project: Project, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """It would be no host of any request."""
    monkeypatch.setenv("PROBE_HOSTS", json.dumps(["example.com", host]))
    assert error_of(project()) == (
        f"the variable PROBE_HOSTS is wrong: {host!r} is not a host: expected a name or an address "
        "without scheme, port and path, such as 'example.com', or '.example.com' with its subdomains"
    )


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "a.org",
        "//a.org",
        "https://",
        "https://a.org/",
        "https://*.a.org",
        "https://a.org:443",
        "http://a.org:80",
        "https://a.org:0",
        "https://a.org:x",
        "https://worf@a.org",
        "https://a.org?x",
        "https://ä.org",
        "https://[::1",
    ],
)
def test_a_wrong_origin(project: Project, monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    """No browser would send it."""
    monkeypatch.setenv("PROBE_CORS_ORIGINS", json.dumps(["https://example.com", origin]))
    assert error_of(project()) == (
        f"the variable PROBE_CORS_ORIGINS is wrong: {origin!r} is not an origin: expected the "
        "scheme, the host and no default port, such as 'https://app.example.com', or '*' alone"
    )


def test_any_origin_beside_others(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others would be without effect."""
    monkeypatch.setenv("PROBE_CORS_ORIGINS", '["*", "https://example.com"]')
    assert error_of(project()) == (
        "the variable PROBE_CORS_ORIGINS is wrong: '*' is every origin: remove the other entries"
    )
