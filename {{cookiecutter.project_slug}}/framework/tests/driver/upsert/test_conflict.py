"""The rows that an upsert takes for the same: by partial unique indexes, and of its own kind."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Index, String, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from qapla.database.database import Database
from qapla.driver import WriteDriver
from qapla.exceptions import Duplicate, QaplaError

from qapla_sample import assets

PARTIAL = pytest.mark.parametrize("fleet_server", ["postgresql", "sqlite"], indirect=True)
MARIADB = pytest.mark.parametrize("fleet_server", ["mariadb"], indirect=True)


class Model(DeclarativeBase):
    """The declarative base of tables with partial indexes."""


class Berth(Model):
    """A berth, which one active ship has."""

    __tablename__ = "berths"

    id: Mapped[int] = mapped_column(primary_key=True)
    dock: Mapped[str] = mapped_column(String(10))
    active: Mapped[bool]
    ship: Mapped[str | None] = mapped_column(String(10))


class Claim(Model):
    """A claim, unique in each of three states whose names need care."""

    __tablename__ = "claims"

    id: Mapped[int] = mapped_column(primary_key=True)
    dock: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    note: Mapped[str | None] = mapped_column(String(10))


Index("berthed", Berth.dock, unique=True, postgresql_where=Berth.active, sqlite_where=Berth.active)
OPEN, SHUT = Claim.state == "o:p%en", Claim.state.in_(["shut", "it's"])
Index("opened", Claim.dock, unique=True, postgresql_where=OPEN, sqlite_where=OPEN)
WAITING = Claim.state == "waiting"
Index("waiting", Claim.dock, unique=True, postgresql_where=WAITING, sqlite_where=WAITING)
Index("closed", Claim.dock, unique=True, postgresql_where=SHUT, sqlite_where=SHUT)


class BerthWriteDriver(WriteDriver[Berth]):
    """Write berths."""

    model = Berth


class ClaimWriteDriver(WriteDriver[Claim]):
    """Write claims."""

    model = Claim


@pytest.fixture
def session(fleet: Database) -> Iterator[Session]:
    """Return a session of a database with the tables of these models."""
    bases = (Model.metadata, assets.Model.metadata)
    for metadata in bases:
        metadata.create_all(fleet.engine)
    with fleet.get_session() as session:
        yield session
    for metadata in bases:
        metadata.drop_all(fleet.engine)


def berths(session: Session) -> list[tuple[Any, ...]]:
    """Return the columns of all berths."""
    statement = select(Berth.dock, Berth.active, Berth.ship).order_by(Berth.id)
    return [tuple(row) for row in session.execute(statement)]


@PARTIAL
def test_the_model_declares_the_partial_index(session: Session) -> None:
    """Rows inside the index are changed, and each row outside is another one."""
    driver = BerthWriteDriver(session)
    past = driver.upsert(on=["dock"], dock="a", active=False, ship="Kor")
    active = driver.upsert(on=["dock"], dock="a", active=True, ship="Kang")
    assert driver.upsert(on=["dock"], dock="a", active=True, ship="Koloth") is active
    again = driver.upsert(on=["dock"], dock="a", active=False, ship="Kras")
    assert (past.ship, active.ship, again.ship) == ("Kor", "Koloth", "Kras")
    rows = [{"dock": dock, "active": True, "ship": "x"} for dock in "ab"]
    assert driver.upsert_many(rows, on=["dock"]) == 2
    assert berths(session) == [
        ("a", False, "Kor"),
        ("a", True, "x"),
        ("a", False, "Kras"),
        ("b", True, "x"),
    ]


@PARTIAL
def test_one_of_several_partial_indexes(session: Session) -> None:
    """Which of them is meant is given, in any form of SQL; otherwise it is asked for."""
    driver = ClaimWriteDriver(session)
    for where, state in ((OPEN, "o:p%en"), (SHUT, "it's"), (text("state = 'o:p%en'"), "o:p%en")):
        claims = [
            driver.upsert(on=["dock"], index_where=where, dock="a", state=state, note=note)
            for note in "xy"
        ]
        assert (claims[0] is claims[1], claims[1].note) == (True, "y")
    # With nothing to change, the row that is there is left alone and returned.
    rows = [{"dock": "a"}, {"dock": "a"}]
    assert driver.upsert_many(rows, on=["dock"], index_where=WAITING) == 2
    assert driver.upsert(on=["dock"], index_where=WAITING, dock="a").state == "waiting"
    with pytest.raises(QaplaError) as caught:
        driver.upsert(on=["dock"], dock="a", state="shut")
    assert str(caught.value) == (
        "Claim: the indexes closed, opened, waiting are over the same columns: "
        "give the predicate of one of them as index_where="
    )


@MARIADB
def test_an_engine_without_partial_indexes(session: Session) -> None:
    """The index is over all rows there; a predicate is refused before anything is sent."""
    driver = BerthWriteDriver(session)
    kept = driver.upsert(on=["dock"], dock="a", active=False, ship="Kor")
    assert driver.upsert(on=["dock"], dock="a", active=True) is kept
    with pytest.raises(QaplaError) as caught:
        driver.upsert_many([{"dock": "a"}], on=["dock"], index_where=Berth.active)
    assert str(caught.value) == (
        "Berth: mysql has no partial indexes: leave index_where= out, "
        "and name the columns of a unique constraint in on="
    )


@pytest.mark.parametrize("on", ["id", "name"])
def test_a_row_of_another_kind_is_not_changed(session: Session, on: str) -> None:
    """A subclass that shares its parent's table changes its own rows alone."""
    session.add_all([assets.Animal(id=1, name="a"), assets.Targ(id=2, name="t")])
    session.commit()
    driver = assets.writer(assets.Targ, session)
    row = {"id": 1, "name": "a"}
    attempts: list[Callable[[], object]] = [
        lambda: driver.upsert(on=[on], **row),
        lambda: driver.upsert_many([{"id": 2, "name": "t"}, row], on=[on]),
    ]
    for attempt in attempts:
        with pytest.raises(Duplicate) as caught:
            attempt()
        assert str(caught.value) == f"a row of another kind than Targ has the same {on}"
    assert driver.upsert(id=2, name="x").name == "x"
    found = session.execute(select(assets.Animal.id, assets.Animal.name))
    assert sorted(tuple(row) for row in found) == [(1, "a"), (2, "x")]
