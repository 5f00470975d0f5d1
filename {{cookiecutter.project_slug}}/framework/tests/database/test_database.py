"""A database: its engine, its life on its server, and what it says when something is missing."""

import os
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.places.target import Target
from qapla.database.places.urls import with_suffix
from qapla.exceptions import DatabaseError, DatabaseNotFound, NotDroppable, NotPrepared

Place = Callable[..., Database]
EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
COMMAND = "uv run alembic -n main upgrade head"


_made: list[Database] = []


@pytest.fixture(autouse=True)
def made_databases_are_disposed() -> Iterator[None]:
    """Close what a test has opened by `on_sqlite`."""
    yield
    while _made:
        _made.pop().dispose()


def on_sqlite(path: Path, **settings: object) -> Database:
    """Return a database `main` in a file."""
    target = Target(url=make_url(f"sqlite:///{path}"), migrations=path.parent, **settings)  # type: ignore[arg-type]
    _made.append(Database("main").at(target))
    return _made[-1]


def test_options_go_to_the_engine(tmp_path: Path) -> None:
    """Options are those of `sqlalchemy.create_engine`."""
    engine = on_sqlite(tmp_path / "x.db", options={"pool_size": 3, "echo": True}).engine
    assert isinstance(engine.pool, QueuePool)
    assert (engine.pool.size(), engine.echo) == (3, True)


def test_the_engine_and_the_factory_are_made_once(tmp_path: Path) -> None:
    """A process has one engine for a database."""
    database = on_sqlite(tmp_path / "x.db")
    assert database.engine is database.engine
    assert database.sessions is database.sessions


def test_a_description_is_not_a_database() -> None:
    """What a project lists only describes: the application has the database itself."""
    with pytest.raises(NotPrepared) as caught:
        Database("main").get_session()
    assert str(caught.value) == (
        "database 'main' is only described here: use the application's, application.dbs['main']"
    )


def test_a_repr_says_where_the_database_is() -> None:
    """A description is not anywhere yet; a password is hidden."""
    target = Target(url=make_url("postgresql://worf:gowron@host/x"), migrations=Path())
    assert repr(Database("main")) == "<Database 'main': not prepared>"
    assert repr(Database("main").at(target)) == "<Database 'main': postgresql://worf:***@host/x>"


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
def test_names_that_recreate_drops(tmp_path: Path, name: str) -> None:
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


def test_recreate_leaves_the_data_of_a_real_database(tmp_path: Path) -> None:
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


def test_drop_removes_the_journals_of_sqlite(tmp_path: Path) -> None:
    """What SQLite keeps beside the file is gone with it; other files are not."""
    database = on_sqlite(tmp_path / "x_test.db")
    database.create()
    for name in ("x_test.db-wal", "x_test.db-shm", "x_test.db-journal", "y_test.db"):
        (tmp_path / name).touch()
    database.drop()
    assert [path.name for path in tmp_path.iterdir()] == ["y_test.db"]


def test_create_makes_the_directory_of_sqlite(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
def test_a_missing_database_says_the_command(place: Place) -> None:
    """A database that does not exist is told with what to type."""
    database = place("qapla_missing", creatable=True)
    with pytest.raises(DatabaseNotFound) as caught:
        database.engine.connect()
    assert str(caught.value) == (
        f"database 'main' ({database.url.database}) does not exist: type `{COMMAND}`"
    )


def test_a_missing_directory_of_sqlite_says_the_command(tmp_path: Path) -> None:
    """SQLite makes a file by itself, but not a directory."""
    database = on_sqlite(tmp_path / "none" / "x.db", creatable=True)
    with pytest.raises(DatabaseNotFound) as caught:
        database.engine.connect()
    assert str(caught.value) == (
        f"database 'main' ({tmp_path}/none/x.db) does not exist: type `{COMMAND}`"
    )


def test_a_missing_database_that_no_command_makes(tmp_path: Path) -> None:
    """In production the database is made by whoever looks after the server."""
    with pytest.raises(DatabaseNotFound) as caught:
        on_sqlite(tmp_path / "none" / "x.db").engine.connect()
    assert str(caught.value) == (
        f"database 'main' ({tmp_path}/none/x.db) does not exist: create it on its server, "
        f"and then type `{COMMAND}`"
    )


@EVERY
def test_a_missing_table_says_the_command(place: Place) -> None:
    """The error of a database without its tables has a note, which a traceback prints."""
    database = place("qapla_empty_test")
    database.drop()
    database.create()
    with (
        pytest.raises(DBAPIError) as caught,
        database.get_session() as session,
    ):
        session.execute(text("SELECT * FROM ships"))
    note = f"database 'main' may not be migrated: type `{COMMAND}`"
    assert traceback.format_exception(caught.value)[-1] == f"{note}\n"


def test_parameters_are_in_no_error(tmp_path: Path) -> None:
    """The error of a statement does not show what was written."""
    database = on_sqlite(tmp_path / "x.db")
    with pytest.raises(DBAPIError) as caught, database.engine.connect() as connection:
        connection.execute(text("INSERT INTO no_such VALUES (:x)"), {"x": "gowron"})
    assert "gowron" not in str(caught.value)


def test_sessions_are_new_each_time(tmp_path: Path) -> None:
    """No registry hands out a session that somebody else holds."""
    database = on_sqlite(tmp_path / "x.db")
    with database.get_session() as first, database.get_session() as second:
        assert first is not second
        assert isinstance(first, Session)


def test_sqlite_checks_foreign_keys_and_rolls_ddl_back(tmp_path: Path) -> None:
    """SQLite is as strict as a server: foreign keys hold, and DDL is part of a transaction."""
    engine = on_sqlite(tmp_path / "x.db").engine
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        connection.execute(text("CREATE TABLE x (id INTEGER)"))
        connection.rollback()
        assert connection.scalar(text("SELECT count(*) FROM sqlite_master")) == 0


@pytest.mark.parametrize("place", ["mariadb"], indirect=True)
def test_mariadb_is_strict_and_has_transactions(place: Place) -> None:
    """Whatever the server is configured to: no value is cut off, and every table rolls back."""
    lax = "SET SESSION sql_mode = '', SESSION default_storage_engine = MyISAM"
    database = place("qapla_strict_test", options={"connect_args": {"init_command": lax}})
    database.create()
    with database.engine.connect() as connection:
        connection.execute(text("CREATE TABLE x (name VARCHAR(3))"))
        with pytest.raises(DBAPIError, match="Data too long"):
            connection.execute(text("INSERT INTO x VALUES ('long')"))
        connection.execute(text("INSERT INTO x VALUES ('x')"))
        connection.rollback()
        assert connection.scalar(text("SELECT count(*) FROM x")) == 0


def test_a_name_that_the_server_would_cut_off_is_refused(
    project: Callable[..., DatabaseApplication], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its test database might be another one's by the name that is left."""
    name = "n" * 60
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", f"postgresql://localhost/{name}")
    assert project().run_command().dbs["main"].target.url.database == name
    with pytest.raises(DatabaseError) as caught:
        project().run_tests()
    assert str(caught.value) == (
        f"database 'main': the name '{name}_test' has more than the 63 bytes that the server keeps: "
        "give it a shorter name in its URL"
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_forked_child_leaves_its_parents_connections_alone(place: Place) -> None:
    """A child has connections of its own, whatever its parent had open."""
    database = place("qapla_forked_test")
    database.create()
    engine = database.engine
    pid = text("SELECT pg_backend_pid()")
    with engine.connect() as connection:
        parents = connection.scalar(pid)
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            with engine.connect() as connection:
                os.write(writer, str(connection.scalar(pid)).encode())
            engine.dispose()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        childs = int(pipe.read())
    with engine.connect() as connection:
        assert connection.scalar(pid) == parents != childs
