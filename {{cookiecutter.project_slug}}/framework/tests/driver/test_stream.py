"""Streams of rows, in batches, with sessions of their own."""

import gc
import tracemalloc

import pytest
from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.exceptions import QaplaError, UnknownAttribute

from qapla_sample.fleet import (
    FleetReadDriver,
    Seat,
    SeatReadDriver,
    Vessel,
)
from support.statements import counted


def in_use(database: Database) -> int:
    """Return how many connections are given out."""
    return database.engine.pool.checkedout()  # type: ignore[attr-defined, no-any-return]


def seats(session: Session, count: int) -> None:
    """Write seats in rows of seven."""
    session.execute(
        insert(Seat), [{"row": n // 7, "number": n % 7, "note": "x" * 40} for n in range(count)]
    )
    session.commit()


def test_a_stream_gives_every_row_in_order(session: Session) -> None:
    """The batches follow each other by a key of several columns, whatever their size."""
    seats(session, 23)
    expected = [(n // 7, n % 7) for n in range(23)]
    for batch in (1, 7, 22, 23, 24):
        found = SeatReadDriver(session).stream(batch=batch)
        assert [(seat.row, seat.number) for seat in found] == expected
    assert [seat.number for seat in SeatReadDriver(session).stream(batch=1, row=3)] == [0, 1]


def test_a_stream_outlives_its_session(fleet: Database) -> None:
    """It reads in sessions of its own."""
    with fleet.get_session() as session:
        seats(session, 5)
        stream = SeatReadDriver(session).stream(batch=2)
    assert len(list(stream)) == 5


def test_a_stream_holds_no_connection_between_batches(fleet: Database, session: Session) -> None:
    """A slow client costs no connection, and one that goes away leaves none behind."""
    seats(session, 5)
    stream = SeatReadDriver(session).stream(batch=2)
    for _ in range(3):
        next(stream)
        assert in_use(fleet) == 0


def test_a_stream_leaves_its_session_alone(session: Session) -> None:
    """The objects of the session stay, and its uncommitted rows are not seen."""
    seats(session, 1)
    kept = SeatReadDriver(session).get_by_id((0, 0))
    kept.note = "changed"
    assert [seat.note for seat in SeatReadDriver(session).stream()] == ["x" * 40]
    assert kept in session
    assert kept in session.dirty
    session.expunge(kept)


def test_a_stream_does_not_depend_on_changes_of_its_objects(session: Session) -> None:
    """An object that was given away may be changed."""
    seats(session, 4)
    found = []
    for seat in SeatReadDriver(session).stream(batch=2):
        found.append((seat.row, seat.number))
        seat.number = 100
    assert found == [(0, 0), (0, 1), (0, 2), (0, 3)]


def test_a_stream_loads_along(fleet: Database, session: Session, vessels: list[Vessel]) -> None:
    """Loaded attributes are there after the batch's session has ended."""
    with counted(fleet) as statements:
        found = list(FleetReadDriver(session).stream(load=["vessels"]))
    assert [len(item.vessels) for item in found] == [1, 2]
    assert len(statements) == 2


def test_a_stream_refuses_before_it_is_iterated(session: Session) -> None:
    """A wrong criterion, and a batch of no rows, are errors where the stream is made."""
    with pytest.raises(UnknownAttribute):
        SeatReadDriver(session).stream(nmae=1)
    with pytest.raises(QaplaError) as caught:
        SeatReadDriver(session).stream(batch=0)
    assert str(caught.value) == "Seat: a batch has at least one row, not 0"


@pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)
def test_a_stream_takes_constant_memory(session: Session) -> None:
    """Of many rows only a batch is in memory."""
    series = select(func.generate_series(1, 20_000).label("n")).subquery()
    rows = select(series.c.n, literal(1), literal("x" * 40))
    session.execute(insert(Seat).from_select(["row", "number", "note"], rows))
    session.commit()
    next(SeatReadDriver(session).stream())
    gc.collect()
    tracemalloc.start()
    count = sum(1 for _ in SeatReadDriver(session).stream(batch=200))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 1_500_000


def test_a_driver_works_on_a_session_without_one_engine(fleet: Database) -> None:
    """A session that has an engine for each model is one of SQLAlchemy's too."""
    with fleet.get_session() as session:
        seats(session, 3)
    with Session(binds={Seat: fleet.engine}) as session:
        driver = SeatReadDriver(session)
        assert (len(driver.rows()), len(list(driver.stream()))) == (3, 3)
