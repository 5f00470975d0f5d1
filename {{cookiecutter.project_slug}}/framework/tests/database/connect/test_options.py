"""Engine options and URLs that cannot be right: one line at preparation, and no password in it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import NullPool

from qapla.database.application import DatabaseApplication
from qapla.exceptions import SettingsError

Project = Callable[..., DatabaseApplication]
URLS = {
    "postgresql": "postgresql+psycopg://worf@localhost/probe",
    "mariadb": "mysql+pymysql://worf@localhost/probe",
    "sqlite": "sqlite:////tmp/probe.db",
}
OPTIONS = "PROBE_DATABASES__MAIN__OPTIONS"
URL = "PROBE_DATABASES__MAIN__URL"


@pytest.fixture
def refusal(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a function that prepares with variables, and returns the message of the error."""

    def refusal(**variables: str) -> str:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SettingsError) as caught:
            project().run_command()
        return str(caught.value)

    return refusal


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("POOL_SIZE", "-1", "Input should be greater than or equal to 0"),
        ("POOL_SIZE", "x", "Input should be a valid integer"),
        ("MAX_OVERFLOW", "-5", "Input should be greater than or equal to -1"),
        ("POOL_TIMEOUT", "x", "Input should be a valid number"),
        ("POOL_RECYCLE", "x", "Input should be a valid integer"),
        ("CONNECT_ARGS", "text", "Input should be a valid dictionary"),
        ("EXECUTION_OPTIONS", "x", "Input should be a valid dictionary"),
        ("ECHO", "maybe", "Input should be a valid boolean"),
        ("POOLCLASS", "NullPool", "Input should be a subclass of Pool"),
        ("CREATOR", "x", "Input should be callable"),
        ("MODULE", "x", None),
    ],
)
@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
def test_a_value_of_a_wrong_type(
    refusal: Callable[..., str], url: str, option: str, value: str, reason: str | None
) -> None:
    """An option that `create_engine` takes and fails with later is refused by its variable."""
    text = refusal(**{URL: url, f"{OPTIONS}__{option}": value})
    if reason is None:
        assert text.startswith(f"the variable {OPTIONS}__{option} is wrong: 'str' object has no")
    else:
        assert text == f"the variable {OPTIONS}__{option} is wrong: {reason}"


@pytest.mark.parametrize("key", ["ISOLATION_LEVEL", "EXECUTION_OPTIONS__ISOLATION_LEVEL"])
@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
def test_an_isolation_level_with_a_typing_error(
    refusal: Callable[..., str], url: str, key: str
) -> None:
    """The levels of the engine are listed."""
    text = refusal(**{URL: url, f"{OPTIONS}__{key}": "REPEATBLE READ"})
    beginning = f"the variable {OPTIONS}__{key} is wrong: expected one of "
    assert text.startswith(beginning)
    assert {"AUTOCOMMIT", "SERIALIZABLE"} <= set(text.removeprefix(beginning).split(", "))


def test_an_isolation_level_may_have_underscores(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLAlchemy takes either form."""
    monkeypatch.setenv(URL, URLS["postgresql"])
    monkeypatch.setenv(f"{OPTIONS}__ISOLATION_LEVEL", "repeatable_read")
    assert project().run_command().purpose == "command"


def test_an_unknown_option(refusal: Callable[..., str]) -> None:
    """The option is named as it was written, with the kind of engine that does not know it."""
    assert refusal(**{URL: URLS["postgresql"], f"{OPTIONS}__POOLSIZE": "3"}) == (
        f"the variable {OPTIONS}__POOLSIZE is unknown: create_engine takes no poolsize for "
        "PGDialect_psycopg/QueuePool/Engine"
    )


@pytest.mark.parametrize(
    ("engine", "reason"),
    [
        ("postgresql", "PostgreSQL's client knows no connection option 'tiemout'"),
        ("mariadb", "PyMySQL's connect() knows no argument 'tiemout'"),
        ("sqlite", "sqlite3's connect() knows no argument 'tiemout'"),
    ],
)
def test_an_argument_that_the_driver_does_not_know(
    refusal: Callable[..., str], engine: str, reason: str
) -> None:
    """`connect_args` are looked at before the first connection."""
    text = refusal(**{URL: URLS[engine], f"{OPTIONS}__CONNECT_ARGS__TIEMOUT": "5"})
    assert text == f"the variable {OPTIONS}__CONNECT_ARGS__TIEMOUT is wrong: {reason}"


@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_a_query_that_the_driver_does_not_know(refusal: Callable[..., str], engine: str) -> None:
    """The query of the URL holds the same arguments."""
    text = refusal(**{URL: f"{URLS[engine]}?tiemout=5"})
    assert text.startswith(f"the variable {URL} is wrong: ")
    assert "'tiemout'" in text


def test_a_timeout_that_is_no_number(refusal: Callable[..., str]) -> None:
    """psycopg reads it at each connection."""
    assert refusal(**{URL: f"{URLS['postgresql']}?connect_timeout=x"}) == (
        f"the variable {URL} is wrong: connect_timeout is no number of seconds"
    )


def test_right_options_are_taken(project: Project) -> None:
    """Options of SQLAlchemy and of the driver, and classes from a settings module, go through."""
    options: dict[str, Any] = {
        "echo": False,
        "connect_args": {"connect_timeout": 3, "prepare_threshold": None, "sslmode": "prefer"},
        "execution_options": {"isolation_level": "AUTOCOMMIT"},
    }
    default = (
        "from sqlalchemy import NullPool\n"
        f"SETTINGS = {{'databases': {{'main': {{'url': {URLS['postgresql']!r}, "
        f"'options': {{**{options}, 'poolclass': NullPool}}}}}}}}\n"
    )
    application = project(default).run_command()
    assert application.settings.databases["main"].options == {**options, "poolclass": NullPool}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://worf:pa@2secret@localhost/probe",
        "postgresql+psycopg://worf:p@a/2secret@localhost/probe",
        "mysql+pymysql://worf:pa@2secret@localhost/probe",
    ],
)
@pytest.mark.parametrize("key", ["URL", "DEFAULT_URL"])
def test_a_password_with_an_unescaped_sign(refusal: Callable[..., str], url: str, key: str) -> None:
    """The rest of a password would be shown as the name of the host or of the database."""
    name = f"PROBE_DATABASES__MAIN__{key}"
    assert refusal(**{URL: URLS["postgresql"], name: url}) == (
        f"the variable {name} has more than one @: in a user name or password write it as %40, "
        "a / as %2F and a : as %3A"
    )


@pytest.mark.parametrize("driver", ["postgresql+psycopg_async", "postgresql+asyncpg"])
def test_a_driver_for_asyncio(refusal: Callable[..., str], driver: str) -> None:
    """Sessions are synchronous, whether the driver is installed or not."""
    assert refusal(**{URL: f"{driver}://worf@localhost/probe"}) == (
        f"the variable {URL} names the driver {driver}, which is for asyncio: write "
        "postgresql+psycopg://user:password@host:5432/name, or sqlite:///path/to/file.db"
    )


def test_a_port_that_there_is_not(refusal: Callable[..., str]) -> None:
    """The driver would notice it at the first connection."""
    assert refusal(**{URL: "postgresql+psycopg://worf@localhost:99999/probe"}) == (
        f"the variable {URL} has the port 99999: expected 1 to 65535"
    )


@pytest.mark.parametrize("value", ["standby", "prefer-standby", "read-only"])
@pytest.mark.parametrize("place", ["url", "connect_args", "environment"])
def test_a_server_that_takes_no_writes(refusal: Callable[..., str], value: str, place: str) -> None:
    """Among several hosts the driver would look for one on which every write fails."""
    url = URLS["postgresql"]
    where = {
        "url": {URL: f"postgresql+psycopg://worf@/probe?host=a,b&target_session_attrs={value}"},
        "connect_args": {URL: url, f"{OPTIONS}__CONNECT_ARGS__TARGET_SESSION_ATTRS": value},
        "environment": {URL: url, "PGTARGETSESSIONATTRS": value},
    }
    assert refusal(**where[place]) == (
        f"the variable {list(where[place])[-1]} is wrong: target_session_attrs={value} leads to "
        "servers that refuse writes: write primary"
    )


def test_an_unknown_kind_of_server(refusal: Callable[..., str]) -> None:
    """libpq would notice it at the first connection."""
    url = f"{URLS['postgresql']}?target_session_attrs=primray"
    assert refusal(**{URL: url}) == (
        f"the variable {URL} is wrong: target_session_attrs is none of any, primary and read-write"
    )


@pytest.mark.parametrize("value", ["any", "primary", "read-write"])
def test_the_kinds_of_servers_that_take_writes(
    project: Project, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """One of several hosts is chosen by the driver."""
    monkeypatch.setenv(URL, f"{URLS['postgresql']}?target_session_attrs={value}")
    assert project().run_command().dbs["main"].target.reader


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://worf:gowron@one:5432,other:5432/probe",
        "postgresql+psycopg://one:5432,other/probe",
        "mysql+pymysql://worf:gowron@one:3306,other:3306/probe",
    ],
)
def test_several_hosts_in_one_place(refusal: Callable[..., str], url: str) -> None:
    """SQLAlchemy does not read them there; the message has the way to write them."""
    assert refusal(**{URL: url}) == (
        f"the variable {URL} names several hosts: write one, or for PostgreSQL all in the query, "
        "postgresql+psycopg://user:password@/name?host=one,other&port=5432,5432&"
        "target_session_attrs=primary"
    )
