"""Errors of foreign keys name the columns, as far as each engine or the statement tells."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from qapla.database.database import Database
from qapla.driver import WriteDriver
from qapla.exceptions import MissingReference


class Model(DeclarativeBase):
    """The base of this module's models."""


class Captain(Model):
    """A captain."""

    __tablename__ = "captains"

    id: Mapped[int] = mapped_column(primary_key=True)


class Berth(Model):
    """A berth, whose key has two columns."""

    __tablename__ = "berths"

    port: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Ship(Model):
    """A ship, which refers to three tables, its own among them."""

    __tablename__ = "ships"
    __table_args__ = (ForeignKeyConstraint(["port", "number"], ["berths.port", "berths.number"]),)

    id: Mapped[int] = mapped_column(primary_key=True)
    captain_id: Mapped[int | None] = mapped_column(ForeignKey("captains.id"))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("ships.id", ondelete="CASCADE"))
    port: Mapped[int | None]
    number: Mapped[int | None]


class Log(Model):
    """A log, which keeps its ship."""

    __tablename__ = "logs"

    id: Mapped[int] = mapped_column(primary_key=True)
    ship_id: Mapped[int] = mapped_column(ForeignKey("ships.id", ondelete="RESTRICT"))


class CaptainWriteDriver(WriteDriver[Captain]):
    """Write captains."""

    model = Captain


class ShipWriteDriver(WriteDriver[Ship]):
    """Write ships."""

    model = Ship


@pytest.fixture
def ships(fleet: Database) -> Iterator[Session]:
    """Return a session that has committed a ship, one that it leads, and the log of that one."""
    Model.metadata.create_all(fleet.engine)
    with fleet.get_session() as session:
        session.add_all([Captain(id=1), Captain(id=2), Berth(port=1, number=1)])
        session.flush()
        session.add(Ship(id=101, captain_id=1))
        session.flush()
        session.add(Ship(id=102, leader_id=101))
        session.flush()
        session.add(Log(id=1, ship_id=102))
        session.commit()
        yield session
    fleet.dispose()
    Model.metadata.drop_all(fleet.engine)


def raised(session: Session, write: Callable[[Session], object]) -> MissingReference:
    """Return the error of a write."""
    with pytest.raises(MissingReference) as caught:
        write(session)
    return caught.value


@pytest.mark.parametrize(
    "write",
    [
        lambda s: ShipWriteDriver(s).create(captain_id=7),
        lambda s: ShipWriteDriver(s).create_many([{"captain_id": 1}, {"captain_id": 7}]),
        lambda s: ShipWriteDriver(s).update(101, captain_id=7),
        lambda s: ShipWriteDriver(s).update_where({"captain_id": 7}, id=101),
        lambda s: ShipWriteDriver(s).upsert(id=101, captain_id=7),
    ],
    ids=["create", "create_many", "update", "update_where", "upsert"],
)
def test_a_row_that_is_missing(ships: Session, write: Callable[[Session], object]) -> None:
    """Of three foreign keys the one is named that has a value."""
    error = raised(ships, write)
    assert str(error) == "a row of Ship refers by captain_id to a row of Captain that is not there"
    assert (error.model, error.columns) == ("Ship", ("captain_id",))


def test_a_foreign_key_of_two_columns(ships: Session) -> None:
    """Both are named."""
    error = raised(ships, lambda s: ShipWriteDriver(s).create(port=1, number=2))
    assert str(error) == "a row of Ship refers by port, number to a row of Berth that is not there"
    assert error.columns == ("port", "number")


def test_several_that_may_be_missing(ships: Session) -> None:
    """SQLite does not tell which of them is: all are named."""
    error = raised(ships, lambda s: ShipWriteDriver(s).create(captain_id=1, leader_id=7))
    several = "captain_id or leader_id to a row of Captain or Ship"
    one = "leader_id to a row of Ship"
    sqlite = ships.get_bind().dialect.name == "sqlite"
    named = several if sqlite else one
    assert str(error) == f"a row of Ship refers by {named} that is not there"
    assert error.columns == (() if sqlite else ("leader_id",))


def test_a_row_that_is_referred_to(ships: Session) -> None:
    """The referring table is named, and its column."""
    error = raised(ships, lambda s: CaptainWriteDriver(s).delete(1))
    assert str(error) == "a row of Captain is referred to by captain_id of Ship"
    assert (error.model, error.columns) == ("Ship", ("captain_id",))


def test_a_row_whose_deletion_is_restricted(ships: Session) -> None:
    """PostgreSQL has a code of its own for RESTRICT, as of version 18."""
    error = raised(ships, lambda s: ShipWriteDriver(s).delete(102))
    assert str(error) == "a row of Ship is referred to by ship_id of Log"
    assert (error.model, error.columns) == ("Log", ("ship_id",))


def test_a_key_that_is_referred_to(ships: Session) -> None:
    """It cannot be changed."""
    error = raised(ships, lambda s: CaptainWriteDriver(s).update_where({"id": 9}, id=1))
    assert str(error) == "a row of Captain is referred to by captain_id of Ship"


def test_a_row_that_another_deletion_comes_to(ships: Session) -> None:
    """A deletion that cascades fails at a table that the statement does not name."""
    error = raised(ships, lambda s: ShipWriteDriver(s).delete_where(id=101))
    assert str(error) == "a row of Ship is referred to by ship_id of Log"
    assert (error.model, error.columns) == ("Log", ("ship_id",))


@pytest.mark.parametrize("fleet_server", ["sqlite"], indirect=True)
def test_a_statement_that_tells_nothing(ships: Session) -> None:
    """The sentence says no more than is known."""
    with pytest.raises(MissingReference) as caught, ShipWriteDriver(ships).transaction():
        ships.connection().exec_driver_sql("REPLACE INTO ships (id, captain_id) VALUES (3, 7)")
    assert str(caught.value) == (
        "a row of Ship refers to a row that is not there, or is referred to"
    )
