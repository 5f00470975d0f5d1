"""Databases on their server: created, dropped and recreated, by their names."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from qapla.database.database import Database
from qapla.database.places.target import Target
from qapla.database.places.urls import with_suffix
from qapla.exceptions import DatabaseError, NotDroppable

Place = Callable[..., Database]

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)


@EVERY
@pytest.mark.parametrize("name", ["qapla_plain_test", "a \"b\" 'c' `d` -e 100% {f}_test"])
def test_create_and_drop(place: Place, name: str) -> None:
    """A database of any name can be made, looked for and dropped, twice too."""
    database = place(name)
    database.drop()
    assert not database.exists()
    database.create()
    assert database.exists()
    database.drop()
    database.drop()
    assert not database.exists()


@EVERY
def test_recreate_leaves_a_migrated_and_empty_database(place: Place) -> None:
    """The database is dropped, created and brought to its newest revision."""
    database = place("qapla recreated-100%_test")
    for _ in range(2):
        database.recreate()
        with database.get_session() as session:
            assert session.scalar(text("SELECT count(*) FROM ships")) == 0
            session.execute(text("INSERT INTO ships (id, name) VALUES (1, 'Rotarran')"))
            session.commit()


@EVERY
def test_drop_with_an_open_connection(place: Place) -> None:
    """A database is dropped although somebody else is connected to it."""
    database, other = place("qapla_busy_test"), place("qapla_busy_test")
    database.create()
    connection = other.engine.connect()
    database.drop()
    assert not database.exists()
    connection.invalidate()
    connection.close()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_drop_goes_through_the_maintenance_url(place: Place) -> None:
    """The maintenance URL is used where the derived one would not do."""
    url = place("x").url.set(database="template1")
    database = place("qapla_maintained_test", default_url=url)
    assert database.server.default_url == url  # type: ignore[attr-defined]
    database.create()
    assert database.exists()


@pytest.mark.parametrize(
    "name", ["x_test", "x_test_gw3", "x_test_template_ab12", "x y_test_gw12", "_test"]
)
def test_names_that_recreate_drops(on_sqlite: Place, tmp_path: Path, name: str) -> None:
    """Test databases, those of parallel workers and their templates may be dropped."""
    database = on_sqlite(tmp_path / f"{name}.db")
    with pytest.raises(Exception, match="Can't find Python file"):
        database.recreate()
    assert database.exists()


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "test",
        "x_tests",
        "x_test_",
        "x_test_gw",
        "x_test_gw1x",
        "x_test_template_",
        "x_test_2",
        "x_test_gw1_gw2",
    ],
)
@pytest.mark.parametrize("place", ["postgresql", "sqlite"], indirect=True)
def test_names_that_recreate_refuses(place: Place, name: str) -> None:
    """Whatever is no test database by its name is not dropped by `recreate`."""
    database = place(name)
    with pytest.raises(NotDroppable) as caught:
        database.recreate()
    assert str(caught.value) == (
        f"database 'main': '{name}' is not dropped, as its name does not end in '_test': "
        "call run_tests() to work on the test databases"
    )


def test_recreate_leaves_the_data_of_a_real_database(on_sqlite: Place, tmp_path: Path) -> None:
    """The refusal comes before anything is dropped."""
    (tmp_path / "x_test.backup").write_text("data")
    with pytest.raises(NotDroppable):
        on_sqlite(tmp_path / "data.db").recreate()
    (tmp_path / "data_test").mkdir()
    database = on_sqlite(tmp_path / "data_test" / "data.db")
    database.create()
    with pytest.raises(NotDroppable):
        database.recreate()
    assert database.exists()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://h/rotarran", "rotarran_test"),
        ("mysql+pymysql://h/rotarran", "rotarran_test"),
        ("sqlite:///a.b/rotarran.v1.db", "a.b/rotarran.v1_test.db"),
        ("sqlite:///rotarran", "rotarran_test"),
    ],
)
def test_the_suffix_of_a_test_database(url: str, expected: str) -> None:
    """The name gets the suffix; on SQLite the stem of the file."""
    assert with_suffix(make_url(url), "_test").database == expected


def test_drop_removes_the_journals_of_sqlite(on_sqlite: Place, tmp_path: Path) -> None:
    """The journals beside the file are gone with it; other files are not."""
    database = on_sqlite(tmp_path / "x_test.db")
    database.create()
    for name in ("x_test.db-wal", "x_test.db-shm", "x_test.db-journal", "y_test.db"):
        (tmp_path / name).touch()
    database.drop()
    assert [path.name for path in tmp_path.iterdir()] == ["y_test.db"]


def test_create_makes_the_directory_of_sqlite(on_sqlite: Place, tmp_path: Path) -> None:
    """The directory of a file may be missing."""
    database = on_sqlite(tmp_path / "a" / "b" / "x_test.db")
    database.create()
    assert database.exists()


def test_an_unsupported_server() -> None:
    """Another kind of server is refused with the kinds that there are."""
    target = Target(url=make_url("oracle://h/x"), migrations=Path())
    with pytest.raises(DatabaseError) as caught:
        Database("main").at(target).exists()
    assert str(caught.value) == (
        "databases of the kind 'oracle' are not supported: use PostgreSQL, MariaDB or SQLite"
    )
