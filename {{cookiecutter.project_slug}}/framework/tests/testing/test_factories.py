"""Objects with made-up values: given values are kept, and the others fit the columns."""

import enum
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    Computed,
    Dialect,
    Enum,
    ForeignKey,
    Integer,
    Numeric,
    String,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.types import UserDefinedType

from qapla.database.database import Database
from qapla.exceptions import QaplaError, UnknownAttribute
from qapla.testing.factories import Factory

from qapla_sample.fleet import Fleet, Money, Record, Treaty, Vessel


class Model(DeclarativeBase):
    """The base of this module's models."""


class Size(enum.Enum):
    """A size."""

    SMALL = 1
    LARGE = 2


class Worded(TypeDecorator[Size]):
    """A size that the database has as a word."""

    impl = Enum("small", "large", name="worded")
    cache_ok = True

    def process_bind_param(self, value: Size | None, dialect: Dialect) -> str | None:
        """Return the word of a size."""
        return None if value is None else value.name.lower()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Size | None:
        """Return the size of a word."""
        return None if value is None else Size[value.upper()]


class Shape(UserDefinedType[str]):
    """A type that nobody knows."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type of the database."""
        return "VARCHAR(10)"


class Animal(Model):
    """An animal, of which there are kinds."""

    __tablename__ = "animals"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(5))

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}


class Targ(Animal):
    """An animal in the table of animals."""

    __mapper_args__ = {"polymorphic_identity": "targ"}


class Sehlat(Animal):
    """An animal with a table of its own."""

    __tablename__ = "sehlats"

    id: Mapped[int] = mapped_column(ForeignKey("animals.id"), primary_key=True)
    fangs: Mapped[int]

    __mapper_args__ = {"polymorphic_identity": "sehlat"}


class Parcel(Model):
    """A parcel, with columns of which the class of their values does not say enough."""

    __tablename__ = "parcels"

    id: Mapped[int] = mapped_column(primary_key=True)
    weight: Mapped[int]
    double: Mapped[int] = mapped_column(Integer, Computed("weight * 2"))
    word: Mapped[str] = mapped_column(Enum("a", "b", name="word"))
    size: Mapped[Size] = mapped_column(Worded)
    code: Mapped[str] = mapped_column(Uuid(as_uuid=False))
    price: Mapped[Any] = mapped_column(Numeric)
    shape: Mapped[str | None] = mapped_column(Shape)


class Box(Model):
    """A box, whose shape has to be given; a parcel may be in it."""

    __tablename__ = "boxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    shape: Mapped[str] = mapped_column(Shape)
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcels.id"))
    parcel: Mapped[Parcel | None] = relationship()


class Planet(Model):
    """A planet, whose key is its name."""

    __tablename__ = "planets"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    moons: Mapped[int]


class Sector(Model):
    """A sector, whose key has two columns."""

    __tablename__ = "sectors"

    quadrant: Mapped[str] = mapped_column(Enum("alpha", "beta", name="quadrant"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


@pytest.fixture
def factory(fleet: Database) -> Iterator[Factory]:
    """Return a factory in a database that has the tables of this module too."""
    Model.metadata.create_all(fleet.engine)
    with fleet.get_session() as session:
        yield Factory(session)
    Model.metadata.drop_all(fleet.engine)


def session_of(factory: Factory) -> Session:
    """Return the session of a factory."""
    return factory._session


def test_a_subclass_has_its_own_discriminator(factory: Factory) -> None:
    """It is the mapper's, in one table or two, and the rows are read as their own class."""
    for model in (Animal, Targ, Sehlat):
        made = factory(model).create_batch_sync(2)
        assert {animal.kind for animal in made} == {model.__name__.lower()}
    session = session_of(factory)
    session.expunge_all()
    found = session.query(Animal).order_by(Animal.id).all()
    assert [type(animal) for animal in found] == [Animal, Animal, Targ, Targ, Sehlat, Sehlat]


def test_columns_that_the_database_computes(factory: Factory) -> None:
    """They are left to it, one by one and in batches, built or created."""
    for parcel in [*factory(Parcel).create_batch_sync(3), factory(Parcel).create_sync()]:
        assert parcel.double == 2 * parcel.weight
    assert [parcel.double for parcel in factory(Parcel).batch(2)] == [None, None]


def test_a_version_is_the_mappers(session: Session) -> None:
    """The first version of a row is 1."""
    assert Factory(session)(Treaty).create_sync().version == 1


def test_values_of_types_that_a_class_does_not_tell(factory: Factory) -> None:
    """Words of an enum, keys as texts, numbers without a size, decorated values."""
    made = factory(Parcel).create_batch_sync(5)
    session_of(factory).expire_all()
    assert {parcel.word for parcel in made} <= {"a", "b"}
    assert {type(parcel.size) for parcel in made} == {Size}
    assert {len(parcel.code) for parcel in made} == {36}


def test_values_of_decorated_types(session: Session) -> None:
    """They are the application's, and no longer than the column."""
    made = Factory(session)(Record, cost=Money(7)).create_batch_sync(3)
    assert [record.cost for record in made] == [Money(7)] * 3
    costs = [record.cost for record in Factory(session)(Record).create_batch_sync(20)]
    assert {type(cost) for cost in costs} == {Money, type(None)}


def test_a_type_that_nobody_knows(factory: Factory) -> None:
    """It is NULL where it may be, or the error names the column and the remedy."""
    assert factory(Parcel).create_sync().shape is None
    with pytest.raises(QaplaError) as caught:
        factory(Box).build()
    assert str(caught.value) == (
        "Box.shape is of type Shape, of which no value can be made up: "
        "give one, as in factory(Box, shape=...)"
    )
    assert factory(Box).build(shape="round").shape == "round"
    assert factory(Box, shape="round").create_sync().shape == "round"


def test_a_relationship_by_a_factory(factory: Factory) -> None:
    """Each object has one of its own, which is flushed with it."""
    boxes = factory(Box, shape="x", parcel=factory(Parcel, weight=3)).create_batch_sync(2)
    assert [box.parcel.weight for box in boxes if box.parcel] == [3, 3]
    assert len({box.parcel_id for box in boxes}) == 2
    assert None not in {box.parcel_id for box in boxes}


def test_a_relationship_by_a_factory_with_other_values(factory: Factory) -> None:
    """A mapping gives the factory values, and a factory may come with the call."""
    made = factory(Box, shape="x", parcel=factory(Parcel, weight=3))
    parcel = made.create_sync(parcel={"weight": 4}).parcel
    assert parcel is not None
    assert parcel.weight == 4
    other = factory(Box, shape="x").create_sync(parcel=factory(Parcel, weight=5)).parcel
    assert other is not None
    assert other.weight == 5
    assert made.create_sync(parcel=None).parcel_id is None


def test_a_relationship_by_an_object(factory: Factory) -> None:
    """All objects refer to the one that is given, by the relationship or by its key."""
    parcel = factory(Parcel).create_sync()
    assert {box.parcel for box in factory(Box, shape="x", parcel=parcel).create_batch_sync(2)} == {
        parcel
    }
    assert factory(Box, shape="x", parcel_id=parcel.id).create_sync().parcel is parcel


def test_a_collection(session: Session) -> None:
    """A factory makes one object of it, and a list is taken as it is."""
    factory = Factory(session)
    made = factory(Fleet, vessels=factory(Vessel, crew=1)).create_sync()
    assert [vessel.fleet_id for vessel in made.vessels] == [made.id]
    several = factory(Fleet, name="x").create_sync(vessels=factory(Vessel, crew=1).batch(2))
    assert [vessel.fleet_id for vessel in several.vessels] == [several.id] * 2


def test_a_primary_key_that_is_given(factory: Factory) -> None:
    """It counts, though keys are the database's otherwise."""
    assert factory(Parcel, id=7).create_sync().id == 7


def test_keys_that_the_database_does_not_make(factory: Factory) -> None:
    """They are made up, and differ; one that is given counts."""
    planets = factory(Planet).create_batch_sync(20) + factory(Planet).create_batch_sync(20)
    assert len({planet.name for planet in planets}) == 40
    sectors = factory(Sector).create_batch_sync(5)
    assert len({(sector.quadrant, sector.number) for sector in sectors}) == 5
    assert factory(Planet, name="Boreth").create_sync().name == "Boreth"


def test_a_default_of_no_attribute(session: Session) -> None:
    """A typing error is not passed over."""
    with pytest.raises(UnknownAttribute) as caught:
        Factory(session)(Fleet, nmae="x")
    assert str(caught.value) == "Fleet has no attribute 'nmae'; known: id, name, vessels"
