"""Queries of one's own: a read driver runs nothing that writes, wherever it is asked."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Sequence, event, func, literal_column, select, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.functions import GenericFunction

from qapla.database.database import Database
from qapla.exceptions import ReadOnly

from qapla_sample.fleet import Fleet, FleetReadDriver, FleetWriteDriver

ONLY_READS = "FleetReadDriver only reads: write by a write driver"
POSTGRESQL = pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)
in_a_transaction = pytest.mark.parametrize("in_transaction", [False, True])


@pytest.fixture
def driver(session: Session, in_transaction: bool) -> FleetReadDriver:
    """Return a driver whose session has begun a transaction, or none."""
    if in_transaction:
        FleetWriteDriver(session).create(name="Ninth")
    return FleetReadDriver(session)


def refused(statement: Any, driver: FleetReadDriver) -> None:
    """Check that both methods refuse a statement, and that the session goes on."""
    before = driver.count()
    for attempt in (driver.execute, driver.scalars):
        with pytest.raises(ReadOnly) as caught:
            attempt(statement)
        assert str(caught.value) == ONLY_READS
    assert driver.count() == before


STATEMENTS = [
    "SELECT 1; DELETE FROM fleets",
    "SELECT 1; COMMIT; DELETE FROM fleets",
    "DO $$ BEGIN DELETE FROM fleets; END $$",
    "ALTER TABLE fleets ADD COLUMN x int",
    "CREATE TABLE t (x int)",
    "DROP TABLE fleets",
    "SET TRANSACTION READ WRITE",
    "PRAGMA query_only = OFF",
    "PRAGMA user_version = 7",
    "CALL refit()",
    "COPY fleets TO STDOUT",
    "COMMIT",
    "LOCK TABLE fleets",
    "SELECT * INTO t FROM fleets",
    "SELECT name INTO OUTFILE '/tmp/x' FROM fleets",
    "SELECT * FROM fleets FOR UPDATE",
    "SELECT * FROM fleets FOR NO KEY UPDATE",
    "SELECT * FROM fleets LOCK IN SHARE MODE",
    "WITH gone AS (DELETE FROM fleets RETURNING id) SELECT * FROM gone",
    "/* a */ -- b\n DELETE FROM fleets",
    "SELECT 1 /*! INTO OUTFILE '/tmp/x' */",
    "SELECT 'C:\\\\'; DELETE FROM fleets",
    "(SELECT 1); DELETE FROM fleets",
]


@in_a_transaction
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_text_that_is_no_query_is_refused(driver: FleetReadDriver, statement: str) -> None:
    """It is not sent, in a transaction neither."""
    refused(text(statement), driver)


@in_a_transaction
def test_a_construct_that_is_no_query_is_refused(driver: FleetReadDriver) -> None:
    """DDL, and a query that locks rows: the write driver has a method for them."""
    refused(CreateTable(Fleet.__table__), driver)  # type: ignore[arg-type]
    refused(select(Fleet).with_for_update(), driver)
    refused(select(Fleet.id).where(Fleet.id.in_(select(Fleet.id).with_for_update())), driver)


QUERIES = [
    "SELECT 'a;b', name FROM fleets; ",
    "SELECT 'into', 'for update', name FROM fleets",
    'SELECT name AS "a; delete from fleets" FROM fleets',
    "SELECT name FROM fleets -- ; DELETE FROM fleets",
    "/* ; */ WITH f AS (SELECT name FROM fleets) SELECT * FROM f",
    "SELECT * FROM (SELECT name AS updated FROM fleets) AS f",
    "EXPLAIN SELECT 1",
]


@in_a_transaction
@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_served(driver: FleetReadDriver, query: str) -> None:
    """Whatever its comments, texts and names look like."""
    driver.execute(text(query))


@in_a_transaction
@POSTGRESQL
def test_texts_quoted_in_postgresqls_ways_are_no_statements(driver: FleetReadDriver) -> None:
    """By dollars, or with escapes."""
    driver.execute(text("SELECT $$; DELETE$$, $a$ $$ ; INTO $a$"))
    driver.execute(text(r"SELECT E'it\'s; into'"))


class FleetCount(GenericFunction[int]):
    """A function of the project, which may write whatever its name is."""

    type = Fleet.id.type
    name = "launch"
    inherit_cache = True


WRITING = [
    select(FleetCount()),
    select(func.launch()),
    select(literal_column("launch()")),
    select(Fleet.id).where(text("launch() > 0")),
    select(Fleet.id).prefix_with("launch(),"),
    text("SELECT launch()"),
    text("EXPLAIN ANALYZE SELECT launch()"),
    select(Sequence("fleets_id_seq").next_value()),
    text("SELECT nextval('fleets_id_seq')"),
]
LAUNCH = (
    "CREATE FUNCTION launch() RETURNS int LANGUAGE sql AS "
    "$$ INSERT INTO fleets (name) VALUES ('launched') RETURNING 1 $$"
)


@in_a_transaction
@pytest.mark.parametrize("query", range(len(WRITING)))
@POSTGRESQL
def test_a_function_that_writes_is_refused_by_the_server(
    fleet: Database, driver: FleetReadDriver, query: int
) -> None:
    """It looks like a read; the transaction of a write driver goes on after it."""
    FleetWriteDriver(driver.session).create(name="Tenth")
    driver.session.commit()
    with fleet.engine.begin() as connection:
        connection.execute(text(LAUNCH))
    try:
        refused(WRITING[query], driver)
        FleetWriteDriver(driver.session).create(name="Eleventh")
        driver.session.commit()
        assert driver.exists(name="Eleventh")
        assert not driver.exists(name="launched")
    finally:
        driver.session.rollback()
        with fleet.engine.begin() as connection:
            connection.execute(text("DROP FUNCTION launch()"))


@in_a_transaction
@POSTGRESQL
def test_a_setting_that_a_query_changes_does_not_stay(
    fleet: Database, driver: FleetReadDriver
) -> None:
    """The connection goes back to the pool as it was."""
    driver.execute(text("SELECT set_config('statement_timeout', '7s', false)"))
    driver.session.commit()
    with fleet.engine.connect() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) != "7s"
        connection.execute(text("CREATE TEMPORARY TABLE t (x int)"))


@in_a_transaction
def test_a_query_leaves_a_connection_that_writes(fleet: Database, driver: FleetReadDriver) -> None:
    """The guard of a text ends with it, after an error too."""
    driver.execute(text("SELECT 1"))
    with pytest.raises(Exception, match="nonsense"):
        driver.execute(text("SELECT nonsense FROM fleets"))
    FleetWriteDriver(driver.session).create(name="Tenth")
    driver.session.commit()
    assert driver.exists(name="Tenth")
    assert fleet.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@in_a_transaction
@pytest.mark.parametrize("options", [{"yield_per": 2}, {"stream_results": True}])
def test_a_query_may_have_a_cursor_of_the_server(
    driver: FleetReadDriver, options: dict[str, Any]
) -> None:
    """It lives in a transaction."""
    FleetWriteDriver(driver.session).create_many({"name": f"n{n}"} for n in range(5))
    driver.session.commit()
    query = select(Fleet.name).where(Fleet.name != "Ninth").order_by(Fleet.name)
    found = driver.scalars(query.execution_options(**options))
    assert found == ["n0", "n1", "n2", "n3", "n4"]


PLAIN: list[Callable[[], Any]] = [
    lambda: select(Fleet),
    lambda: select(func.count(), func.max(Fleet.name)).select_from(Fleet),
    lambda: select(Fleet).where(Fleet.name.ilike("x%")).order_by(Fleet.id.desc()).limit(3),
]


@pytest.mark.parametrize("query", range(len(PLAIN)))
@POSTGRESQL
def test_a_query_without_texts_costs_one_round_trip(
    fleet: Database, session: Session, query: int
) -> None:
    """SQLAlchemy's own constructs and functions write nothing, and need no guard."""
    seen: list[bool] = []

    def listen(connection: Connection, *_: object) -> None:
        raw: Any = connection.connection.dbapi_connection
        seen.append(raw.autocommit)

    event.listen(fleet.engine, "before_cursor_execute", listen)
    FleetReadDriver(session).execute(PLAIN[query]())
    FleetReadDriver(session).execute(text("SELECT 1"))
    assert seen == [True, False]
