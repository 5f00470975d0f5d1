"""A database of others: it is used as any other one, and never created, dropped or migrated."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from qapla.database import lifecycle
from qapla.database.application import DatabaseApplication
from qapla.database.database import Database
from qapla.database.dialects.label import DIRTY
from qapla.database.places.target import Target
from qapla.exceptions import DatabaseError, DatabaseNotFound, NotManaged
from qapla.testing.provisioning.provision import Mode, provision

Legacy = Callable[..., Database]
Place = Callable[..., Database]
Project = Callable[..., DatabaseApplication]

EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
REFUSED = (
    "database 'legacy' is not managed by this project, and is not created, dropped or migrated here: "
    "change it with the tools of its owners, and then its models"
)
DOORS: dict[str, Callable[[Database], Any]] = {
    "create": lambda database: database.create(),
    "drop": lambda database: database.drop(),
    "recreate": lambda database: database.recreate(),
    "migrate": lambda database: database.migrate(),
    "downgrade": lambda database: database.downgrade("base"),
    "upgrade": lambda database: database.migrations.upgrade(),
    "config": lambda database: database.migrations.config(),
    "heads": lambda database: database.migrations.heads(),
    "lock": lambda database: database.migrations.lock(),
    "the server's create": lambda database: database.server.create(),
    "the server's drop": lambda database: database.server.drop(),
    "the server's clone": lambda database: database.server.clone("x"),
    "the server's label": lambda database: database.server.set_label(DIRTY),
    "the server's disconnect": lambda database: database.server.disconnect(),
    "the server's setting": lambda database: database.server.disable_synchronous_commit(),
    "another database": lambda database: database.server.for_database("other").create(),
    "the schema": lifecycle.create_schema,
    "provision": lambda database: provision(database, Mode()),
}


@EVERY
@pytest.mark.parametrize("door", DOORS)
def test_it_is_changed_by_no_door(place: Place, legacy: Legacy, door: str) -> None:
    """Each command and method is one line, also where its name is that of a test database."""
    real = place("qapla_legacy_test")
    real.create()
    use(real, "CREATE TABLE ships (id INTEGER)")
    database = legacy(tests=False)
    with pytest.raises(NotManaged) as caught:
        DOORS[door](database)
    assert str(caught.value) == REFUSED
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM ships")).all() == []


def use(database: Database, statement: str) -> None:
    """Commit a statement."""
    with database.engine.begin() as connection:
        connection.execute(text(statement))
    database.dispose()


@EVERY
def test_rows_are_read_and_written(place: Place, legacy: Legacy) -> None:
    """The account of the URL decides what is allowed."""
    real = place("qapla_legacy_test")
    real.create()
    use(real, "CREATE TABLE ships (id INTEGER)")
    database = legacy(tests=False)
    with database.get_session() as session:
        session.execute(text("INSERT INTO ships VALUES (1)"))
        session.commit()
    with database.get_session() as session:
        assert session.scalars(text("SELECT id FROM ships")).all() == [1]


@EVERY
def test_its_server_is_asked(place: Place, legacy: Legacy) -> None:
    """To look is allowed."""
    database = legacy(tests=False)
    assert not database.exists()
    place("qapla_legacy_test").create()
    assert database.exists()
    server = database.server
    assert server.is_empty()
    assert server.label() is None
    assert server.identity()
    assert Path(server.name).stem in {Path(name).stem for name in server.database_names()}
    assert not server.for_database("qapla_none").exists()


@EVERY
def test_a_missing_one_is_not_made(legacy: Legacy, tmp_path: Path) -> None:
    """SQLite would make the file."""
    database = legacy(tests=False)
    with pytest.raises(DatabaseNotFound) as caught:
        database.engine.connect()
    assert str(caught.value) == (
        f"database 'legacy' ({database.url.database}) does not exist: correct its URL, as this project "
        "does not create it"
    )
    assert not database.exists()


@EVERY
@pytest.mark.parametrize(
    ("tests", "note"),
    [
        (False, "is not managed by this project: its models may differ from its tables"),
        (True, "has only the tables of its models in tests: write a model of the missing one"),
    ],
)
def test_a_missing_table(place: Place, legacy: Legacy, tests: bool, note: str) -> None:
    """The error has a note without a command of migrations."""
    place("qapla_legacy_test").server.create(for_tests=True)
    database = legacy(tests=tests)
    with pytest.raises(DBAPIError) as caught, database.engine.connect() as connection:
        connection.execute(text("SELECT * FROM none"))
    assert caught.value.__notes__ == [f"database 'legacy' {note}"]


def test_it_needs_no_directory_of_migrations(project: Project, tmp_path: Path) -> None:
    """None is looked for, and no path of the settings is its own."""
    application = project(databases=("main",), unmanaged=("legacy",)).run_command()
    assert application.dbs["legacy"].target.migrations is None
    assert set(application.paths) == {"root", "var", "heartbeats", "migrations_main"}


@pytest.mark.parametrize("purpose", ["run_command", "run_worker", "run_shell"])
def test_without_a_url_it_is_nowhere(project: Project, purpose: str) -> None:
    """Preparing is fine, for those who need the other databases; its first use names the variable."""
    database = getattr(project(unmanaged=("legacy",)), purpose)().dbs["legacy"]
    for use in (lambda: database.engine, database.exists, database.get_session):
        with pytest.raises(DatabaseNotFound) as caught:
            use()
        assert str(caught.value) == (
            "database 'legacy' has no URL, and no embedded server stands in for a database that is "
            "not managed by this project: set the variable PROBE_DATABASES__LEGACY__URL"
        )
    with pytest.raises(NotManaged):
        database.recreate()


def test_without_a_url_its_tests_are_on_the_embedded_server(project: Project) -> None:
    """As those of any other database."""
    target = project(unmanaged=("legacy",)).run_tests().dbs["legacy"].target
    assert (target.url.database, target.unset) == ("probe_legacy_test", "")
    assert target.embedded is not None


def test_a_url_that_tests_leave_aside(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the server of others an account may create no test database: the settings of tests unset it."""
    monkeypatch.setenv("PROBE_DATABASES__LEGACY__URL", "postgresql://worf@legacy/crm")
    tests = "SETTINGS = {'databases': {'legacy': {'url': None}}}"
    target = project(tests=tests, unmanaged=("legacy",)).run_tests().dbs["legacy"].target
    assert (target.url.host, target.url.database) == (None, "probe_legacy_test")


def test_it_has_no_key_of_migrations() -> None:
    """Only one of both can be meant."""

    class Described(DatabaseApplication):
        __module__ = "qapla_sample.application.app"

        def append_app_plugins(self) -> None:
            self.add_database_app([Database("main", "migrations", managed=False)])

    with pytest.raises(DatabaseError) as caught:
        Described().run_command()
    assert str(caught.value) == (
        "database 'main' is not managed by this project, and has a key of migrations, 'migrations': "
        "leave one of them out"
    )


@pytest.mark.parametrize(
    ("databases", "unmanaged"), [(("main",), ("legacy",)), ((), ("main", "legacy"))]
)
def test_it_has_a_schema_of_its_own(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    databases: tuple[str, ...],
    unmanaged: tuple[str, ...],
) -> None:
    """Autogenerate of a managed one would drop its tables, and two test databases would be one."""
    for name in ("MAIN", "LEGACY"):
        monkeypatch.setenv(f"PROBE_DATABASES__{name}__URL", "postgresql://h/x")
    with pytest.raises(DatabaseError) as caught:
        project(databases=databases, unmanaged=unmanaged).run_command()
    assert str(caught.value) == (
        "databases 'main' and 'legacy' reach the same schema of the same server: give 'legacy' a "
        "database of its own"
    )


def test_a_description_that_is_placed_stays_unmanaged() -> None:
    """Whatever target it is given."""
    target = Target(make_url("sqlite:///x.db"), Path())
    database = Database("legacy", managed=False).at(target)
    with pytest.raises(NotManaged):
        database.at(target).migrate()
