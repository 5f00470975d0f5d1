"""Constraints without a name, and those that wait for the commit."""

from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, delete
from sqlalchemy.dialects.postgresql import INT4RANGE, ExcludeConstraint, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from qapla.database.database import Database
from qapla.driver import WriteDriver
from qapla.exceptions import (
    CheckFailed,
    Duplicate,
    MissingReference,
)

from support.violations import is_of_a_dbapi, violation


class Unnamed(DeclarativeBase):
    """The base of models whose constraints nobody has named."""


class Owner(Unnamed):
    """An owner."""

    __tablename__ = "owners"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)


class Pet(Unnamed):
    """A pet of an owner."""

    __tablename__ = "pets"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("age > 0"),
        Index("ux_pets_chip", "chip", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("owners.id"))
    name: Mapped[str | None] = mapped_column(String(20))
    age: Mapped[int | None]
    chip: Mapped[int | None]


class OwnerWriteDriver(WriteDriver[Owner]):
    """Write owners."""

    model = Owner


class PetWriteDriver(WriteDriver[Pet]):
    """Write pets."""

    model = Pet


@pytest.fixture
def pets(fleet: Database) -> Iterator[Session]:
    """Return a session that may write pets."""
    Unnamed.metadata.create_all(fleet.engine)
    with fleet.get_session() as session:
        OwnerWriteDriver(session).create(id=1001, name="Worf")
        PetWriteDriver(session).create(owner_id=1001, name="Spot", chip=1)
        session.commit()
        yield session
    fleet.dispose()
    Unnamed.metadata.drop_all(fleet.engine)


def test_constraints_that_nobody_has_named(pets: Session) -> None:
    """The columns are known all the same; the name is the engine's own, or None."""
    found = [
        violation(pets, lambda session: OwnerWriteDriver(session).create(name="Worf")),
        violation(pets, lambda s: PetWriteDriver(s).create(owner_id=1001, name="Spot")),
        violation(pets, lambda s: PetWriteDriver(s).create(chip=1)),
        violation(pets, lambda s: OwnerWriteDriver(s).create_many([{"id": 1001, "name": "x"}])),
    ]
    assert [(type(error), error.model, error.columns) for error in found] == [
        (Duplicate, "Owner", ("name",)),
        (Duplicate, "Pet", ("owner_id", "name")),
        (Duplicate, "Pet", ("chip",)),
        (Duplicate, "Owner", ("id",)),
    ]
    assert found[2].constraint == "ux_pets_chip"
    error = violation(pets, lambda s: PetWriteDriver(s).create(age=0))
    assert (type(error), error.model) == (CheckFailed, "Pet")
    for write in (
        lambda s: PetWriteDriver(s).create(owner_id=7),
        lambda s: OwnerWriteDriver(s).delete(1001),
    ):
        error = violation(pets, write)
        assert (type(error), error.model) == (MissingReference, "Pet")
        assert error.columns == ("owner_id",)


class Deferring(DeclarativeBase):
    """The base of models whose constraints wait for the commit."""


class Node(Deferring):
    """A node, whose parent may come later in the same transaction."""

    __tablename__ = "nodes"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("nodes.id", deferrable=True, initially="DEFERRED", name="fk_nodes_parent")
    )


class NodeWriteDriver(WriteDriver[Node]):
    """Write nodes."""

    model = Node


@pytest.mark.parametrize("fleet_server", ["postgresql", "sqlite"], indirect=True)
def test_a_constraint_that_waits_for_the_commit(fleet: Database) -> None:
    """The transaction raises it at its end, rolls back, and the session is usable."""
    Deferring.metadata.create_all(fleet.engine)
    with fleet.get_session() as session:
        driver = NodeWriteDriver(session)
        with driver.transaction():
            driver.create_many([{"id": 2, "parent_id": 1}, {"id": 1, "parent_id": None}])
        with pytest.raises(MissingReference) as caught, driver.transaction():
            driver.create(id=3, parent_id=7)
        assert caught.value.model == "Node"
        assert is_of_a_dbapi(caught.value.__cause__)
        with driver.transaction():
            driver.create(id=4)
        assert {node.id for node in session.query(Node)} == {1, 2, 4}
        session.execute(delete(Node))
        session.commit()
    fleet.dispose()
    Deferring.metadata.drop_all(fleet.engine)


class Excluding(DeclarativeBase):
    """The base of a model whose rows exclude each other."""


class Watch(Excluding):
    """A watch on a bridge, where no other one is at the same hours."""

    __tablename__ = "watches"
    __table_args__ = (ExcludeConstraint(("hours", "&&"), name="ex_watches_hours"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hours: Mapped[Range[int]] = mapped_column(INT4RANGE)


class WatchWriteDriver(WriteDriver[Watch]):
    """Write watches."""

    model = Watch


@pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)
def test_rows_that_exclude_each_other(fleet: Database) -> None:
    """An exclusion constraint of PostgreSQL is a check of a row against the other ones."""
    Excluding.metadata.create_all(fleet.engine)
    with fleet.get_session() as session:
        driver = WatchWriteDriver(session)
        driver.create(hours=Range(0, 6))
        with pytest.raises(CheckFailed) as caught:
            driver.create(hours=Range(5, 9))
        assert str(caught.value) == "a row of Watch does not pass the check ex_watches_hours"
    Excluding.metadata.drop_all(fleet.engine)
