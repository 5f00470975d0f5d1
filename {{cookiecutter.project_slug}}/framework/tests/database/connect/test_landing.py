"""Tests touch only databases that a run of tests has made, wherever a driver may lead."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from qapla.database.database import Database
from qapla.database.dialects import dialect_of
from qapla.database.dialects.label import DIRTY
from qapla.exceptions import NotDroppable, WrongDatabase
from qapla.testing.provisioning.provision import Mode, provision

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]
Place = Callable[..., Database]
EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
SERVERS = pytest.mark.parametrize("place", ["postgresql", "mariadb"], indirect=True)
MODES = pytest.mark.parametrize("mode", [Mode(), Mode(alone=True), Mode(recreate=True)])


@pytest.fixture
def real(place: Place) -> Iterator[Database]:
    """Return a migrated database with a row, which no run of tests has made."""
    database = place("qapla_landing_real")
    database.create()
    database.migrate()
    fill(database)
    yield database
    database.drop()


def fill(database: Database) -> None:
    """Commit a row."""
    with database.engine.begin() as connection:
        connection.execute(text("INSERT INTO ships (id, name) VALUES (1, 'Rotarran')"))
    database.dispose()


def ships(database: Database) -> list[str]:
    """Return the rows of a database."""
    with database.engine.connect() as connection:
        found = list(connection.scalars(text("SELECT name FROM ships")))
    database.dispose()
    return found


def creator(database: Database) -> Callable[[], Any]:
    """Return an engine's `creator` that connects to a database, whatever the URL of the engine."""
    dialect = database.engine.dialect
    arguments, keywords = dialect.create_connect_args(database.url)
    return lambda: dialect.loaded_dbapi.connect(*arguments, **keywords)


def use(database: Database, mode: Mode) -> None:
    """Prepare a database and open a connection, as the first test does: a clone needs none."""
    provision(database, mode)
    database.engine.connect()


def led_elsewhere(database: Database, there: Database) -> Database:
    """Return a test database whose driver goes to another one."""
    options = {"creator": creator(there)}
    return database.at(replace(database.target, options=options, tests=True))


@EVERY
@pytest.mark.parametrize("mode", [Mode(), Mode(recreate=True), Mode(alone=True)])
def test_a_driver_that_goes_elsewhere(place: Place, real: Database, mode: Mode) -> None:
    """Neither the first run nor a later one empties, migrates or downgrades the other database."""
    database = place("qapla_landing_test")
    led = led_elsewhere(database, real)
    for _ in range(2):
        with pytest.raises(WrongDatabase) as caught:
            use(led, mode)
        made = str(caught.value).split(" not in ")[1].split(":")[0]
        assert "qapla_landing_test" in made
        assert str(caught.value) == (
            f"database 'main': a connection of its tests is in {real.server.name!r}, and not in "
            f"{made}: look for another destination in its options (`creator`, `connect_args`), its "
            "listeners, its pooler and the links of its file"
        )
        # The next time there is a clean database to be emptied.
        provision(database, mode)
    assert ships(real) == ["Rotarran"]


@EVERY
@pytest.mark.parametrize("door", ["get_session", "migrate", "downgrade"])
def test_each_door_of_a_test_database(place: Place, real: Database, door: str) -> None:
    """A database that `--reuse-db` keeps is checked too, when the first connection is opened."""
    database = place("qapla_landing_test")
    provision(database, Mode())
    led = led_elsewhere(database, real)
    assert provision(led, Mode(reuse=True))
    doors: dict[str, Callable[[], object]] = {
        "get_session": lambda: led.get_session().execute(text("DELETE FROM ships")),
        "migrate": led.migrate,
        "downgrade": lambda: led.downgrade("base"),
    }
    with pytest.raises(WrongDatabase):
        doors[door]()
    assert ships(real) == ["Rotarran"]


@SERVERS
def test_a_listener_of_the_project_that_goes_elsewhere(place: Place, real: Database) -> None:
    """The connection is asked after all that was done to it when it was new."""
    database = place("qapla_landing_test")
    provision(database, Mode())
    led = database.at(replace(database.target, tests=True))
    to_real = creator(real)
    event.listen(led.engine, "do_connect", lambda *_: to_real())
    with pytest.raises(WrongDatabase):
        use(led, Mode())
    assert ships(real) == ["Rotarran"]


@SERVERS
def test_a_database_of_the_same_name_elsewhere(place: Place) -> None:
    """A connection is refused that is in a database of the name, but in none of the tests'."""
    database = place("qapla_landing_test")
    database.create()
    named = database.at(replace(database.target, tests=True))
    with pytest.raises(WrongDatabase) as caught:
        named.engine.connect()
    assert str(caught.value) == (
        f"database 'main': a connection of its tests is in a database {named.target.url.database!r} "
        "that no run of tests has made: let its URL and its default_url name the same server"
    )


@EVERY
@MODES
def test_tables_that_no_run_has_made_are_not_dropped(place: Place, mode: Mode) -> None:
    """The name alone makes no test database: the error has the command to type."""
    database = place("qapla_landing_mine_test")
    database.create()
    database.migrate()
    fill(database)
    in_tests = database.at(replace(database.target, tests=True))
    for drop in (lambda: provision(database, mode), database.recreate, in_tests.drop):
        with pytest.raises(NotDroppable) as caught:
            drop()
        server = database.server
        assert str(caught.value) == (
            f"database 'main': no run of tests has made {server.name!r}, which is not empty, and it is "
            f"not dropped: give 'main' another name in its URL, or type `{server.drop_by_hand}`"
        )
    assert ships(database) == ["Rotarran"]


def test_a_database_that_is_not_dropped_is_named_in_one_line(run: Run, sqlite: Path) -> None:
    """The test that would have used the database fails, without a traceback."""
    path = sqlite / "main_test.db"
    path.write_text("somebody's notes")
    result = run("    def test_it(self, dbsession):\n        pass\n")
    result.assert_outcomes(errors=1)
    told = (
        f"database 'main': no run of tests has made '{path}', which is not empty, and it is not "
        f"dropped: give 'main' another name in its URL, or type `rm {path}`"
    )
    assert result.outlines.count(told) == 1
    assert path.read_text() == "somebody's notes"


@EVERY
def test_the_command_of_the_message_drops_it(place: Place) -> None:
    """The statement or command of the message is one that works."""
    database = place("qapla 100% `typed`_test")
    database.create()
    typed = database.server.drop_by_hand
    if database.target.url.get_backend_name() == "sqlite":
        assert os.system(typed) == 0  # noqa: S605 (a constant)
    else:
        with database.server.connection() as connection:  # type: ignore[attr-defined]
            connection.exec_driver_sql(typed.replace("%", "%%"))
    assert not database.exists()


@EVERY
@MODES
def test_an_empty_database_is_used(place: Place, mode: Mode) -> None:
    """Nothing is lost with a database that somebody has created for the tests."""
    database = place("qapla_landing_empty_test")
    database.create()
    provision(database, mode)
    assert ships(database) == []


@EVERY
def test_a_comment_is_no_label(place: Place) -> None:
    """A note that somebody has made on a database of their own."""
    database = place("qapla_landing_note_test")
    database.create()
    database.migrate()
    comment: Any = "the data of the staging system"
    database.server.set_label(comment)
    with pytest.raises(NotDroppable):
        provision(database, Mode())


@EVERY
@pytest.mark.parametrize("mode", [Mode(), Mode(alone=True)])
def test_a_run_that_was_killed_leaves_droppable_databases(place: Place, mode: Mode) -> None:
    """A database has its label as soon as it has a table, a clone from the start."""
    database = place("qapla_landing_killed_test")
    server = database.server
    server.drop()
    server.create(for_tests=True)
    assert server.label() == DIRTY
    database.migrate()
    database.dispose()
    if server.clones:
        server.for_database("qapla_landing_killed_test_gw0").clone("qapla_landing_killed_test")
        clone = server.for_database("qapla_landing_killed_test_gw0")
        assert clone.label() == DIRTY
        clone.drop()
    provision(database, mode)
    assert ships(database) == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("link", [os.symlink, os.link])
@pytest.mark.parametrize("mode", [Mode(), Mode(reuse=True)])
def test_a_test_database_that_is_a_link(
    place: Place, real: Database, link: Callable[[Path, Path], None], mode: Mode
) -> None:
    """A label beside it does not make the file that it is a link to a test's."""
    database = place("qapla_landing_test")
    provision(database, Mode())
    path = Path(str(database.target.url.database))
    path.unlink()
    link(Path(str(real.target.url.database)), path)
    with pytest.raises(NotDroppable):
        provision(database, mode)
    with pytest.raises(WrongDatabase):
        database.at(replace(database.target, tests=True)).engine.connect()
    assert ships(real) == ["Rotarran"]


@pytest.mark.parametrize("place", ["mariadb"], indirect=True)
def test_a_connection_that_a_test_has_left_elsewhere(place: Place, real: Database) -> None:
    """`USE` outlives the test in the pool; the other database is not emptied."""
    database = place("qapla_landing_test")
    provision(database, Mode())
    with database.engine.connect() as connection:
        connection.exec_driver_sql(f"USE `{real.target.url.database}`")
    with database.engine.connect() as connection, pytest.raises(WrongDatabase) as caught:
        dialect_of(connection.dialect.name).delete_all_rows(connection)
    assert str(caught.value) == (
        f"a connection to the database {database.target.url.database!r} is in "
        f"{real.target.url.database!r}, which is not emptied: look for the test that sends `USE`"
    )
    assert ships(real) == ["Rotarran"]


@SERVERS
def test_each_connection_is_asked_once(place: Place) -> None:
    """A test that follows pays nothing."""
    database = place("qapla_landing_test")
    provision(database, Mode())
    watched = database.at(replace(database.target, tests=True))
    with watched.engine.connect() as connection:
        info = connection.info
    for _ in range(2):
        with watched.engine.connect() as connection:
            assert connection.info is info
    watched.dispose()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_the_environment_of_the_driver_names_no_database(
    place: Place, real: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service, and libpq's variables, only complete a URL, and it names a database."""
    (tmp_path / "services").write_text(f"[real]\ndbname={real.target.url.database}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    monkeypatch.setenv("PGSERVICE", "real")
    monkeypatch.setenv("PGDATABASE", str(real.target.url.database))
    database = place("qapla_landing_test")
    watched = database.at(replace(database.target, tests=True))
    for mode in (Mode(), Mode(reuse=True)):
        provision(watched, mode)
        assert ships(watched) == []
    assert ships(real) == ["Rotarran"]
