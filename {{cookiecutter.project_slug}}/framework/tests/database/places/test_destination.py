"""One destination: settings by which a driver would go elsewhere than its URL says are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from qapla.database.application import DatabaseApplication
from qapla.database.dialects.sqlite.files import path_of
from qapla.database.places.target import Target
from qapla.database.places.urls import name_of
from qapla.exceptions import DatabaseError, SettingsError

Project = Callable[..., DatabaseApplication]
URL = "PROBE_DATABASES__MAIN__URL"
ARGUMENTS = "PROBE_DATABASES__MAIN__OPTIONS__CONNECT_ARGS"
PG = "postgresql+psycopg"


@pytest.fixture
def placed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, dict[str, str]], Target]:
    """Return a function that places the test database of a URL and of `connect_args`."""

    def place(url: str, arguments: dict[str, str]) -> Target:
        monkeypatch.setenv(URL, url)
        for name, value in arguments.items():
            monkeypatch.setenv(f"{ARGUMENTS}__{name.upper()}", value)
        application = project(databases=("main",))
        return application.run_tests().dbs["main"].target

    return place


Placed = Callable[[str, dict[str, str]], Target]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"{PG}://h/quiet?dbname=real", "the database twice: 'real' by the keyword dbname, and the URL says 'quiet'"),
        ("mysql+pymysql://h/quiet?database=real", "the database twice: 'real' by the keyword database, and the URL says 'quiet'"),
        ("mysql+pymysql://h/quiet?db=real", "the database twice: 'real' by the keyword db, and the URL says 'quiet'"),
        (f"{PG}://h/quiet?host=i", "the host twice: 'i' by the keyword host, and the URL says 'h'"),
        (f"{PG}://h:5433/quiet?port=5432", "the port twice: '5432' by the keyword port, and the URL says '5433'"),
        (f"{PG}://worf@h/quiet?user=gowron", "the username twice: 'gowron' by the keyword user, and the URL says 'worf'"),
    ],
)  # fmt: skip
def test_a_query_that_contradicts_its_url(placed: Placed, url: str, told: str) -> None:
    """The driver takes the query, and the name of a test database comes from the path."""
    with pytest.raises(SettingsError) as caught:
        placed(url, {})
    assert str(caught.value) == f"the variable {URL} names {told}: leave one of them out"


@pytest.mark.parametrize(
    ("url", "name", "value", "told"),
    [
        (f"{PG}://h/quiet", "dbname", "real", "database twice: 'real' by the keyword dbname, and the URL says 'quiet'"),
        ("mysql+pymysql://h/quiet", "database", "real", "database twice: 'real' by the keyword database, and the URL says 'quiet'"),
        ("mysql+pymysql://h/quiet", "db", "real", "database twice: 'real' by the keyword db, and the URL says 'quiet'"),
        ("sqlite:////x/quiet.db", "database", "/x/real.db", "database twice: '/x/real.db' by the keyword database, and the URL says '/x/quiet.db'"),
        (f"{PG}://h/quiet", "host", "i", "host twice: 'i' by the keyword host, and the URL says 'h'"),
        (f"{PG}:///quiet?host=h", "host", "i", "host twice: 'i' by the keyword host, and the URL says 'h'"),
        (f"{PG}://h:5433/quiet", "port", "5432", "port twice: '5432' by the keyword port, and the URL says '5433'"),
        (f"{PG}://worf:kahless@h/quiet", "password", "gowron", "password twice: one by the keyword password, and the URL says another one"),
    ],
)  # fmt: skip
def test_connect_args_that_contradict_the_url(
    placed: Placed, url: str, name: str, value: str, told: str
) -> None:
    """They have the last word in the driver, and are not in the URL of the test database."""
    with pytest.raises(SettingsError) as caught:
        placed(url, {name: value})
    assert str(caught.value) == f"the variable {ARGUMENTS}__{name.upper()} names the {told}: leave one of them out"  # fmt: skip


def test_a_socket_of_mariadb_and_another_host(placed: Placed) -> None:
    """PyMySQL takes the socket and forgets the host."""
    url = "mysql+pymysql://h/quiet?unix_socket=/run/mysqld/mysqld.sock"
    with pytest.raises(SettingsError) as caught:
        placed(url, {})
    assert str(caught.value) == (
        f"the variable {URL} names the host 'h', and the driver is given the socket "
        "'/run/mysqld/mysqld.sock': leave one of them out"
    )
    assert placed(url.replace("//h/", "//localhost/"), {}).url.database == "quiet_test"


@pytest.mark.parametrize(
    ("url", "arguments"),
    [
        (f"{PG}://h/quiet?dbname=quiet", {}),
        (f"{PG}://h/?dbname=quiet", {}),
        (f"{PG}://h/quiet", {"dbname": "quiet", "host": "h"}),
        ("mysql+pymysql://h/quiet?database=quiet", {}),
        ("mysql+pymysql://h/quiet", {"database": "quiet"}),
    ],
)
def test_a_name_that_is_given_twice(placed: Placed, url: str, arguments: dict[str, str]) -> None:
    """Only the URL has it then, so that the test database has another one."""
    target = placed(url, arguments)
    assert target.url == target.url.set(query={})
    assert (target.url.host, target.url.database) == ("h", "quiet_test")
    assert target.options.get("connect_args", {}) == {}


def test_the_server_of_connect_args_is_in_the_url(placed: Placed) -> None:
    """The maintenance URL, which is derived from it, goes to the same server."""
    arguments = {"host": "h", "port": "5433", "user": "worf", "password": "x", "service": "s"}
    target = placed(f"{PG}:///quiet", {**arguments, "application_name": "probe"})
    assert target.options == {"connect_args": {"application_name": "probe"}}
    assert target.url.render_as_string(hide_password=False) == (
        f"{PG}://worf:x@/quiet_test?host=h&port=5433&service=s"
    )


def test_connect_args_of_an_embedded_database(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a URL a database is on the embedded server, and on no other."""
    monkeypatch.setenv(f"{ARGUMENTS}__HOST", "h")
    with pytest.raises(SettingsError) as caught:
        project().run_command()
    assert str(caught.value) == (
        f"the variable {ARGUMENTS}__HOST names a server, and database 'main' has no URL, so that it "
        f"is on the embedded one: set the variable {URL} instead"
    )


def test_a_maintenance_url_that_contradicts_itself(
    placed: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused by the same rule."""
    variable = "PROBE_DATABASES__MAIN__DEFAULT_URL"
    monkeypatch.setenv(variable, f"{PG}://h/postgres?dbname=quiet")
    with pytest.raises(SettingsError) as caught:
        placed(f"{PG}://h/quiet", {})
    assert str(caught.value) == (
        f"the variable {variable} names the database twice: 'quiet' by the keyword dbname, and the "
        "URL says 'postgres': leave one of them out"
    )


@pytest.mark.parametrize("form", ["file:{}", "file://{}", "file://localhost{}"])
def test_a_file_that_is_named_by_a_uri(placed: Placed, tmp_path: Path, form: str) -> None:
    """Its test database is a file beside it, which is found, made and dropped by its path."""
    path = tmp_path / "a quiet.db"
    url = f"sqlite:///{form.format(str(path).replace(' ', '%2520'))}?uri=true&mode=rwc"
    target = placed(url, {})
    assert path_of(target.url) == tmp_path / "a quiet_test.db"
    assert name_of(target.url) == "a quiet_test"


@pytest.mark.parametrize(
    "url", ["sqlite:///file::memory:?uri=true", "sqlite:///file:x?mode=memory&uri=true"]
)
def test_a_uri_of_a_database_in_memory(placed: Placed, url: str) -> None:
    """It can be shared by nobody."""
    with pytest.raises(DatabaseError, match="names no database that several connections"):
        placed(url, {})


def test_the_database_of_a_uri_is_reached(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver opens the file that maintenance makes."""
    monkeypatch.setenv(URL, f"sqlite:///file:{tmp_path}/quiet.db?uri=true&mode=rw")
    database = project(databases=("main",)).run_command().dbs["main"]
    database.create()
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT file FROM pragma_database_list")) == str(
            tmp_path / "quiet.db"
        )
    database.dispose()
    database.drop()
    assert not (tmp_path / "quiet.db").exists()
