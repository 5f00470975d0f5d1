"""The connections of short reads: how many, when they are lost, and after a fork."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import (
    Connection,
    create_engine,
    delete,
    event,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from qapla.database.connect import engines
from qapla.database.database import Database
from qapla.exceptions import Duplicate, ReadOnly
from qapla.testing.isolation.isolation import Isolation
from qapla.testing.isolation.tracker import ResourceTracker

from qapla_sample.fleet import (
    Fleet,
    FleetReadDriver,
    FleetWriteDriver,
    Vessel,
    VesselReadDriver,
)
from support.pools import in_use

POSTGRESQL = pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)

ONLY_READS = "FleetReadDriver only reads: write by a write driver"


def terminate(database: Database, pid: int) -> None:
    """End the server's process of a connection."""
    engine = create_engine(database.url)
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)"))
    engine.dispose()


def test_a_read_gives_its_connection_back_when_it_fails(fleet: Database, session: Session) -> None:
    """The session may read and write after it."""
    driver = FleetReadDriver(session)
    with pytest.raises(DBAPIError):
        driver.execute(text("SELECT nonsense FROM fleets"))
    assert in_use(fleet) == 0
    FleetWriteDriver(session).create(name="Ninth")
    assert driver.count() == 1
    session.commit()
    assert in_use(fleet) == 0


def test_a_session_that_reads_and_then_writes_holds_one_connection(
    fleet: Database, session: Session
) -> None:
    """The reader's was given back before."""
    driver = FleetReadDriver(session)
    driver.count()
    FleetWriteDriver(session).create(name="Ninth")
    driver.count()
    assert in_use(fleet) == 1


def test_a_rollback_expires_read_objects(fleet: Database, session: Session, ninth: int) -> None:
    """A commit expires them too: an object is not older than the transaction that it is used in."""
    found = FleetReadDriver(session).get_by_id(ninth)
    for end, name in ((session.rollback, "Tenth"), (session.commit, "Eleventh")):
        with fleet.engine.begin() as connection:
            connection.execute(update(Fleet).values(name=name))
        end()
        assert found.name == name
        session.rollback()


WRITES: list[Any] = [
    insert(Fleet).values(name="x"),
    update(Fleet).values(name="x"),
    delete(Fleet),
    insert(Fleet).values(name="x").returning(Fleet.id),
    select(Fleet).from_statement(insert(Fleet).values(name="x").returning(Fleet)),
    select(insert(Fleet).values(name="x").returning(Fleet.id).cte()),
    text("INSERT INTO fleets (name) VALUES ('x')"),
    text("/* a */ delete from fleets"),
]


@pytest.mark.parametrize("on_writer", [False, True])
@pytest.mark.parametrize("write", range(len(WRITES)))
def test_a_read_driver_does_not_write(session: Session, write: int, on_writer: bool) -> None:
    """Whatever it is made of, a statement that writes is refused on the reader and the writer."""
    if on_writer:
        session.execute(text("SELECT 1"))
    for attempt in (FleetReadDriver(session).execute, FleetReadDriver(session).scalars):
        with pytest.raises(ReadOnly) as caught:
            attempt(WRITES[write])
        assert str(caught.value) == ONLY_READS
    assert FleetReadDriver(session).count() == 0


@POSTGRESQL
def test_a_lost_connection_is_replaced_once(fleet: Database, session: Session, ninth: int) -> None:
    """A read is repeated when the reader's connection is gone: nothing can be half done."""
    driver = FleetReadDriver(session)
    pid = text("SELECT pg_backend_pid()")
    (lost,) = driver.scalars(pid)
    terminate(fleet, lost)
    assert driver.count() == 1
    assert driver.scalars(pid) != [lost]
    assert in_use(fleet) == 0


@POSTGRESQL
def test_a_connection_that_is_lost_before_its_first_read(fleet: Database, session: Session) -> None:
    """It has been in the pool, and no read driver has used it."""
    with fleet.engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    terminate(fleet, pid)
    assert FleetReadDriver(session).count() == 0
    assert not session.in_transaction()


@POSTGRESQL
def test_a_connection_that_is_lost_while_its_isolation_is_asked(
    fleet: Database, session: Session
) -> None:
    """Its read is repeated too: the error is SQLAlchemy's, and not the driver's own."""
    fleet.engine.connect().close()
    fleet.dispose()

    def lose(used: Any, _: object) -> None:
        rollback = used.rollback

        def lost() -> None:
            del used.rollback
            terminate(fleet, used.info.backend_pid)
            rollback()

        used.rollback = lost

    event.listen(fleet.engine, "connect", lose, once=True)
    assert FleetReadDriver(session).count() == 0


@POSTGRESQL
def test_a_connection_that_is_lost_twice_is_an_error(session: Session) -> None:
    """A statement that loses its connection each time is not repeated for ever."""
    suicide = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(OperationalError):
        FleetReadDriver(session).execute(suicide)
    assert FleetReadDriver(session).count() == 0


@POSTGRESQL
def test_a_lost_connection_of_the_writer_is_an_error(fleet: Database, session: Session) -> None:
    """Its transaction is lost, which nobody but the caller can repeat."""
    terminate(fleet, session.scalar(text("SELECT pg_backend_pid()")))
    with pytest.raises(OperationalError):
        FleetReadDriver(session).count()
    session.rollback()
    assert FleetReadDriver(session).count() == 0


@POSTGRESQL
def test_a_read_costs_no_begin(fleet: Database, session: Session) -> None:
    """A short read is in autocommit: the server sees one statement and no transaction."""
    status = text("SELECT now() = statement_timestamp()")
    seen: list[object] = []

    def listen(connection: Connection, *_: object) -> None:
        seen.append(connection.connection.dbapi_connection.autocommit)  # type: ignore[union-attr]

    event.listen(fleet.engine, "before_cursor_execute", listen)
    FleetReadDriver(session).count()
    assert seen == [True]
    with fleet.engine.connect() as connection:
        connection.execute(status)
    assert seen == [True, False]


def test_the_pools_stay_below_the_limit_of_a_server() -> None:
    """Of three databases in four processes the connections are fewer than PostgreSQL's hundred."""
    assert sum(engines.POOL.values()) * 3 * 4 < 100 - 3


@pytest.fixture
def of_one(fleet: Database) -> Iterator[Database]:
    """Return the database with a pool of one connection, and one more for a stream."""
    options = {"pool_size": 1, "max_overflow": 1, "pool_timeout": 10}
    if fleet.engine.dialect.name == "sqlite":
        options["connect_args"] = {"timeout": 10}  # type: ignore[assignment]
    target = fleet.target
    database = Database("main").at(
        type(target)(
            url=target.url,
            migrations=target.migrations,
            options=options,
            embedded=target.embedded,
            reader=True,
        )
    )
    yield database
    database.dispose()


def test_pools_of_one_do_not_deadlock(of_one: Database) -> None:
    """Threads that read, write, read their writes, stream and fail wait, and come to an end."""

    def work(number: int) -> int:
        with of_one.get_session() as session:
            reads, writes = FleetReadDriver(session), FleetWriteDriver(session)
            for turn in range(6):
                name = f"{number}-{turn}"
                reads.page(size=3)
                with writes.transaction():
                    writes.create(name=name, vessels=[Vessel(name=name)])
                    assert reads.find_one(name=name, load=["vessels"]) is not None
                with pytest.raises(Duplicate):
                    writes.create(name=name)
                assert sum(1 for _ in VesselReadDriver(session).stream(batch=4, name=name)) == 1
            return reads.count()

    with ThreadPoolExecutor(8) as threads:
        running = [threads.submit(work, number) for number in range(8)]
        counts = [future.result(timeout=30) for future in running]
    assert max(counts) == 48
    assert in_use(of_one) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@POSTGRESQL
def test_a_forked_child_leaves_the_readers_connections_alone(
    fleet: Database, session: Session
) -> None:
    """A child reads by a connection of its own."""
    driver = FleetReadDriver(session)
    pid = text("SELECT pg_backend_pid()")
    (parents,) = driver.scalars(pid)
    out, into = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.write(into, str(driver.scalars(pid)[0]).encode())
            fleet.dispose()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(into)
    with os.fdopen(out) as pipe:
        childs = int(pipe.read())
    assert driver.scalars(pid) == [parents]
    assert childs != parents


def test_a_tests_connection_turns_the_reader_off(fleet: Database) -> None:
    """Uncommitted rows of a test are seen by its reads; afterwards reads are short again."""
    tracker = ResourceTracker(fleet)
    isolation = Isolation(tracker)
    isolation.begin(threading.get_ident())
    with fleet.get_session() as session:
        FleetWriteDriver(session).create(name="Ninth")
        session.commit()
    with fleet.get_session() as session:
        assert FleetReadDriver(session).count() == 1
        assert len(list(FleetReadDriver(session).stream())) == 1
    isolation.end()
    isolation.close()
    tracker.remove()
    with fleet.get_session() as session:
        assert FleetReadDriver(session).count() == 0
