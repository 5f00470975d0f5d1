"""References of made-up rows: those that must be there are made, each with a row of its own."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from qapla.database.database import Database
from qapla.exceptions import QaplaError
from qapla.testing.factories import Factory

from qapla_sample.cargo import Cargo, Port
from support.cargo import VALUES


class Model(DeclarativeBase):
    """The base of this module's models."""


class House(Model):
    """A house, which may be part of another one."""

    __tablename__ = "houses"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("houses.id"))
    parent: Mapped["House | None"] = relationship(remote_side=id)


class Officer(Model):
    """An officer, of a house."""

    __tablename__ = "officers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    house_id: Mapped[int] = mapped_column(ForeignKey("houses.id"))
    house: Mapped[House] = relationship()


class Raider(Model):
    """A ship with a captain, and perhaps a second officer."""

    __tablename__ = "raiders"

    id: Mapped[int] = mapped_column(primary_key=True)
    captain_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    captain: Mapped[Officer] = relationship(foreign_keys=captain_id)
    second: Mapped[Officer | None] = relationship(foreign_keys=second_id)


class Seat(Model):
    """A seat, whose key has two columns, of which one is a reference."""

    __tablename__ = "raider_seats"

    raider_id: Mapped[int] = mapped_column(ForeignKey("raiders.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    raider: Mapped[Raider] = relationship()


class Duty(Model):
    """A duty, which refers to a seat and to an officer without a relationship."""

    __tablename__ = "duties"
    __table_args__ = (
        ForeignKeyConstraint(["seat_raider", "seat_number"], [Seat.raider_id, Seat.number]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seat_raider: Mapped[int]
    seat_number: Mapped[int]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))


class Heir(Officer):
    """An officer with a table of its own."""

    __tablename__ = "heirs"

    id: Mapped[int] = mapped_column(ForeignKey("officers.id"), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("houses.id"))
    claim: Mapped[House] = relationship(foreign_keys=claim_id)


class Link(Model):
    """A link, which has to have one before it."""

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(primary_key=True)
    before_id: Mapped[int] = mapped_column(ForeignKey("links.id"))
    before: Mapped["Link"] = relationship(remote_side=id)


class Egg(Model):
    """An egg, of a bird."""

    __tablename__ = "eggs"

    id: Mapped[int] = mapped_column(primary_key=True)
    bird_id: Mapped[int] = mapped_column(ForeignKey("birds.id", use_alter=True, name="fk_bird"))
    bird: Mapped["Bird"] = relationship(foreign_keys=bird_id)


class Bird(Model):
    """A bird, of an egg."""

    __tablename__ = "birds"

    id: Mapped[int] = mapped_column(primary_key=True)
    egg_id: Mapped[int] = mapped_column(ForeignKey("eggs.id"))
    egg: Mapped[Egg] = relationship(foreign_keys=egg_id)


Table("moons", Model.metadata, Column("id", Integer, primary_key=True))


class Base(Model):
    """A base on a moon, of which there is no model."""

    __tablename__ = "bases"

    id: Mapped[int] = mapped_column(primary_key=True)
    moon_id: Mapped[int] = mapped_column(ForeignKey("moons.id"))


@pytest.fixture
def factory(fleet: Database) -> Iterator[Factory]:
    """Return a factory in a database that has the tables of this module too."""
    tables = [
        table for table in Model.metadata.sorted_tables if table.name not in ("eggs", "birds")
    ]
    Model.metadata.create_all(fleet.engine, tables=tables)
    with fleet.get_session() as session:
        yield Factory(session)
    Model.metadata.drop_all(fleet.engine, tables=tables)


def test_a_required_reference_is_made(factory: Factory) -> None:
    """Each row has one of its own, with those that it needs; others are NULL."""
    raiders = factory(Raider).create_batch_sync(3)
    assert len({raider.captain_id for raider in raiders}) == 3
    assert len({raider.captain.house_id for raider in raiders}) == 3
    assert {raider.second_id for raider in raiders} == {None}
    assert {raider.captain.house.parent_id for raider in raiders} == {None}


def test_an_object_that_is_not_saved(factory: Factory) -> None:
    """It has its references all the same, which are saved with it."""
    raider = factory(Raider).build()
    assert raider.captain.house.name
    factory._session.add(raider)
    factory._session.flush()
    assert raider.captain_id == raider.captain.id


def test_a_reference_that_is_given(factory: Factory) -> None:
    """By the object, by its key, by a factory, and by values for the one that is made."""
    kang = factory(Officer, name="Kang").create_sync()
    assert factory(Raider, captain=kang).create_sync().captain_id == kang.id
    assert factory(Raider).create_sync(captain_id=kang.id).captain is kang
    assert factory(Raider, captain=factory(Officer, name="Kor")).create_sync().captain.name == "Kor"
    assert factory(Raider).create_sync(captain={"name": "Koloth"}).captain.name == "Koloth"


def test_a_reference_in_a_primary_key(factory: Factory) -> None:
    """It is required as any other."""
    seat = factory(Seat, number=1).create_sync()
    assert seat.raider_id == seat.raider.id


def test_a_reference_without_a_relationship(factory: Factory) -> None:
    """A row of the model that has the table is made, unless the key is given."""
    seat = factory(Seat, number=3).create_sync()
    duty = factory(Duty, seat_raider=seat.raider_id, seat_number=3).create_sync()
    officer = factory._session.get_one(Officer, duty.officer_id)
    assert officer.house.name
    made = factory(Duty, seat_raider=seat.raider_id, seat_number=3, officer_id=officer.id)
    assert made.create_sync().officer_id == officer.id


def test_a_model_with_two_tables(factory: Factory) -> None:
    """Its own references and those that it inherits; the key of the parent's row is none."""
    heir = factory(Heir).create_sync()
    assert {heir.house.id, heir.claim.id} == {heir.house_id, heir.claim_id}
    assert heir.house is not heir.claim


@pytest.mark.parametrize(
    ("model", "error"),
    [
        (
            Link,
            "Link.before refers to Link, of which a row is being made for it: "
            "give one, as in factory(Link, before=...)",
        ),
        (
            Egg,
            "Bird.egg refers to Egg, of which a row is being made for it: "
            "give one, as in factory(Bird, egg=...)",
        ),
        (
            Base,
            "Base.moon_id refers to moons, of which no model is known: "
            "give one, as in factory(Base, moon_id=...)",
        ),
    ],
)
def test_a_reference_that_cannot_be_made(factory: Factory, model: type, error: str) -> None:
    """The error names the reference and the remedy."""
    with pytest.raises(QaplaError) as caught:
        factory(model).build()
    assert str(caught.value) == error


def test_every_type_of_column(session: Session) -> None:
    """The values are those that the database returns."""
    cargoes = Factory(session)(Cargo).create_batch_sync(30)
    names = [*VALUES, *(f"maybe_{name}" for name in VALUES), "name", "maybe_name", "port_id"]
    made = [{name: getattr(cargo, name) for name in names} for cargo in cargoes]
    session.commit()
    assert [{name: getattr(cargo, name) for name in names} for cargo in cargoes] == made
    assert {cargo.state for cargo in cargoes} == {"packed", "sent", "lost"}
    assert len({cargo.port.name for cargo in cargoes}) == 30


def test_unique_values_of_several_factories(session: Session) -> None:
    """No two rows have the same, whichever factory has made them."""
    factory = Factory(session)
    ports = [factory(Port).create_sync() for _ in range(120)] + factory(Port).create_batch_sync(20)
    assert len({port.name for port in ports}) == 140
