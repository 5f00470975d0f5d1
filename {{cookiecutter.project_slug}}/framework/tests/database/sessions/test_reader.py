"""Short reads: which statements need no transaction, and what keeps a session in one."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, joinedload

from qapla.database.application import DatabaseApplication
from qapla.database.connect import engines
from qapla.database.database import Database
from qapla.database.sessions import routing as session_module
from qapla.database.sessions.reads import open_read
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

POSTGRESQL = pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)
ONLY_READS = "FleetReadDriver only reads: write by a write driver"


def in_use(database: Database) -> int:
    """Return how many connections are given out."""
    return database.engine.pool.checkedout()  # type: ignore[attr-defined, no-any-return]


def terminate(database: Database, pid: int) -> None:
    """End the server's process of a connection."""
    engine = create_engine(database.url)
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)"))
    engine.dispose()


@pytest.fixture
def seen(fleet: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return where statements go from now on: `reader` for a short read, or `writer`."""
    short: list[Connection] = []
    went: list[str] = []

    def spy(engine: Engine, **options: bool) -> Connection | None:
        connection = open_read(engine, **options)
        if connection is not None:
            short.append(connection)
        return connection

    def listen(connection: Connection, *_: object) -> None:
        went.append("reader" if any(connection is one for one in short) else "writer")

    monkeypatch.setattr(session_module, "open_read", spy)
    event.listen(fleet.engine, "before_cursor_execute", listen)
    return went


@pytest.fixture
def ninth(fleet: Database) -> int:
    """Return the key of a fleet with two vessels, committed."""
    with fleet.get_session() as session:
        made = Fleet(name="Ninth", vessels=[Vessel(name="Rotarran"), Vessel(name="Defiant")])
        session.add(made)
        session.commit()
        return made.id


READS: list[Callable[[FleetReadDriver], object]] = [
    lambda driver: driver.find_by_id(1),
    lambda driver: driver.find_one(name="Ninth"),
    lambda driver: driver.list_all(),
    lambda driver: driver.count(),
    lambda driver: driver.exists(),
    lambda driver: driver.rows(),
    lambda driver: driver.page(size=3),
    lambda driver: list(driver.stream()),
    lambda driver: driver.scalars(select(Fleet.id)),
    lambda driver: driver.execute(select(Fleet.id)),
    lambda driver: driver.execute(text("SELECT id FROM fleets")),
]


def statements(went: list[str]) -> list[str]:
    """Return the kinds of statements, without SQLite's own BEGIN, and forget them."""
    asked = list(dict.fromkeys(went))
    went.clear()
    return [kind for kind in asked if kind == "reader"] or asked


@pytest.mark.parametrize("read", READS)
def test_what_a_read_driver_asks_goes_to_the_reader(
    fleet: Database, session: Session, seen: list[str], read: Callable[[FleetReadDriver], object]
) -> None:
    """It does while no transaction is open, and no connection is kept."""
    read(FleetReadDriver(session))
    assert statements(seen) == ["reader"]
    assert in_use(fleet) == 0


@pytest.mark.parametrize("read", [*READS[:7], *READS[8:]])
def test_after_any_statement_on_the_writer_reads_stay_there(
    session: Session, seen: list[str], read: Callable[[FleetReadDriver], object]
) -> None:
    """A textual one is enough. (A stream has a session of its own.)"""
    session.execute(text("SELECT 1"))
    read(FleetReadDriver(session))
    assert statements(seen) == ["writer"]


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_the_end_of_a_transaction_gives_the_reader_back(
    session: Session, seen: list[str], end: str
) -> None:
    """It is a commit, a rollback or a close."""
    driver = FleetReadDriver(session)
    session.execute(text("SELECT 1"))
    driver.count()
    assert statements(seen) == ["writer"]
    getattr(session, end)()
    driver.count()
    assert statements(seen) == ["reader"]


def test_the_end_of_a_savepoint_does_not(session: Session, seen: list[str]) -> None:
    """The transaction around it is still open."""
    driver = FleetReadDriver(session)
    with FleetWriteDriver(session).transaction():
        session.execute(text("SELECT 1"))
        with session.begin_nested():
            driver.count()
        driver.count()
        assert statements(seen) == ["writer"]
    driver.count()
    assert statements(seen) == ["reader"]


def test_a_failed_write_gives_the_reader_back(session: Session, seen: list[str]) -> None:
    """It has rolled back."""
    writes = FleetWriteDriver(session)
    writes.create(name="Ninth")
    session.commit()
    with pytest.raises(Duplicate):
        writes.create(name="Ninth")
    seen.clear()
    assert FleetReadDriver(session).count() == 1
    assert statements(seen) == ["reader"]


def test_uncommitted_rows_are_seen(fleet: Database, session: Session) -> None:
    """A session reads what it has written, and the others do not."""
    FleetWriteDriver(session).create(name="Ninth")
    assert FleetReadDriver(session).exists(name="Ninth")
    with fleet.get_session() as other:
        assert not FleetReadDriver(other).exists(name="Ninth")


def test_what_is_pending_is_flushed_before_a_read(session: Session, seen: list[str]) -> None:
    """It is on the writer, where the read goes too."""
    session.add(Fleet(name="Ninth"))
    assert FleetReadDriver(session).count() == 1
    assert statements(seen) == ["writer"]


def test_what_is_changed_is_flushed_before_a_read(
    session: Session, seen: list[str], ninth: int
) -> None:
    """A change of an object that the reader gave counts as well."""
    FleetReadDriver(session).get_by_id(ninth).name = "Tenth"
    assert FleetReadDriver(session).exists(name="Tenth")


def test_without_autoflush_nothing_is_flushed(session: Session, seen: list[str]) -> None:
    """The session's own way of saying so is kept."""
    session.add(Fleet(name="Ninth"))
    with session.no_autoflush:
        assert FleetReadDriver(session).count() == 0
    assert statements(seen) == ["writer"]
    assert session.autoflush


@POSTGRESQL
def test_a_setting_of_the_transaction_is_seen(session: Session) -> None:
    """`SET LOCAL` holds for the reads of its transaction."""
    driver = FleetReadDriver(session)
    shown = select(func.current_setting("statement_timeout"))
    session.execute(text("SET LOCAL statement_timeout = '7s'"))
    assert driver.scalars(shown) == ["7s"]
    session.commit()
    assert driver.scalars(shown) != ["7s"]


@POSTGRESQL
def test_a_lock_is_held_while_its_transaction_reads(fleet: Database, ninth: int) -> None:
    """Reads between a lock and a write belong to one transaction."""
    with fleet.get_session() as session, fleet.get_session() as other:
        FleetWriteDriver(session).get_for_update(ninth)
        FleetReadDriver(session).get_by_id(ninth)
        assert FleetWriteDriver(other).get_for_update(ninth, skip_locked=True) is None


def test_the_session_itself_goes_to_the_writer(
    session: Session, seen: list[str], ninth: int
) -> None:
    """Only drivers mark reads."""
    seen.clear()
    session.query(Fleet).all()
    assert statements(seen) == ["writer"]


def test_a_lazy_load_goes_to_the_writer(session: Session, seen: list[str], ninth: int) -> None:
    """Nobody has marked it; from there on the session is on the writer."""
    found = FleetReadDriver(session).get_by_id(ninth)
    seen.clear()
    assert len(found.vessels) == 2
    FleetReadDriver(session).count()
    assert statements(seen) == ["writer"]


@pytest.mark.parametrize("load", ["vessels", joinedload(Fleet.vessels)])
def test_what_is_loaded_along_goes_to_the_reader(
    session: Session, seen: list[str], ninth: int, load: Any
) -> None:
    """It is part of the read."""
    seen.clear()
    found = FleetReadDriver(session).get_by_id(ninth, load=[load])
    assert len(found.vessels) == 2
    assert statements(seen) == ["reader"]


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


def test_a_rollback_expires_what_was_read(fleet: Database, session: Session, ninth: int) -> None:
    """So does a commit: an object is not older than the transaction that it is used in."""
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


def test_the_pools_stay_below_what_a_server_allows() -> None:
    """Of three databases in four processes the connections are fewer than PostgreSQL's hundred."""
    assert sum(engines._POOL.values()) * 3 * 4 < 100 - 3


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
    """Threads that read, write, read what they wrote, stream and fail wait, and come to an end."""

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
    """What a test has not committed for good is seen by its reads; afterwards the reader is back."""
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


def configured(project: Callable[..., DatabaseApplication], url: str, **settings: object) -> bool:
    """Tell whether a database with settings has a reader."""
    given = {"url": url, **settings}
    application = project(
        default=f"SETTINGS = {{'databases': {{'main': {given!r}}}}}", databases=("main",)
    )
    application.run_command()
    return application.dbs["main"].target.reader


@pytest.mark.parametrize(
    ("url", "settings", "expected"),
    [
        ("postgresql+psycopg://h/d", {}, True),
        ("postgresql+psycopg://h/d", {"reader": False}, False),
        ("postgresql+psycopg://h/d", {"options": {"isolation_level": "SERIALIZABLE"}}, False),
        (
            "postgresql+psycopg://h/d",
            {"options": {"execution_options": {"isolation_level": "SERIALIZABLE"}}},
            False,
        ),
        (
            "postgresql+psycopg://h/d",
            {"reader": True, "options": {"isolation_level": "SERIALIZABLE"}},
            False,
        ),
        ("postgresql+psycopg://h/d", {"options": {"pool_size": 9}}, True),
        ("mysql+pymysql://h/d", {}, False),
        ("mysql+pymysql://h/d", {"reader": True}, True),
        ("sqlite:///d.db", {}, False),
        ("sqlite:///d.db", {"reader": True}, True),
    ],
)
def test_which_databases_have_a_reader(
    project: Callable[..., DatabaseApplication],
    url: str,
    settings: dict[str, object],
    expected: bool,
) -> None:
    """By default where it changes nothing but the speed; by a setting elsewhere too."""
    assert configured(project, url, **settings) is expected


def test_a_pool_of_the_users_own_has_no_reader(
    project: Callable[..., DatabaseApplication],
) -> None:
    """A pool class is chosen for all connections of a database."""
    options = "{'poolclass': StaticPool}"
    default = (
        "from sqlalchemy import StaticPool\n"
        "SETTINGS = {'databases': "
        f"{{'main': {{'url': 'postgresql+psycopg://h/d', 'options': {options}}}}}}}"
    )
    application = project(default=default, databases=("main",)).run_command()
    assert not application.dbs["main"].target.reader
