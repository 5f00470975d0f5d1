"""Upserts of a model that reads a collection along."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from qapla.database.database import Database
from qapla.driver import WriteDriver


class Model(DeclarativeBase):
    """The declarative base of a fleet whose ships know their crew."""


class Freighter(Model):
    """A ship that is read with its crew."""

    __tablename__ = "freighters"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    crew: Mapped[list["Member"]] = relationship(lazy="joined")


class Member(Model):
    """A member of a crew."""

    __tablename__ = "freighter_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    freighter_id: Mapped[int] = mapped_column(ForeignKey("freighters.id"))


class FreighterWriteDriver(WriteDriver[Freighter]):
    """Write freighters."""

    model = Freighter


@pytest.fixture
def engine(fleet: Database) -> Iterator[Engine]:
    """Return the engine of a database with the tables."""
    Model.metadata.create_all(fleet.engine)
    yield fleet.engine
    Model.metadata.drop_all(fleet.engine)


def test_an_upsert_returns_a_row_with_its_joined_collection(engine: Engine) -> None:
    """The row is one, however many members its crew has."""
    with Session(engine) as session:
        session.add(Freighter(id=1, name="Rotarran", crew=[Member(), Member()]))
        session.commit()
        freighter = FreighterWriteDriver(session).upsert(on=["name"], name="Rotarran")
        assert (freighter.id, len(freighter.crew)) == (1, 2)
