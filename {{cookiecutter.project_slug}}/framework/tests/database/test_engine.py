"""The engine of a database: its errors, its sessions, and a fork of its process."""

import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.exceptions import DatabaseError, DatabaseNotFound

Place = Callable[..., Database]

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)

COMMAND = "uv run qapla db upgrade --database main"


@pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
def test_a_missing_database_says_the_command(place: Place) -> None:
    """The error of a missing database has the command to type."""
    database = place("qapla_missing", creatable=True)
    with pytest.raises(DatabaseNotFound) as caught:
        database.engine.connect()
    assert str(caught.value) == (
        f"database 'main' ({database.url.database}) does not exist: type `{COMMAND}`"
    )


def test_a_missing_directory_of_sqlite_says_the_command(on_sqlite: Place, tmp_path: Path) -> None:
    """SQLite makes a file by itself, but not a directory."""
    database = on_sqlite(tmp_path / "none" / "x.db", creatable=True)
    with pytest.raises(DatabaseNotFound) as caught:
        database.engine.connect()
    assert str(caught.value) == (
        f"database 'main' ({tmp_path}/none/x.db) does not exist: type `{COMMAND}`"
    )


def test_a_missing_database_that_no_command_makes(on_sqlite: Place, tmp_path: Path) -> None:
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


def test_parameters_are_in_no_error(on_sqlite: Place, tmp_path: Path) -> None:
    """The error of a statement does not show its parameters."""
    database = on_sqlite(tmp_path / "x.db")
    with pytest.raises(DBAPIError) as caught, database.engine.connect() as connection:
        connection.execute(text("INSERT INTO no_such VALUES (:x)"), {"x": "gowron"})
    assert "gowron" not in str(caught.value)


def test_sessions_are_new_each_time(on_sqlite: Place, tmp_path: Path) -> None:
    """No registry hands out a session that somebody else holds."""
    database = on_sqlite(tmp_path / "x.db")
    with database.get_session() as first, database.get_session() as second:
        assert first is not second
        assert isinstance(first, Session)


def test_sqlite_checks_foreign_keys_and_rolls_ddl_back(on_sqlite: Place, tmp_path: Path) -> None:
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
