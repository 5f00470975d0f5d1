"""The variables of a project: `.env` files of every form, and those that Kubernetes sets."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.database.application import DatabaseApplication
from qapla.exceptions import SettingsError

Project = Callable[..., DatabaseApplication]


def refusal(application: DatabaseApplication) -> str:
    """Return the message of the error that a preparation ends with."""
    with pytest.raises(SettingsError) as caught:
        application.run_command()
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "tcp://10.0.0.7:6543"),
        ("SERVICE_HOST", "10.0.0.7"),
        ("SERVICE_PORT", "6543"),
        ("SERVICE_PORT_HTTP", "6543"),
        ("PORT_6543_TCP", "tcp://10.0.0.7:6543"),
        ("PORT_6543_TCP_PROTO", "tcp"),
        ("PORT_6543_TCP_PORT", "6543"),
        ("PORT_6543_TCP_ADDR", "fd00::7"),
        ("PORT_53_UDP", "udp://10.0.0.7:53"),
        ("DATABASES_SERVICE_HOST", "10.0.0.7"),
        ("WEB_API_PORT", "tcp://10.0.0.7:6543"),
    ],
)
def test_a_service_called_like_the_project_is_no_setting(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The variables that Kubernetes gives each pod for each Service stop no command."""
    monkeypatch.setenv(f"PROBE_{name}", value)
    assert project().run_command().purpose == "command"


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "6543"), ("SERVICE_HOST", "db"), ("SERVICE_PORT", "x"), ("PORT_X_TCP", "tcp://h:1")],
)
def test_a_slip_of_the_keyboard_is_told_beside_a_service(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A name like a Service's with another kind of value is an unknown variable."""
    monkeypatch.setenv("PROBE_SERVICE_PORT_HTTP", "80")
    monkeypatch.setenv(f"PROBE_{name}", value)
    assert refusal(project()) == (
        f"the variable PROBE_{name} is unknown; known: PROBE_ENVIRONMENT, PROBE_SERVER_URL, "
        "PROBE_DATABASES, PROBE_PATHS, PROBE_LOGGING, PROBE_CELERY, PROBE_HOSTS, PROBE_CORS_ORIGINS, "
        "PROBE_HEALTH_TIMEOUT, "
        "PROBE_METRICS, PROBE_TRACES, PROBE_STATUS_PAGE"
    )


def test_a_setting_that_a_service_overwrites_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project's own setting `port` cannot be read where Kubernetes sets that variable."""
    monkeypatch.setenv("PROBE_PORT", "tcp://10.0.0.7:6543")
    source = (
        "from qapla.settings import Settings as Base\n"
        "class Settings(Base):\n    port: int = 1\n"
        "SETTINGS = {}\n"
    )
    assert refusal(project(source)) == (
        "the variable PROBE_PORT is wrong: Input should be a valid integer, unable to parse string "
        "as an integer; Kubernetes sets it for the Service of that name: set enableServiceLinks to "
        "false in the pod, or rename the Service"
    )


def test_a_part_of_a_single_value_is_unknown(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable below a setting without parts would be ignored."""
    monkeypatch.setenv("PROBE_ENVIRONMENT__X", "production")
    assert refusal(project()) == (
        "the variable PROBE_ENVIRONMENT__X is unknown: environment is one value, "
        "set PROBE_ENVIRONMENT"
    )


@pytest.mark.parametrize(
    "content", ["PROBE_CELERY__X=é\n".encode("utf-16"), "# é\n".encode("latin-1")]
)
def test_a_file_in_another_encoding(project: Project, tmp_path: Path, content: bytes) -> None:
    """A `.env` that is not UTF-8 is named, in one line."""
    application = project()
    (tmp_path / ".env").write_bytes(content)
    assert refusal(application) == f"{tmp_path}/.env is not UTF-8: save it in that encoding"


def test_a_byte_order_mark_hides_no_variable(project: Project, tmp_path: Path) -> None:
    """The first line of a file that begins with a mark is read as the others."""
    application = project()
    text = "PROBE_DATABASES__MAIN__URL=sqlite:////tmp/first.db\n"
    (tmp_path / ".env").write_bytes(text.encode("utf-8-sig"))
    assert application.run_command().dbs["main"].target.url.database == "/tmp/first.db"  # noqa: S108 (never opened)


def test_a_directory_in_place_of_the_file(project: Project, tmp_path: Path) -> None:
    """A container engine makes a directory where a file that it mounts is missing."""
    application = project()
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    assert refusal(application) == (
        f"{tmp_path}/.env is a directory: expected a file of lines NAME=value, or nothing"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file: run the tests as a user")
def test_a_file_that_may_not_be_read(project: Project, tmp_path: Path) -> None:
    """The reason of the operating system stands behind the path."""
    application = project()
    (tmp_path / ".env").chmod(0)
    assert refusal(application) == f"{tmp_path}/.env cannot be read: Permission denied"


@pytest.mark.parametrize(
    "line", ['PROBE_ENVIRONMENT="production', "PROBE_ENVIRONMENT", "PROBE_ENVIRONMENT: production"]
)
def test_a_line_that_is_not_understood(project: Project, tmp_path: Path, line: str) -> None:
    """A line that would be passed over ends the preparation: it may be the production's."""
    assert refusal(project(dotenv=f"# one\n{line}\n")) == (
        f"{tmp_path}/.env, line 2: expected NAME=value, with each quote closed"
    )


def test_a_bare_name_of_another_program_is_left_alone(project: Project) -> None:
    """A name without a value means something to a container engine."""
    assert project(dotenv="HOSTNAME\n").run_command().purpose == "command"
