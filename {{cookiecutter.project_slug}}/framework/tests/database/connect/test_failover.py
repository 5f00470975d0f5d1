"""A server that turns read-only loses its connections, and its refusals pass."""

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.database.dialects import POSTGRESQL as DIALECT
from qapla.database.dialects.errors import is_transient
from qapla.exceptions import ReadOnly

from qapla_sample.fleet import FleetReadDriver, FleetWriteDriver

POSTGRESQL = pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)
MARIADB = pytest.mark.parametrize("fleet_server", ["mariadb"], indirect=True)
PID = text("SELECT pg_backend_pid()")
# As after ALTER SYSTEM, of which a server tells its sessions.
TURN = text("SET default_transaction_read_only = on")


def pid_of(database: Database) -> Any:
    """Return the number of the server's process of the next connection."""
    with database.get_session() as session:
        return session.scalar(PID)


def turn_read_only(database: Database) -> None:
    """Turn the sessions of the pool's idle connection read-only."""
    with database.get_session() as session:
        session.execute(TURN)
        session.commit()


@POSTGRESQL
def test_a_connection_that_turned_read_only_is_replaced(fleet: Database) -> None:
    """It is dropped at the next checkout, without a round trip, before a write fails on it."""
    before = pid_of(fleet)
    turn_read_only(fleet)
    with fleet.get_session() as session:
        FleetWriteDriver(session).create(name="Ninth")
        session.commit()
    assert pid_of(fleet) != before


@POSTGRESQL
def test_a_write_that_the_server_refuses_is_transient(fleet: Database) -> None:
    """The connection turned read-only while it was given out."""
    with fleet.engine.connect() as connection:
        before = connection.scalar(PID)
        connection.execute(TURN)
        connection.commit()
        with pytest.raises(DBAPIError) as caught:
            connection.execute(text("INSERT INTO fleets (name) VALUES ('x')"))
        assert caught.value.connection_invalidated
        assert is_transient(caught.value)
    assert pid_of(fleet) != before


@POSTGRESQL
def test_a_transaction_that_only_reads_keeps_its_connection(fleet: Database) -> None:
    """It was asked for: the server takes writes as before, and the error does not pass."""
    before = pid_of(fleet)
    with fleet.engine.connect() as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        with pytest.raises(DBAPIError) as caught:
            connection.execute(text("INSERT INTO fleets (name) VALUES ('x')"))
        assert not is_transient(caught.value)
    with fleet.get_session() as session, pytest.raises(ReadOnly):
        FleetReadDriver(session).execute(text("SELECT nextval('fleets_id_seq')"))
    assert pid_of(fleet) == before


@POSTGRESQL
def test_an_engine_that_only_reads_from_the_start_keeps_its_connections(fleet: Database) -> None:
    """Its options say so, and nothing has turned."""
    url = fleet.url.update_query_dict({"options": "-c default_transaction_read_only=on"})
    engine = create_engine(url)
    DIALECT.listen(engine)
    pids = set()
    for _ in range(2):
        with engine.connect() as connection:
            pids.add(connection.scalar(PID))
            with pytest.raises(DBAPIError) as caught:
                connection.execute(text("INSERT INTO fleets (name) VALUES ('x')"))
            assert not is_transient(caught.value)
    engine.dispose()
    assert len(pids) == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (1290, "The MariaDB server is running with the --read-only option"),
        (1836, "Running in read-only mode"),
    ],
)
@MARIADB
def test_a_read_only_server_of_mariadb_loses_its_connections(
    session: Session, code: int, message: str
) -> None:
    """The server says so in an error of the write, whose text the test has it signal."""
    signal = f"SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {code}, MESSAGE_TEXT = '{message}'"
    with pytest.raises(DBAPIError) as caught:
        session.execute(text(signal))
    assert caught.value.connection_invalidated
    assert is_transient(caught.value)


@MARIADB
def test_another_option_that_prevents_a_statement_is_permanent(session: Session) -> None:
    """MariaDB has one code for all its options."""
    message = "The MariaDB server is running with the --secure-file-priv option"
    signal = f"SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = '{message}'"
    with pytest.raises(DBAPIError) as caught:
        session.execute(text(signal))
    assert not is_transient(caught.value)
