"""A standby that takes the place of its primary, while a project goes on."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from shutil import rmtree

import pytest
from servers import PostgreSQL, wait_for
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from qapla.database.database import Database
from qapla.database.dialects.errors import is_transient
from qapla.database.places.target import Target

# The databases are the test's own.
pytestmark = pytest.mark.unguarded_databases
INSERT = text("INSERT INTO ships (name) VALUES ('Rotarran')")


@pytest.fixture
def directory() -> Iterator[Path]:
    """Return a directory that servers, which are other users under root, can reach."""
    path = Path(tempfile.mkdtemp(prefix="qapla-failover-"))
    path.chmod(0o755)
    yield path
    rmtree(path, ignore_errors=True)


def database(*servers: PostgreSQL, attributes: str) -> Database:
    """Return a database on the first of several servers that is of the kind asked for."""
    query = {"host": ",".join(str(server.directory) for server in servers)}
    url = make_url("postgresql+psycopg://postgres@/postgres").update_query_dict(
        {**query, "target_session_attrs": attributes}
    )
    return Database("main").at(Target(url=url, migrations=Path(), reader=True))


def write(database: Database) -> None:
    """Write in a session, and commit."""
    with database.get_session() as session:
        session.execute(INSERT)
        session.commit()


def promote(server: PostgreSQL) -> None:
    """Make a standby the primary."""
    admin = database(server, attributes="any")
    with admin.engine.connect() as connection:
        connection.execute(text("SELECT pg_promote()"))
    admin.dispose()


def test_a_project_goes_on_with_the_new_primary(directory: Path) -> None:
    """Errors of the time between pass, and no process is restarted."""
    primary = PostgreSQL(directory / "primary")
    primary.start()
    main = database(primary, attributes="any")
    with main.engine.begin() as connection:
        connection.execute(text("CREATE TABLE ships (name text)"))
    standby = primary.replica(directory / "standby")
    both = database(primary, standby, attributes="primary")
    refused = database(standby, attributes="any")
    try:
        write(both)
        # A pool on a standby, as an address has it that moves with the primary, but too late.
        with pytest.raises(DBAPIError) as caught:
            write(refused)
        assert is_transient(caught.value)
        assert caught.value.connection_invalidated
        primary.kill()
        with pytest.raises(DBAPIError) as caught:
            write(both)
        assert is_transient(caught.value)
        promote(standby)
        for there in (both, refused):
            wait_for("the new primary", partial(succeeds, there), 10)
        with both.get_session() as session:
            assert session.scalar(text("SELECT count(*) FROM ships")) == 3
    finally:
        for there in (main, both, refused):
            there.dispose()
        standby.kill()


def succeeds(database: Database) -> bool:
    """Whether a write succeeds; an error on the way passes."""
    try:
        write(database)
    except DBAPIError as error:
        if not is_transient(error):
            raise
        return False
    return True
