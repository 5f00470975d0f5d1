"""The common base of the drivers: keys, criteria and transactions."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import ForeignKey, String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from qapla.driver import ReadDriver, WriteDriver
from qapla.exceptions import Duplicate, ObjectNotFound, UnknownAttribute

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship, ShipReadDriver, ShipWriteDriver


class Model(DeclarativeBase):
    """The base of the models of these tests."""


class Fleet(Model):
    """A fleet."""

    __tablename__ = "fleets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)


class Seat(Model):
    """A seat, whose key has two columns."""

    __tablename__ = "seats"

    fleet_id: Mapped[int] = mapped_column(ForeignKey("fleets.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


class FleetReadDriver(ReadDriver):  # type: ignore[type-arg]
    """Read fleets: the bare form of the contract, which mypy knows no model of."""

    model = Fleet


class FleetWriteDriver(WriteDriver):  # type: ignore[type-arg]
    """Write fleets, in the bare form."""

    model = Fleet


class SeatReadDriver(ReadDriver[Seat]):
    """Read seats."""

    model = Seat


@pytest.fixture
def session(sample: SampleApplication) -> Iterator[Session]:
    """Return a session of `main`, with the tables of these tests too."""
    database = sample.dbs["main"]
    Model.metadata.create_all(database.engine)
    with database.get_session() as session:
        yield session


def committed(session: Session) -> list[str]:
    """Return the names of the fleets that another session sees."""
    with Session(session.get_bind()) as other:
        return [fleet.name for fleet in FleetReadDriver(other).list_all()]


def create_twice(driver: FleetWriteDriver, name: str) -> None:
    """Create two fleets of one name in a transaction, which the database refuses."""
    with driver.transaction():
        driver.create(name=name)
        driver.create(name=name)


def create_and_fail(session: Session, outer: Any) -> None:
    """Create a fleet in a transaction inside another one, which then fails."""
    with outer:
        with FleetWriteDriver(session).transaction():
            FleetWriteDriver(session).create(name="Ninth")
        raise RuntimeError("failed")


def test_get_by_id_returns_the_row(session: Session) -> None:
    """A row is found by its primary key."""
    ship = ShipWriteDriver(session).create(name="Rotarran")
    assert ShipReadDriver(session).get_by_id(ship.id) is ship


def test_get_by_id_names_model_and_key(session: Session) -> None:
    """A missing row is an error that says which one."""
    with pytest.raises(ObjectNotFound) as caught:
        ShipReadDriver(session).get_by_id(7)
    assert str(caught.value) == "Ship 7 does not exist"
    assert (caught.value.model, caught.value.key) == ("Ship", 7)


def test_get_by_id_with_a_composite_key(session: Session) -> None:
    """A key of several columns is a tuple."""
    fleet = FleetWriteDriver(session).create(name="Ninth")
    session.add(Seat(fleet_id=fleet.id, number=2))
    session.flush()
    assert SeatReadDriver(session).get_by_id((fleet.id, 2)).number == 2
    with pytest.raises(ObjectNotFound) as caught:
        SeatReadDriver(session).get_by_id((fleet.id, 3))
    assert str(caught.value) == f"Seat ({fleet.id}, 3) does not exist"


def test_list_all_is_in_the_order_of_the_primary_key(session: Session) -> None:
    """The order does not depend on when a row was written."""
    FleetWriteDriver(session).create(name="first")
    session.add_all([Seat(fleet_id=1, number=n) for n in (3, 1, 2)])
    session.flush()
    assert [seat.number for seat in SeatReadDriver(session).list_all()] == [1, 2, 3]


def test_create_flushes_and_does_not_commit(session: Session) -> None:
    """The new row has its key, and belongs to the caller's transaction."""
    fleet = FleetWriteDriver(session).create(name="Ninth")
    assert fleet.id == 1
    session.rollback()
    assert FleetReadDriver(session).list_all() == []


def test_create_refuses_an_attribute_that_the_model_does_not_have(session: Session) -> None:
    """A misspelt attribute is an error that lists those that there are."""
    with pytest.raises(UnknownAttribute) as caught:
        FleetWriteDriver(session).create(nmae="Ninth")
    assert str(caught.value) == "Fleet has no attribute 'nmae'; known: id, name"


def test_a_transaction_commits_at_its_end(session: Session) -> None:
    """Several writes are committed as one."""
    driver = FleetWriteDriver(session)
    with driver.transaction() as given:
        driver.create(name="Ninth")
        driver.create(name="Tenth")
        assert given is session
    assert committed(session) == ["Ninth", "Tenth"]


def test_a_transaction_after_a_read_commits(session: Session) -> None:
    """A transaction that a query began by itself has nobody else to commit it."""
    assert FleetReadDriver(session).list_all() == []
    with FleetWriteDriver(session).transaction():
        FleetWriteDriver(session).create(name="Ninth")
    assert committed(session) == ["Ninth"]


def test_a_transaction_is_rolled_back_by_an_exception(session: Session) -> None:
    """An error takes everything of the block back, and the session is usable."""
    driver = FleetWriteDriver(session)
    with pytest.raises(Duplicate):
        create_twice(driver, "Ninth")
    assert committed(session) == []
    with driver.transaction():
        driver.create(name="Ninth")
    assert committed(session) == ["Ninth"]


def test_a_transaction_inside_another_one_is_a_savepoint(session: Session) -> None:
    """The inner block may fail alone; the outer one commits the rest."""
    driver, other = FleetWriteDriver(session), FleetWriteDriver(session)
    with driver.transaction():
        driver.create(name="Ninth")
        with pytest.raises(Duplicate):
            create_twice(other, "Tenth")
        with other.transaction():
            other.create(name="Eleventh")
        assert not session.in_nested_transaction()
    assert committed(session) == ["Ninth", "Eleventh"]


def test_an_outer_transaction_takes_the_inner_ones_back(session: Session) -> None:
    """The writes of a released savepoint are committed only with the outer block."""
    with pytest.raises(RuntimeError):
        create_and_fail(session, FleetWriteDriver(session).transaction())
    assert committed(session) == []


@pytest.mark.parametrize("read", [True, False])
@pytest.mark.parametrize("begin", ["begin", "begin_nested"])
def test_a_transaction_that_the_caller_began_is_the_callers(
    session: Session, begin: str, read: bool
) -> None:
    """Inside `session.begin()` or a savepoint a driver's transaction is a savepoint."""
    if read and begin == "begin_nested":
        FleetReadDriver(session).list_all()
    with pytest.raises(RuntimeError):
        create_and_fail(session, getattr(session, begin)())
    session.commit()
    assert committed(session) == []


def test_a_commit_inside_a_transaction_is_no_harm(session: Session) -> None:
    """The block then commits the later writes."""
    with FleetWriteDriver(session).transaction():
        FleetWriteDriver(session).create(name="Ninth")
        session.commit()
        FleetWriteDriver(session).create(name="Tenth")
    assert committed(session) == ["Ninth", "Tenth"]


def test_a_commit_that_fails_leaves_the_session_usable(session: Session) -> None:
    """An error at the end of the block rolls back like one within it."""
    driver = FleetWriteDriver(session)
    with pytest.raises(Duplicate), driver.transaction():
        session.add_all([Fleet(name="Ninth"), Fleet(name="Ninth")])
    with driver.transaction():
        driver.create(name="Ninth")
    assert committed(session) == ["Ninth"]


def test_a_driver_needs_only_a_session() -> None:
    """A driver works on any session of SQLAlchemy's."""
    engine = create_engine("sqlite://")
    Model.metadata.create_all(engine)
    with Session(engine) as session:
        with FleetWriteDriver(session).transaction():
            FleetWriteDriver(session).create(name="Ninth")
        assert FleetReadDriver(session).get_by_id(1).name == "Ninth"
    engine.dispose()


def test_get_by_id_asks_the_database_once(session: Session) -> None:
    """A row that the session has is not read again."""
    ship = ShipWriteDriver(session).create(name="Rotarran")
    statements: list[Any] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *_: statements.append(_))
    assert ShipReadDriver(session).get_by_id(ship.id) is ship
    assert (statements, ship.__class__) == ([], Ship)
