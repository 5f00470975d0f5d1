"""Models whose rows are spread over several tables, or share one, and their drivers."""

from typing import Any

from sqlalchemy import ForeignKey, String, Table, join, select
from sqlalchemy.ext.declarative import ConcreteBase
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    column_property,
    mapped_column,
)

from qapla.driver import ReadDriver, WriteDriver


class Model(DeclarativeBase):
    """The base of these models."""


class Asset(Model):
    """An asset, whose version counts and whose `touched` changes with each update."""

    __tablename__ = "assets"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(20))
    touched: Mapped[str | None] = mapped_column(String(10), onupdate="yes")
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {
        "polymorphic_on": kind,
        "polymorphic_identity": "asset",
        "version_id_col": version,
    }


class Vehicle(Asset):
    """An asset with a table of its own, whose key is called otherwise."""

    __tablename__ = "vehicles"
    __mapper_args__ = {"polymorphic_identity": "vehicle"}

    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    wheels: Mapped[int]


class Truck(Vehicle):
    """A vehicle with a table of its own, the third."""

    __tablename__ = "trucks"
    __mapper_args__ = {"polymorphic_identity": "truck"}

    asset_id: Mapped[int] = mapped_column(ForeignKey("vehicles.asset_id"), primary_key=True)
    load: Mapped[int]


class Van(Vehicle):
    """A vehicle that shares the tables of vehicles."""

    __mapper_args__ = {"polymorphic_identity": "van"}


class Animal(Model):
    """One of several kinds of row in one table, read with the tables of subclasses."""

    __tablename__ = "animals"
    __mapper_args__ = {
        "polymorphic_on": "kind",
        "polymorphic_identity": "animal",
        "with_polymorphic": "*",
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(20), unique=True)


class Targ(Animal):
    """An animal in the same table."""

    __mapper_args__ = {"polymorphic_identity": "targ"}


class Bird(Animal):
    """An animal with a table of its own."""

    __tablename__ = "birds"
    __mapper_args__ = {"polymorphic_identity": "bird"}

    id: Mapped[int] = mapped_column(ForeignKey("animals.id"), primary_key=True)
    wings: Mapped[int]


class Ration(ConcreteBase, Model):
    """A model that is read by a union with its subclasses."""

    __tablename__ = "rations"
    __mapper_args__ = {"polymorphic_identity": "ration", "concrete": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))


class Meal(Model):
    """A model that is read without its subclass."""

    __tablename__ = "meals"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))


class Gagh(Meal):
    """That subclass, with whole rows in a table of its own."""

    __tablename__ = "gaghs"
    __mapper_args__ = {"concrete": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))


class Person(Model):
    """A table that is joined below."""

    __tablename__ = "people"

    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(20))


class Post(Model):
    """A table that refers to it, with a key of its own."""

    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(20))


_people, _posts = Person.__table__, Post.__table__
assert isinstance(_people, Table)
assert isinstance(_posts, Table)


class Officer(Model):
    """A person and a post with the same number: a model that is mapped to a join."""

    __table__ = join(_people, _posts, _people.c.number == _posts.c.id)

    number = column_property(_people.c.number, _posts.c.id)


class Listed(Model):
    """A model that is mapped to a query."""

    __table__ = select(_people).where(_people.c.row == 1).subquery("listed")


def writer(model: type[Any], session: Session) -> Any:
    """Return a write driver of a model."""
    return type(f"{model.__name__}WriteDriver", (WriteDriver,), {"model": model})(session)


def reader(model: type[Any], session: Session) -> Any:
    """Return a read driver of a model."""
    return type(f"{model.__name__}ReadDriver", (ReadDriver,), {"model": model})(session)
