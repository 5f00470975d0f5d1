"""Databases that are one, or the test database of another, by whatever address."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.places.placement import place as place_of
from qapla.database.places.target import Target
from qapla.exceptions import DatabaseError, NotDroppable
from qapla.testing.provisioning.provision import Mode, provision

from qapla_sample.paths import MIGRATIONS

Project = Callable[..., DatabaseApplication]
Place = Callable[..., Database]
MAIN, ANALYTICS = (f"PROBE_DATABASES__{name}__URL" for name in ("MAIN", "ANALYTICS"))


@pytest.mark.parametrize(
    ("main", "analytics"),
    [
        ("postgresql://localhost/x", "postgresql://127.0.0.2/x"),
        ("postgresql://[::1]/x", "postgresql:///x"),
        ("postgresql:///x?host=h,i&port=5432,5433", "postgresql://i:5433/x"),
        ("postgresql:///x?host=h:5432&host=i:5433", "postgresql://i:5433/x"),
        ("postgresql:///x?host=h,i", "postgresql:///x?host=i,j"),
        ("mysql+pymysql://h/x", "mariadb+pymysql://H:3306/x"),
        ("sqlite:////x/main.db", "sqlite:////x/main.db?uri=true"),
        ("sqlite:////x/main.db", "sqlite:///file:/x/main.db?uri=true"),
    ],
)
def test_one_schema_by_two_addresses(
    project: Project, monkeypatch: pytest.MonkeyPatch, main: str, analytics: str
) -> None:
    """One host of several, another address of this machine, and another way to write a file."""
    monkeypatch.setenv(MAIN, main)
    monkeypatch.setenv(ANALYTICS, analytics)
    with pytest.raises(DatabaseError, match="reach the same schema of the same server"):
        project().run_command()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("postgresql:///x?host=h,i&port=5432,5433", "postgresql://i:5432/x"),
        ("postgresql:///x?host=/run/one", "postgresql:///x?host=/run/two"),
        ("postgresql://h/x", "postgresql://h:5433/x"),
        ("postgresql://h/x", "mysql+pymysql://h:5432/x"),
    ],
)
def test_two_addresses(one: str, other: str) -> None:
    """A port belongs to its host, and a socket to its directory."""
    assert not place_of(make_url(one)).is_same_database(place_of(make_url(other)))


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_one_file_by_two_names(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    link: Callable[[Path, Path], None],
) -> None:
    """A link is the file that it leads to, also as the test database of another one."""
    real, other = tmp_path / "real.db", tmp_path / "main_test.db"
    real.touch()
    link(real, other)
    monkeypatch.setenv(MAIN, f"sqlite:///{tmp_path}/main.db")
    monkeypatch.setenv(ANALYTICS, f"sqlite:///{real}")
    with pytest.raises(DatabaseError) as caught:
        project().run_command()
    assert str(caught.value) == (
        "the tests of database 'main' would drop database 'analytics', as theirs is called "
        f"{other}: give 'analytics' another name"
    )


@pytest.mark.parametrize("door", ["run_command", "run_tests"])
@pytest.mark.parametrize(
    "name", ["x_test", "x_test_gw0", "x_test_gw12", "x_test_template_0a1b2c3d"]
)
@pytest.mark.parametrize("url", ["postgresql://h/{}", "mysql+pymysql://h/{}", "sqlite:////x/{}.db"])
def test_a_database_with_the_name_of_a_test_database(
    project: Project, monkeypatch: pytest.MonkeyPatch, url: str, name: str, door: str
) -> None:
    """The tests of another one, its workers or its templates would drop it."""
    monkeypatch.setenv(MAIN, url.format("x"))
    monkeypatch.setenv(ANALYTICS, url.format(name))
    with pytest.raises(DatabaseError) as caught:
        getattr(project(), door)()
    assert str(caught.value) == (
        "the tests of database 'main' would drop database 'analytics', as theirs is called "
        f"{make_url(url.format(name)).database}: give 'analytics' another name"
    )


@pytest.mark.parametrize(
    ("main", "analytics"),
    [
        ("postgresql://h/x", "postgresql://h/x_testing"),
        ("postgresql://h/x", "postgresql://h/y_test"),
        ("postgresql://h/x", "mysql+pymysql://h/x_test"),
        ("sqlite:////x/x.db", "sqlite:////x/x_test.sqlite"),
        ("sqlite:////x/x.db", "sqlite:////y/x_test.db"),
    ],
)
def test_a_name_that_only_looks_like_one(
    project: Project, monkeypatch: pytest.MonkeyPatch, main: str, analytics: str
) -> None:
    """No test reaches such a database."""
    monkeypatch.setenv(MAIN, main)
    monkeypatch.setenv(ANALYTICS, analytics)
    assert len(project().run_command().dbs) == 2


@pytest.fixture
def labelled(place: Place) -> Iterator[Database]:
    """Return a database with a row that a run of tests has made once, and that is used since."""
    database = place("qapla_placed_test")
    provision(database, Mode())
    with database.engine.begin() as connection:
        connection.execute(text("INSERT INTO ships (id, name) VALUES (1, 'Rotarran')"))
    database.dispose()
    yield database
    database.dispose()


@pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
def test_a_database_of_the_project_by_another_address(
    labelled: Database,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The servers are asked before anything is emptied: the addresses show nothing."""
    url = labelled.url
    if "host" in url.query:
        # Not in pytest's directory: the path of a socket has at most 107 bytes.
        other = labelled.target.embedded.parent / "by_another_name"  # type: ignore[union-attr]
        other.symlink_to(str(url.query["host"]), target_is_directory=True)
        elsewhere = url.update_query_dict({"host": str(other)})
    else:
        with labelled.engine.connect() as connection:
            path = connection.scalar(text("SELECT @@socket"))
        if not os.path.exists(path):
            pytest.skip("MariaDB runs on another machine")
        elsewhere = url.set(host="localhost", port=3307).update_query_dict({"unix_socket": path})
    plain = url.set(database=str(url.database).removesuffix("_test"))
    monkeypatch.setenv(MAIN, plain.render_as_string(hide_password=False))
    monkeypatch.setenv(ANALYTICS, elsewhere.render_as_string(hide_password=False))
    database = project().run_tests().dbs["main"]
    assert [found.name for found in database.target.namesakes] == ["analytics"]
    with pytest.raises(NotDroppable) as caught:
        provision(database, Mode(reuse=True))
    assert str(caught.value) == (
        "the tests of database 'main' would drop database 'analytics': give 'analytics' another name"
    )
    with labelled.engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM ships")) == "Rotarran"
    if "host" in url.query:
        other.unlink()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_database_of_the_project_that_cannot_be_asked(place: Place, tmp_path: Path) -> None:
    """It might be the same one."""
    url = make_url("postgresql+psycopg://postgres@127.0.0.1:1/qapla_placed_test?connect_timeout=1")
    other = Database("analytics").at(Target(url, tmp_path))
    database = place("qapla_placed_test", namesakes=(other,))
    with pytest.raises(NotDroppable) as caught:
        provision(database, Mode())
    told = str(caught.value)
    assert told.startswith(
        "database 'main': database 'analytics' has the name of its test database, and cannot be asked "
        "whether it is the same (connection failed: "
    )
    assert told.endswith("): give 'analytics' another name")


@pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
def test_another_server_with_a_database_of_the_name(place: Place, tmp_path: Path) -> None:
    """A database that is not there is not the same one."""
    missing = place("qapla_missing_test")
    database = place("qapla_placed_test", namesakes=(missing,))
    assert provision(database, Mode())


def test_another_directory_with_a_file_of_the_name(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file elsewhere is not the test database, whether that is there yet or not."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "main_test.db").write_text("notes")
    monkeypatch.setenv(MAIN, f"sqlite:///{tmp_path}/main.db")
    monkeypatch.setenv(ANALYTICS, f"sqlite:///{tmp_path}/other/main_test.db")
    database = project().run_tests().dbs["main"]
    migrations = MIGRATIONS
    database = database.at(replace(database.target, migrations=migrations))
    assert [found.name for found in database.target.namesakes] == ["analytics"]
    for _ in range(2):
        assert provision(database, Mode())
    database.dispose()
    assert (tmp_path / "other" / "main_test.db").read_text() == "notes"
