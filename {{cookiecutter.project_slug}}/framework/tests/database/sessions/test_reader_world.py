"""Reads hold to the settings of their session and its engine: binds, roles, tenants, isolation."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from qapla.database.database import Database

from qapla_sample.fleet import Fleet, FleetReadDriver, FleetWriteDriver, Model

pytestmark = pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)
ROLE = select(func.current_user())
TENANT = text("SELECT current_setting('app.tenant', true)")
LEVEL = text("SELECT current_setting('transaction_isolation')")


@contextmanager
def elsewhere(database: Database) -> Iterator[Connection]:
    """Begin a transaction past the database's engine, and commit it."""
    engine = create_engine(database.url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def other_schema(fleet: Database, session: Session) -> Iterator[Engine]:
    """Return an engine whose tables are in another schema, with a fleet of its own."""
    with fleet.engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA other"))
        connection.execute(text("CREATE TABLE other.fleets (LIKE fleets INCLUDING ALL)"))
        connection.execute(text("INSERT INTO other.fleets (id, name) VALUES (7, 'other')"))
    yield fleet.engine.execution_options(schema_translate_map={None: "other"})
    session.rollback()
    with fleet.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA other CASCADE"))


@pytest.fixture
def role(fleet: Database) -> Iterator[str]:
    """Return a role that sees only the fleet called `own`, by row-level security."""
    with fleet.engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS fleet_tenant"))
        connection.execute(text("CREATE ROLE fleet_tenant"))
        connection.execute(text("GRANT SELECT ON fleets TO fleet_tenant"))
        connection.execute(text("ALTER TABLE fleets ENABLE ROW LEVEL SECURITY"))
        connection.execute(text("CREATE POLICY own ON fleets USING (name = 'own')"))
        connection.execute(text("INSERT INTO fleets (name) VALUES ('own'), ('foreign')"))
    yield "fleet_tenant"
    with elsewhere(fleet) as connection:
        connection.execute(text("DROP POLICY own ON fleets"))
        connection.execute(text("ALTER TABLE fleets DISABLE ROW LEVEL SECURITY"))
        connection.execute(text("DROP OWNED BY fleet_tenant"))
        connection.execute(text("DROP ROLE fleet_tenant"))


def names(driver: FleetReadDriver) -> list[list[Any]]:
    """Return the names of the fleets by each way to read them."""
    return [
        sorted(fleet.name for fleet in driver.list_all()),
        sorted(row["name"] for row in driver.rows("name")),
        sorted(fleet.name for fleet in driver.page(size=9).items),
        sorted(driver.scalars(select(Fleet.name))),
        sorted(fleet.name for fleet in driver.stream()),
    ]


def test_a_bind_of_the_session_holds(session: Session, other_schema: Engine) -> None:
    """The session was given another engine."""
    session.bind = other_schema
    assert names(FleetReadDriver(session)) == [["other"]] * 5


@pytest.mark.parametrize("bound", [Fleet, Model])
def test_a_bind_of_the_model_holds(session: Session, other_schema: Engine, bound: Any) -> None:
    """The session was given another engine for this model, or for its base."""
    session.bind_mapper(bound, other_schema)
    assert names(FleetReadDriver(session)) == [["other"]] * 5


def test_a_schema_map_of_the_engine_holds(fleet: Database, other_schema: Engine) -> None:
    """It is an option of the engine's own."""
    fleet.engine.update_execution_options(schema_translate_map={None: "other"})
    with fleet.get_session() as session:
        assert names(FleetReadDriver(session)) == [["other"]] * 5


@pytest.mark.parametrize("target", ["session", "factory", "class", "create"])
def test_a_role_of_the_transaction_holds(fleet: Database, role: str, target: str) -> None:
    """A listener sets it at the begin of each transaction; no row past its policy is read."""

    def set_role(*arguments: Any) -> None:
        arguments[-1].execute(text(f"SET LOCAL ROLE {role}"))

    def set_role_early(session: Session, transaction: Any) -> None:
        if transaction.parent is None:
            session.connection().execute(text(f"SET LOCAL ROLE {role}"))

    with fleet.get_session() as session:
        where = {"session": session, "factory": fleet.sessions, "class": Session}.get(target)
        if where is None:
            event.listen(session, "after_transaction_create", set_role_early)
        else:
            event.listen(where, "after_begin", set_role)
        try:
            assert names(FleetReadDriver(session)) == [["own"]] * 5
            session.rollback()
            assert FleetReadDriver(session).count() == 1
        finally:
            if where is Session:
                event.remove(Session, "after_begin", set_role)


def test_a_role_of_the_engines_transaction_holds(fleet: Database, role: str) -> None:
    """A listener of the engine sets it at each BEGIN."""

    @event.listens_for(fleet.engine, "begin")
    def set_role(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL ROLE {role}")

    with fleet.get_session() as session:
        assert names(FleetReadDriver(session)) == [["own"]] * 5


@pytest.mark.parametrize("when", ["connect", "checkout"])
def test_a_setting_of_the_connection_holds(fleet: Database, session: Session, when: str) -> None:
    """A listener of the pool sets it at a new connection, or at each checkout."""

    @event.listens_for(fleet.engine, when)
    def set_tenant(connection: Any, *_: object) -> None:
        connection.execute("SET app.tenant = 'klingon'")
        if when == "connect":
            connection.commit()

    fleet.dispose()
    driver = FleetReadDriver(session)
    assert driver.scalars(TENANT) == ["klingon"]
    assert driver.scalars(select(func.current_setting("app.tenant"))) == ["klingon"]
    assert not session.in_transaction()


@pytest.mark.parametrize("how", ["attribute", "statement", "options", "role"])
def test_an_isolation_level_holds(fleet: Database, how: str) -> None:
    """Two reads of a transaction see the same, by whatever way its level was set."""

    def connect(connection: Any, *_: object) -> None:
        from psycopg import IsolationLevel

        if how == "attribute":
            connection.isolation_level = IsolationLevel.SERIALIZABLE
        elif how == "statement":
            level = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE"
            connection.execute(level)
            connection.commit()

    event.listen(fleet.engine, "connect", connect)
    if how == "options":
        fleet.engine.update_execution_options(isolation_level="SERIALIZABLE")
    setting = "ALTER ROLE postgres IN DATABASE fleet_test {} default_transaction_isolation"
    if how == "role":
        with fleet.engine.begin() as connection:
            connection.execute(text(setting.format("SET") + " = serializable"))
    fleet.dispose()
    try:
        with fleet.get_session() as session:
            driver = FleetReadDriver(session)
            assert driver.count() == 0
            assert driver.scalars(LEVEL) == ["serializable"]
            with elsewhere(fleet) as connection:
                connection.execute(text("INSERT INTO fleets (name) VALUES ('new')"))
            assert driver.count() == 0
            session.rollback()
            assert driver.count() == 1
    finally:
        with elsewhere(fleet) as connection:
            connection.execute(text(setting.format("RESET")))


def test_a_session_that_may_not_begin_by_itself_reads_nothing(fleet: Database) -> None:
    """It was told to begin by hand."""
    fleet.sessions.configure(autobegin=False)
    with fleet.get_session() as session:
        with pytest.raises(InvalidRequestError):
            FleetReadDriver(session).count()
        with session.begin():
            assert FleetReadDriver(session).count() == 0


@pytest.mark.parametrize("name", ["before_flush", "after_flush", "after_flush_postexec"])
def test_a_listener_of_a_flush_may_read(session: Session, name: str) -> None:
    """A plain session may be asked there, and so may a read driver."""
    counts: list[int] = []
    event.listen(session, name, lambda s, *_: counts.append(FleetReadDriver(s).count()))
    FleetWriteDriver(session).create(name="Ninth")
    assert counts == [0 if name == "before_flush" else 1]
    session.commit()


@pytest.mark.parametrize("name", ["before_insert", "after_insert"])
def test_a_listener_of_the_mapper_may_read(session: Session, name: str) -> None:
    """It reads in the transaction of the flush."""
    counts: list[int] = []

    def count(*_: object) -> None:
        counts.append(FleetReadDriver(session).count())

    event.listen(Fleet, name, count)
    try:
        FleetWriteDriver(session).create(name="Ninth")
    finally:
        event.remove(Fleet, name, count)
    assert counts == [0 if name == "before_insert" else 1]


def test_slow_reads_leave_connections_to_others(fleet: Database) -> None:
    """Reads and transactions share one pool, whose size is an option of the engine."""

    def read() -> None:
        with fleet.get_session() as own:
            FleetReadDriver(own).scalars(text("SELECT pg_sleep(0.5)"))

    with ThreadPoolExecutor(3) as threads:
        slow = [threads.submit(read) for _ in range(3)]
        with fleet.get_session() as session:
            assert FleetReadDriver(session).count() == 0
        assert not any(future.done() for future in slow)
