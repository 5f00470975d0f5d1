"""Secrets in settings, which no message and no representation has."""

import traceback
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from qapla.database.application import DatabaseApplication
from qapla.exceptions import SettingsError

from support.errors import error_of

Project = Callable[..., DatabaseApplication]

PG = "postgresql://worf:{}@localhost/probe"

EXAMPLE = "write postgresql+psycopg://user:password@host:5432/name, or sqlite:///path/to/file.db"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("gowron", f"is not a database URL: {EXAMPLE}"),
        ("", f"is not a database URL: {EXAMPLE}"),
        ("postgresql://worf:gowron@host:port/x", f"is not a database URL: {EXAMPLE}"),
        ("klingon://worf:gowron@host/x", f"names an unknown dialect or driver: {EXAMPLE}"),
        (
            "postgresql+pg8000://worf:gowron@host/x",
            "needs the package pg8000, which is not installed: add it to the dependencies of the project",
        ),
        (
            "mysql://worf:gowron@host/x",
            "needs the package MySQLdb, which is not installed: write mysql+pymysql:// for the driver "
            "of the extra mariadb",
        ),
    ],
)
def test_a_bad_url(
    project: Project, monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    """A text that is no URL of an installed kind of database is named, and not shown."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", url)
    assert error_of(project()) == f"the variable PROBE_DATABASES__MAIN__URL {message}"


def test_a_bad_maintenance_url(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The maintenance URL is checked when the application is prepared, too."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__DEFAULT_URL", "gowron")
    assert error_of(project()) == (
        f"the variable PROBE_DATABASES__MAIN__DEFAULT_URL is not a database URL: {EXAMPLE}"
    )


def test_a_wrong_logging_dict(project: Project) -> None:
    """A dict that `logging` refuses is a wrong setting like another."""
    assert error_of(project("SETTINGS = {'logging': {'version': 2}}")) == (
        "the setting logging is wrong: Unsupported version: 2"
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PROBE_DATABASES", '{"gowron'),
        ("PROBE_DATABASES__MAIN", '{"gowron'),
        ("PROBE_DATABASES__MAIN__URL", "gowron"),
        ("PROBE_DATABASES__MAIN__URL", "klingon://worf:gowron@host/x"),
        ("PROBE_DATABASES__MAIN__URL", "postgresql://worf:gowron@host:port/x"),
        ("PROBE_DATABASES__MAIN__PASSWORD", "gowron"),
        ("PROBE_DATABASES__MIAN__URL", PG.format("gowron")),
        ("PROBE_PATHS", '["gowron"]'),
        ("PROBE_UNKNOWN", "gowron"),
    ],
)
def test_a_secret_is_in_no_traceback(
    project: Project, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """Neither the message nor a traceback has a value of the environment."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        project().run_command()
    assert "\n" not in str(caught.value)
    assert "gowron" not in "".join(traceback.format_exception(caught.value))


def test_production_has_no_embedded_server(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In production all databases without a URL are one error, with a line for each variable."""
    monkeypatch.setenv("PROBE_ENVIRONMENT", "production")
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", PG.format("gowron"))
    assert error_of(project(databases=("main", "analytics", "crew"))) == (
        "production does not use the defaults of development; set:\n"
        "    PROBE_DATABASES__ANALYTICS__URL: database 'analytics' has no URL, and production has no "
        "embedded server\n"
        "    PROBE_DATABASES__CREW__URL: database 'crew' has no URL, and production has no embedded "
        "server"
    )


@pytest.mark.parametrize(
    "url",
    [
        PG.format("gowron"),
        PG.format("x").replace("worf:x@", "") + "?user=worf&password=gowron",
        pytest.param(
            "mysql+pymysql://127.0.0.1/probe?user=worf&passwd=gowron",
            marks=pytest.mark.skipif(find_spec("pymysql") is None, reason="needs pymysql"),
        ),
    ],
)
def test_a_password_is_in_no_repr(
    project: Project, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """No representation shows the password of a URL, wherever in it the password stands."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", url)
    monkeypatch.setenv("PROBE_DATABASES__MAIN__DEFAULT_URL", url)
    application = project(databases=("main",)).run_command()
    database = application.dbs["main"]
    assert database.url.password == "gowron"  # noqa: S105 (of no server)
    shown = [repr(database), repr(database.target), repr(database.engine), str(database.url)]
    shown += [repr(application.settings), str(application.settings.model_dump())]
    assert "gowron" not in "".join(shown)


def test_options_of_other_libraries_are_in_no_repr(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Engine options and Celery's settings may hold passwords of their own."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__OPTIONS__CONNECT_ARGS__PASSWORD", "gowron")
    monkeypatch.setenv("PROBE_CELERY__BROKER_URL", "redis://:gowron@host/0")
    application = project().run_command()
    assert application.settings.celery == {"broker_url": "redis://:gowron@host/0"}
    assert "gowron" not in repr(application.settings) + repr(application.dbs["main"].target)


def test_a_password_is_in_no_error_of_a_server_and_in_no_log(
    project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection that fails tells nothing of the password, even when the engine logs all."""
    caplog.set_level("DEBUG")
    url = "postgresql://worf:gowron@127.0.0.1:1/probe?connect_timeout=1"
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", url)
    monkeypatch.setenv("PROBE_DATABASES__MAIN__OPTIONS__ECHO", "true")
    database = project().run_command().dbs["main"]
    with pytest.raises(Exception, match="Connection refused") as caught:
        database.engine.connect()
    assert "gowron" not in "".join(traceback.format_exception(caught.value)) + caplog.text
