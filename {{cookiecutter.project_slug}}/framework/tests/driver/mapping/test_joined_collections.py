"""Models whose collections are fetched by a join: their rows are repeated, their objects not."""

from collections.abc import Iterator

import pytest
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

from qapla.database.database import Database
from qapla.driver import ReadDriver


class Model(DeclarativeBase):
    """The base of this module's models."""


class House(Model):
    """A house, which fetches its members by a join."""

    __tablename__ = "houses"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    members: Mapped[list["Member"]] = relationship(back_populates="house", lazy="joined")


class Member(Model):
    """A member, which fetches its house by a join."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    house_id: Mapped[int] = mapped_column(ForeignKey("houses.id"))
    house: Mapped[House] = relationship(back_populates="members", lazy="joined")


class HouseReadDriver(ReadDriver[House]):
    """Read houses."""

    model = House


@pytest.fixture
def houses(fleet: Database) -> Iterator[HouseReadDriver]:
    """Return a driver of four houses with three members each."""
    Model.metadata.create_all(fleet.engine)
    with fleet.get_session() as session:
        session.add_all(
            House(id=n, name=f"house {n}", members=[Member() for _ in range(3)])
            for n in range(1, 5)
        )
        session.commit()
        session.expunge_all()
        yield HouseReadDriver(session)
    Model.metadata.drop_all(fleet.engine)


def test_queries_of_ones_own(houses: HouseReadDriver) -> None:
    """Each house comes once, with all its members, also by the side of a column."""
    found = houses.scalars(select(House).order_by(House.id))
    assert [(house.id, len(house.members)) for house in found] == [(n, 3) for n in range(1, 5)]
    rows = houses.execute(select(House, House.name).order_by(House.id).limit(2))
    assert [(house.id, name) for house, name in rows] == [(1, "house 1"), (2, "house 2")]
    members = houses.scalars(select(Member).options(joinedload(Member.house)))
    assert [member.house.id for member in members] == [n for n in range(1, 5) for _ in range(3)]


def test_rows_that_no_collection_repeats_are_left_alone(houses: HouseReadDriver) -> None:
    """A query of columns may have equal rows."""
    query = select(House.name).join(Member).where(House.id == 1)
    assert houses.scalars(query) == ["house 1"] * 3
    assert len(houses.execute(query)) == 3


def test_limits_count_objects(houses: HouseReadDriver) -> None:
    """The joined rows of one house are not counted as several."""
    assert [house.id for house in houses.list_all(limit=2)] == [1, 2]
    page = houses.page(size=2)
    assert [house.id for house in page.items] == [1, 2]
    assert [house.id for house in houses.page(size=2, after=page.next).items] == [3, 4]
    assert [len(house.members) for house in houses.stream(batch=3)] == [3, 3, 3, 3]
    assert houses.find_one(name="house 2") is houses.get_by_id(2)


def test_reads_without_objects(houses: HouseReadDriver) -> None:
    """Counts and plain rows join nothing."""
    assert (houses.count(), houses.exists(id=1), len(houses.rows("name"))) == (4, True, 4)


def test_a_joined_relationship_can_be_loaded_otherwise(
    houses: HouseReadDriver, session: Session
) -> None:
    """A `load` replaces the join by a query."""
    found = HouseReadDriver(session).list_all(load=["members"])
    assert [len(house.members) for house in found] == [3, 3, 3, 3]
