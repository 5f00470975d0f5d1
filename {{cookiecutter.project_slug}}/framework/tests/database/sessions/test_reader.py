"""Short reads: the statements that need no transaction, and those that begin one."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    func,
    select,
    text,
)
from sqlalchemy.orm import Session, joinedload

from qapla.database.database import Database
from qapla.exceptions import Duplicate

from qapla_sample.fleet import (
    Fleet,
    FleetReadDriver,
    FleetWriteDriver,
)
from support.pools import in_use

POSTGRESQL = pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)


READS: list[Callable[[FleetReadDriver], object]] = [
    lambda driver: driver.find_by_id(1),
    lambda driver: driver.find_one(name="Ninth"),
    lambda driver: driver.list_all(),
    lambda driver: driver.count(),
    lambda driver: driver.exists(),
    lambda driver: driver.rows(),
    lambda driver: driver.page(size=3),
    lambda driver: list(driver.stream()),
    lambda driver: driver.scalars(select(Fleet.id)),
    lambda driver: driver.execute(select(Fleet.id)),
    lambda driver: driver.execute(text("SELECT id FROM fleets")),
]


def statements(went: list[str]) -> list[str]:
    """Return the kinds of statements, without SQLite's own BEGIN, and forget them."""
    asked = list(dict.fromkeys(went))
    went.clear()
    return [kind for kind in asked if kind == "reader"] or asked


@pytest.mark.parametrize("read", READS)
def test_queries_of_a_read_driver_go_to_the_reader(
    fleet: Database, session: Session, seen: list[str], read: Callable[[FleetReadDriver], object]
) -> None:
    """It does while no transaction is open, and no connection is kept."""
    read(FleetReadDriver(session))
    assert statements(seen) == ["reader"]
    assert in_use(fleet) == 0


@pytest.mark.parametrize("read", [*READS[:7], *READS[8:]])
def test_after_any_statement_on_the_writer_reads_stay_there(
    session: Session, seen: list[str], read: Callable[[FleetReadDriver], object]
) -> None:
    """A textual one is enough. (A stream has a session of its own.)"""
    session.execute(text("SELECT 1"))
    read(FleetReadDriver(session))
    assert statements(seen) == ["writer"]


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_the_end_of_a_transaction_gives_the_reader_back(
    session: Session, seen: list[str], end: str
) -> None:
    """It is a commit, a rollback or a close."""
    driver = FleetReadDriver(session)
    session.execute(text("SELECT 1"))
    driver.count()
    assert statements(seen) == ["writer"]
    getattr(session, end)()
    driver.count()
    assert statements(seen) == ["reader"]


def test_the_end_of_a_savepoint_does_not(session: Session, seen: list[str]) -> None:
    """The transaction around it is still open."""
    driver = FleetReadDriver(session)
    with FleetWriteDriver(session).transaction():
        session.execute(text("SELECT 1"))
        with session.begin_nested():
            driver.count()
        driver.count()
        assert statements(seen) == ["writer"]
    driver.count()
    assert statements(seen) == ["reader"]


def test_a_failed_write_gives_the_reader_back(session: Session, seen: list[str]) -> None:
    """It has rolled back."""
    writes = FleetWriteDriver(session)
    writes.create(name="Ninth")
    session.commit()
    with pytest.raises(Duplicate):
        writes.create(name="Ninth")
    seen.clear()
    assert FleetReadDriver(session).count() == 1
    assert statements(seen) == ["reader"]


def test_uncommitted_rows_are_seen(fleet: Database, session: Session) -> None:
    """A session reads its own writes, and the others do not."""
    FleetWriteDriver(session).create(name="Ninth")
    assert FleetReadDriver(session).exists(name="Ninth")
    with fleet.get_session() as other:
        assert not FleetReadDriver(other).exists(name="Ninth")


def test_pending_objects_are_flushed_before_a_read(session: Session, seen: list[str]) -> None:
    """It is on the writer, where the read goes too."""
    session.add(Fleet(name="Ninth"))
    assert FleetReadDriver(session).count() == 1
    assert statements(seen) == ["writer"]


def test_changed_objects_are_flushed_before_a_read(
    session: Session, seen: list[str], ninth: int
) -> None:
    """A change of an object that the reader gave counts as well."""
    FleetReadDriver(session).get_by_id(ninth).name = "Tenth"
    assert FleetReadDriver(session).exists(name="Tenth")


def test_without_autoflush_nothing_is_flushed(session: Session, seen: list[str]) -> None:
    """The session's own way of saying so is kept."""
    session.add(Fleet(name="Ninth"))
    with session.no_autoflush:
        assert FleetReadDriver(session).count() == 0
    assert statements(seen) == ["writer"]
    assert session.autoflush


@POSTGRESQL
def test_a_setting_of_the_transaction_is_seen(session: Session) -> None:
    """`SET LOCAL` holds for the reads of its transaction."""
    driver = FleetReadDriver(session)
    shown = select(func.current_setting("statement_timeout"))
    session.execute(text("SET LOCAL statement_timeout = '7s'"))
    assert driver.scalars(shown) == ["7s"]
    session.commit()
    assert driver.scalars(shown) != ["7s"]


@POSTGRESQL
def test_a_lock_is_held_while_its_transaction_reads(fleet: Database, ninth: int) -> None:
    """Reads between a lock and a write belong to one transaction."""
    with fleet.get_session() as session, fleet.get_session() as other:
        FleetWriteDriver(session).get_for_update(ninth)
        FleetReadDriver(session).get_by_id(ninth)
        assert FleetWriteDriver(other).get_for_update(ninth, skip_locked=True) is None


def test_the_session_itself_goes_to_the_writer(
    session: Session, seen: list[str], ninth: int
) -> None:
    """Only drivers mark reads."""
    seen.clear()
    session.query(Fleet).all()
    assert statements(seen) == ["writer"]


def test_a_lazy_load_goes_to_the_writer(session: Session, seen: list[str], ninth: int) -> None:
    """Nobody has marked it; from there on the session is on the writer."""
    found = FleetReadDriver(session).get_by_id(ninth)
    seen.clear()
    assert len(found.vessels) == 2
    FleetReadDriver(session).count()
    assert statements(seen) == ["writer"]


@pytest.mark.parametrize("load", ["vessels", joinedload(Fleet.vessels)])
def test_relationships_are_loaded_by_the_reader(
    session: Session, seen: list[str], ninth: int, load: Any
) -> None:
    """It is part of the read."""
    seen.clear()
    found = FleetReadDriver(session).get_by_id(ninth, load=[load])
    assert len(found.vessels) == 2
    assert statements(seen) == ["reader"]
