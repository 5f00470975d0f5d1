"""Databases that one role creates for another: the role of the URL owns them."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError

from qapla.database.database import Database
from qapla.exceptions import DatabaseError
from qapla.testing.provisioning.provision import Mode, provision

Place = Callable[..., Database]
NAME = "qapla_owned_test"
POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
MARIADB = pytest.mark.parametrize("place", ["mariadb"], indirect=True)
ROLES = {
    "qapla_app": "LOGIN",
    "qapla_member": "LOGIN CREATEDB IN ROLE qapla_app",
    "qapla_stranger": "LOGIN CREATEDB",
}


def run(database: Database, *statements: str) -> None:
    """Run statements as an administrator."""
    with database.server.connection() as connection:  # type: ignore[attr-defined]
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def administered(place: Place) -> Iterator[Database]:
    """Return a database of the administrator's, on whose server there are three roles."""
    database = place(NAME)
    run(database, *(f"CREATE ROLE {role} {rights}" for role, rights in ROLES.items()))
    yield database
    for name in database.server.database_names():
        if name.startswith(NAME):
            database.server.for_database(name).drop()
    run(database, *(f"DROP ROLE {role}" for role in reversed(ROLES)))


def of_roles(database: Database, role: str, creator: str | None) -> Database:
    """Return a database for one role, which another one creates."""
    url = database.url
    default = None if creator is None else url.set(username=creator, database="postgres")
    target = replace(
        database.target, url=url.set(username=role), default_url=default, embedded=None
    )
    return database.at(target)


def owner(database: Database) -> object:
    """Return the role that a database belongs to."""
    with database.engine.connect() as connection:
        query = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        found = connection.scalar(text(query))
    database.dispose()
    return found


@POSTGRESQL
@pytest.mark.parametrize("creator", ["postgres", "qapla_member"])
def test_the_role_of_the_url_can_work_in_its_database(administered: Database, creator: str) -> None:
    """Since PostgreSQL 15 nobody but the owner may create tables in a new database."""
    database = of_roles(administered, "qapla_app", creator)
    database.create()
    database.migrate()
    assert owner(database) == "qapla_app"


@POSTGRESQL
@pytest.mark.parametrize("creator", ["postgres", "qapla_member"])
def test_test_databases_and_clones_are_of_the_role_of_the_url(
    administered: Database, creator: str
) -> None:
    """Migrated, cloned, emptied and made anew: it is always the role that the tests connect by."""
    database = of_roles(administered, "qapla_app", creator)
    target = replace(database.target, url=database.target.url.set(database=f"{NAME}_gw0"))
    worker = database.at(target)
    for made, mode in [
        (database, Mode(alone=True)),
        (worker, Mode()),
        (database, Mode()),
        (worker, Mode(recreate=True)),
    ]:
        provision(made, mode)
        assert owner(made) == "qapla_app"


@POSTGRESQL
def test_a_role_that_may_not_act_for_the_other(administered: Database) -> None:
    """The error is one line, with the statement that an administrator types."""
    database = of_roles(administered, "qapla_app", "qapla_stranger")
    with pytest.raises(DatabaseError) as caught:
        database.create()
    # PostgreSQL 15 and older: must be member of role.
    reason = str(caught.value).partition("(")[2].partition(")")[0]
    assert reason in (
        'must be able to SET ROLE "qapla_app"',
        'must be member of role "qapla_app"',
    )
    assert str(caught.value) == (
        f"database {NAME!r}: the role 'qapla_stranger' may not run `CREATE DATABASE` ({reason}): type "
        '`GRANT "qapla_app" TO "qapla_stranger"`, or give default_url another role'
    )
    run(administered, 'GRANT "qapla_app" TO "qapla_stranger"')
    database.create()
    assert owner(database) == "qapla_app"


@POSTGRESQL
def test_a_role_that_may_create_nothing(administered: Database) -> None:
    """It is the role of the URL that creates the database, where no other is named."""
    database = of_roles(administered, "qapla_app", None)
    with pytest.raises(DatabaseError) as caught:
        database.create()
    assert str(caught.value) == (
        f"database {NAME!r}: the role 'qapla_app' may not run `CREATE DATABASE` (permission denied to "
        'create database): type `ALTER ROLE "qapla_app" CREATEDB`, or give default_url another role'
    )


@POSTGRESQL
def test_a_role_that_may_not_drop(administered: Database) -> None:
    """A database of somebody else's is told with the statement that gives it to the role."""
    administered.create()
    database = of_roles(administered, "qapla_app", "qapla_member")
    with pytest.raises(DatabaseError) as caught:
        database.recreate()
    assert str(caught.value) == (
        f"database {NAME!r}: the role 'qapla_member' may not run `DROP DATABASE` (must be owner of "
        f'database {NAME}): type `ALTER DATABASE "{NAME}" OWNER TO "qapla_member"`, or give '
        "default_url another role"
    )


@POSTGRESQL
def test_a_database_of_another_owner(administered: Database) -> None:
    """The error of a role that may create no tables has a note with the command to type."""
    administered.create()
    run(administered, f"REVOKE CREATE ON DATABASE {NAME} FROM PUBLIC")
    database = of_roles(administered, "qapla_app", "postgres")
    with pytest.raises(DBAPIError) as caught:
        database.migrate()
    database.dispose()
    assert caught.value.__notes__ == [
        f'database \'main\' has another owner: type `ALTER DATABASE "{NAME}" OWNER TO "qapla_app"`'
    ]


@POSTGRESQL
def test_a_database_whose_schema_others_own(administered: Database) -> None:
    """Nobody is told to take it from them."""
    administered.create()
    run(administered, f"REVOKE CREATE ON DATABASE {NAME} FROM PUBLIC")
    target = of_roles(administered, "qapla_app", "postgres").target
    database = Database("legacy", managed=False).at(target)
    with pytest.raises(DBAPIError) as caught, database.engine.connect() as connection:
        connection.execute(text("CREATE TABLE ships (id INTEGER)"))
    database.dispose()
    assert caught.value.__notes__ == [
        "database 'legacy' has another owner: ask them for the privileges of its schema"
    ]


@MARIADB
def test_a_role_of_mariadb_without_privileges(place: Place, request: pytest.FixtureRequest) -> None:
    """There databases have no owner: the error names the role, and the statement for it."""
    database = place("qapla_owned_test")
    name = database.target.url.database
    role = f"qapla_{name.split('-')[1][:8]}" if name and "-" in name else "qapla_app"
    # As the driver formats them.
    hosts = ("localhost", "%%")
    dropped = [f"DROP USER IF EXISTS {role}@'{host}'" for host in hosts]
    request.addfinalizer(lambda: run(database, *dropped))
    run(database, *(f"CREATE USER {role}@'{host}'" for host in hosts))
    server = database.target.url.set(username=role)
    app = database.at(replace(database.target, url=server))
    with pytest.raises(DatabaseError) as caught:
        app.create()
    reason = str(caught.value).partition("(")[2].partition(")")[0]
    pattern = str(name).replace("_", r"\_")
    assert str(caught.value) == (
        f"database {name!r}: the role {role!r} may not run `CREATE DATABASE` ({reason}): type "
        f"`GRANT ALL PRIVILEGES ON `{pattern}`.* TO '{role}'@'%'`, or give default_url another role"
    )
    by_root = URL.create("mysql+pymysql", "root", host="127.0.0.1", query=server.query)
    made = app.at(replace(app.target, default_url=by_root))
    with pytest.raises(DatabaseError) as caught:
        provision(made, Mode())
    assert str(caught.value) == (
        f"database 'main': the role {role!r} may not use {name!r}: grant it the privileges of that "
        f"database ({reason})"
    )
    made.dispose()
